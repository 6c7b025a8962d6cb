"""How search reads texts: pure, without a database."""

from __future__ import annotations

import pytest

from core.search.marking import marked
from core.search.pinyin import readings
from core.search.terms import Way, code_terms, name_terms, phone_terms, text_terms
from core.search.text import MOST_WORDS, fold, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("臺灣銀行", "台湾银行"),
        ("裏裡里", "里里里"),
        ("ＰＩＮＧ　安１２", "ping 安12"),
        ("José Ünal", "jose unal"),
        ("Jose\u0301", "jose"),
        ("㈱ 平安", " 株  平安"),
        ("a\u200db\ufeff", "ab"),
        ("🎉 party", "🎉 party"),
        ("100%_\\'\"", "100     "),
        ("\x00a\x00", " a "),
        ("Straße", "strasse"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ()),
        ("   ", ()),
        ("%", ()),
        ("_\\ '", ()),
        ("\x00", ()),
        ("\ud800", ()),
        ("平安 平安", ("平安",)),
        ("平安，上海", ("平安", "上海")),
        ("C-000123", ("c000123",)),
        ("O'Brien", ("obrien",)),
        ("138 0013", ("138", "0013")),
        ("a" * 10_000, ("a" * 200,)),
    ],
)
def test_words_of_a_query(query: str, words: tuple[str, ...]) -> None:
    assert words_of(query) == words


def test_a_query_has_so_many_words_at_most() -> None:
    assert len(words_of(" ".join(f"w{n}" for n in range(50)))) == MOST_WORDS


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("银行", {"yin hang"}),
        ("行政", {"xing zheng"}),
        ("长沙", {"chang sha"}),
        ("重庆", {"chong qing"}),
        ("吕", {"lv", "lu"}),
        ("单", {"dan", "shan"}),
        ("曾", {"zeng", "ceng"}),
        ("平a1", {"ping a 1"}),
    ],
)
def test_readings_by_phrase_and_both_where_none_decides(text: str, read: set[str]) -> None:
    assert {" ".join(reading) for reading in readings(text)} == read


def test_readings_stay_few() -> None:
    assert len(readings("单曾解仇查盖区朴" * 20)) <= 4


def test_a_name_is_found_from_each_character_and_read_without_its_legal_form() -> None:
    terms = set(name_terms(("股份有限公司", "有限公司"))("平安銀行有限公司"))
    assert terms == {
        (Way.START, "平安银行有限公司"),
        (Way.INSIDE, "安银行有限公司"),
        (Way.INSIDE, "银行有限公司"),
        (Way.INSIDE, "行有限公司"),
        (Way.INSIDE, "有限公司"),
        (Way.INSIDE, "限公司"),
        (Way.INSIDE, "公司"),
        (Way.INSIDE, "司"),
        (Way.READ_START, "pinganyinhang"),
        (Way.READ_INSIDE, "anyinhang"),
        (Way.READ_INSIDE, "yinhang"),
        (Way.READ_INSIDE, "hang"),
        (Way.INITIALS_START, "payh"),
        (Way.INITIALS_INSIDE, "ayh"),
        (Way.INITIALS_INSIDE, "yh"),
        (Way.INITIALS_INSIDE, "h"),
    }


def test_latin_names_are_found_from_each_word() -> None:
    assert [term for _way, term in name_terms()("Bohai Energy Co., Ltd.")] == [
        "bohaienergycoltd",
        "energycoltd",
        "coltd",
        "ltd",
    ]


def test_pictures_have_no_pinyin() -> None:
    assert list(name_terms()("🎉")) == [(Way.START, "🎉")]


def test_a_name_that_is_only_a_legal_form_keeps_its_reading() -> None:
    assert (Way.READ_START, "gongsi") in set(name_terms(("公司",))("公司"))


def test_long_texts_have_bounded_terms() -> None:
    terms = list(text_terms("课" * 10_000))
    assert len(terms) == 60
    assert max(len(term) for _way, term in terms) == 24


def test_codes_are_found_whole_and_by_their_parts_without_zeros() -> None:
    assert list(code_terms("SO-2024-000138")) == [
        (Way.CODE, "so2024000138"),
        (Way.PART, "2024000138"),
        (Way.PART, "000138"),
        (Way.PART, "138"),
    ]


@pytest.mark.parametrize("written", ["+8613800138000", "138 0013 8000", "１３８００１３８０００"])
def test_a_mobile_is_found_by_any_three_digits(written: str) -> None:
    terms = {term for _way, term in phone_terms(written)}
    number = "13800138000"
    assert {number[start:] for start in range(len(number) - 2)} <= terms


def test_a_landline_is_found_with_its_zero_and_without_its_extension() -> None:
    terms = set(phone_terms("+862149857482 ext. 120"))
    assert {(Way.CODE, "862149857482"), (Way.CODE, "02149857482"), (Way.PART, "482")} <= terms
    assert "120" not in {term for _way, term in terms}


def test_no_digits_no_terms() -> None:
    assert list(phone_terms("unknown")) == []


@pytest.mark.parametrize(
    ("text", "query", "meant"),
    [
        ("中国平安银行", "平安", ["平安"]),
        ("中國平安銀行", "银行", ["銀行"]),
        ("中国平安银行", "pingan", ["平安"]),
        ("中国平安银行", "ping an", ["平安"]),
        ("中国平安银行", "payh", ["平安银行"]),
        ("Kestrel Systems", "sys", ["Sys"]),
        ("022-55138416", "138", ["138"]),
        ("C-000138", "c000", ["C", "000"]),
        ("平安", "zz", []),
    ],
)
def test_what_was_meant_is_marked(text: str, query: str, meant: list[str]) -> None:
    pieces = marked(text, words_of(query))
    assert "".join(piece for piece, _ in pieces) == text
    found = [piece for piece, is_meant in pieces if is_meant]
    assert "".join(found) == "".join(meant)
