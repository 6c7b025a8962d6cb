"""Texts that are kept in several languages, or worded when they are read: which is shown.

Administrators word names, phrases and plans in English and in both ways of writing Chinese, and need
not fill in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext

_OF_THE_PRODUCT: set[str] = set()
_FOR_CHINESE = ("zh-hans", "zh-hant", "en")
_FOR_OTHERS = ("en", "zh-hans", "zh-hant")


def texts_of(record: Any, prefix: str) -> dict[str, str]:
    """Return the columns `<prefix>_en`, `<prefix>_zh_hans` and `<prefix>_zh_hant` by language."""
    return {code: getattr(record, f"{prefix}_{code.replace('-', '_')}") for code in _FOR_OTHERS}


def own_text(texts: Mapping[str, str], language: str = "") -> str:
    """Return the text in `language`, by default the one in force; empty where there is none."""
    return texts.get((language or get_language() or "en").lower(), "")


def nearest_text(texts: Mapping[str, str], language: str = "") -> str:
    """Return the text in `language`, by default the one in force, else in the nearest that has one.

    Chinese readers get the other way of writing Chinese before English. Empty where all are empty.
    """
    wanted = (language or get_language() or "en").lower()
    order = _FOR_CHINESE if wanted.startswith("zh") else _FOR_OTHERS
    return own_text(texts, wanted) or next((texts[code] for code in order if texts.get(code)), "")


def register_words(texts: Iterable[str]) -> None:
    """Declare English texts that verbs of a package note by themselves, for readers of any language."""
    _OF_THE_PRODUCT.update(texts)


def product_words(text: str) -> str:
    """Return a text that a package declared in the language in force; what people typed stays as it is."""
    return gettext(text) if text in _OF_THE_PRODUCT else text
