"""Which of several languages is shown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils import translation

from core.wordings import nearest_text, own_text, texts_of

ALL = {"en": "Queue", "zh-hans": "队列", "zh-hant": "佇列"}


@pytest.mark.parametrize(("language", "shown"), ALL.items())
def test_each_language_has_its_own_text(language, shown):
    with translation.override(language):
        assert nearest_text(ALL) == shown


@pytest.mark.parametrize(
    ("language", "texts", "shown"),
    [
        ("zh-hant", {**ALL, "zh-hant": ""}, "队列"),
        ("zh-hans", {**ALL, "zh-hans": ""}, "佇列"),
        ("zh-hans", {"en": "Queue", "zh-hans": "", "zh-hant": ""}, "Queue"),
        ("en", {**ALL, "en": ""}, "队列"),
        ("fr", ALL, "Queue"),
        ("en", {"zh-hant": "佇列"}, "佇列"),
        ("en", {}, ""),
    ],
)
def test_the_nearest_language_stands_in(language, texts, shown):
    assert nearest_text(texts, language) == shown


def test_nothing_stands_in_for_ones_own():
    assert own_text({**ALL, "zh-hant": ""}, "zh-Hant") == ""


def test_columns_are_read_by_their_language():
    row = SimpleNamespace(text_en="a", text_zh_hans="b", text_zh_hant="c")
    assert texts_of(row, "text") == {"en": "a", "zh-hans": "b", "zh-hant": "c"}
