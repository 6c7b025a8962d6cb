from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import standardise


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华信培训有限公司", "华信培训"),
        ("华信培训（上海）有限公司", "华信培训(上海)"),
        ("渤海能源集团股份有限公司", "渤海能源"),
        ("ＡＢＣ银行股份有限公司", "abc银行"),
        ("Bohai Energy Co., Ltd.", "BOHAI ENERGY"),
        ("Müller Werke GmbH & Co. KG", "müller werke"),
        ("Banco Sol S.A.", "banco sol"),
        ("O'Neil Inc", "Oneil Incorporated"),
        ("東方集團有限公司", "東方"),
    ],
)
def test_name_key_is_shared_by_spellings_of_one_name(left: str, right: str) -> None:
    assert standardise.name_key(left) == standardise.name_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华信培训（上海）有限公司", "华信培训（北京）有限公司"),
        ("中国银行", "中国工商银行"),
        ("Sol Bank", "Sol Insurance"),
    ],
)
def test_name_key_keeps_different_customers_apart(left: str, right: str) -> None:
    assert standardise.name_key(left) != standardise.name_key(right)


@pytest.mark.parametrize("name", ["有限公司", "Ltd", "集团", "公司"])
def test_name_key_of_a_bare_legal_form_is_not_empty(name: str) -> None:
    assert standardise.name_key(name) != ""


@given(st.text(max_size=200))
def test_name_key_is_stable_under_full_width_spaces_and_repetition(name: str) -> None:
    key = standardise.name_key(name)
    assert len(key) <= 200
    assert standardise.name_key(f"　{name}　") == key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", ""),
        ("13812345678", "+8613812345678"),
        ("１３８ １２３４ ５６７８", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("0086 13812345678", "+8613812345678"),
        ("86 13812345678", "+8613812345678"),
        ("021-6888 1234", "+862168881234"),
        ("(021) 68881234 转 805", "+862168881234 ext. 805"),
        ("021-68881234 x12", "+862168881234 ext. 12"),
        ("+86 (0)21 6888 1234", "+862168881234"),
        ("+44 20 7946 0958", "+442079460958"),
        ("001 415 555 0100", "+14155550100"),
        ("95588", "95588"),
        ("ask the front desk", "ask the front desk"),
    ],
)
def test_phone_has_one_spelling(typed: str, stored: str) -> None:
    assert standardise.phone(typed) == stored


@given(st.text(alphabet="0123456789+-() ext.x转", max_size=30))
def test_phone_standardised_twice_is_the_same(typed: str) -> None:
    once = standardise.phone(typed)
    assert standardise.phone(once) == once


def test_credit_code_is_half_width_capitals() -> None:
    assert standardise.credit_code(" ９１３１０１１５ma1k3y0y4x ") == "91310115MA1K3Y0Y4X"


def test_email_is_lower_case() -> None:
    assert standardise.email(" Li.Wei＠Example.COM ") == "li.wei@example.com"


def test_website_gets_a_scheme() -> None:
    assert standardise.website("www.example.com") == "https://www.example.com"
    assert standardise.website("http://example.com") == "http://example.com"
    assert standardise.website(" ") == ""
