"""Fields that a file may fill: what they are called, which texts they take, and how these become values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation
from django.utils.functional import Promise

from core.imports import dates, values
from core.imports.faults import ValueFault
from core.imports.mapping import Wanted, heading_key
from core.imports.reading import Dialect
from core.picklists import Picklist

#: What people write into cells that they have nothing to say in; only text keeps it.
_NOTHING = frozenset(
    ["-", "--", "—", "–", "/", "n/a", "na", "null", "none", "nil", "无", "無", "暂无", "暫無"]
)
_TEXTUAL = frozenset(["text", "long_text", "words"])

_CONTENT = {
    "date": "dates",
    "datetime": "dates",
    "money": "numbers",
    "number": "numbers",
    "integer": "wholes",
    "email": "emails",
    "mobile": "mobiles",
    "credit_code": "credit_codes",
}


@dataclass(frozen=True)
class TargetField:
    """One field of a target.

    `kind` is text, long_text, words, identifier, email, phone, mobile, website, credit_code, boolean, money,
    number (any decimals), integer, date, datetime (in the zone in force) or choice. `synonyms` are headings
    that mean it, separated by commas; `words` are further texts of its choices: key → texts, separated by
    commas. A `key` field tells which record is meant.
    """

    key: str
    label: str | Promise
    kind: str = "text"
    synonyms: str = ""
    is_required: bool = False
    is_key: bool = False
    max_length: int | None = None
    choices: type[TextChoices] | Picklist | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    bounds: Callable[[], tuple[date, date]] | None = None
    #: The fault of a text that is none of the choices.
    unknown_code: str = "unknown_choice"
    #: Further headings in every language: what exports of this system call the column.
    also: tuple[str | Promise, ...] = ()
    help: str | Promise = ""

    def wanted(self) -> Wanted:
        """Return what automatic mapping looks for: own synonyms and the label in every language."""
        labels = [text for label in (self.label, *self.also) for text in _in_every_language(label)]
        return Wanted(
            self.key, (*_parts(self.synonyms), *labels), _CONTENT.get(self.kind, ""), self.is_required
        )

    def parser(self, dialect: Dialect) -> Callable[[str], Any]:
        """Return the function that makes a value of a tidied text, or raises `ValueFault`."""
        parse = self._parser(dialect)
        if self.kind in _TEXTUAL:
            return parse
        return partial(_value_or_nothing, parse)

    def _parser(self, dialect: Dialect) -> Callable[[str], Any]:
        if self.kind == "choice":
            return partial(_parse_choice, self._choice_words(), self.unknown_code)
        if self.kind == "date":
            return partial(_parse_day, dialect.date_order, self.bounds() if self.bounds else None)
        if self.kind == "datetime":
            return partial(dates.parse_moment, order=dialect.date_order)
        if self.kind in _NUMBERS:
            return partial(_NUMBERS[self.kind], mark=dialect.decimal_mark)
        if self.kind == "boolean":
            return values.parse_boolean
        if self.kind == "words":
            return _parse_words
        return partial(_BY_LENGTH[self.kind], max_length=self.max_length)

    def _choice_words(self) -> dict[str, str]:
        known = {choice_key(text): key for key, texts in self.words.items() for text in _parts(texts)}
        for choice in self.choices or ():
            for text in (choice.value, *_in_every_language(choice.label)):
                known[choice_key(text)] = choice.value
        return known


_NUMBERS: dict[str, Callable[..., Any]] = {
    "money": values.parse_money,
    "number": values.parse_decimal,
    "integer": values.parse_integer,
}
_BY_LENGTH: dict[str, Callable[..., str]] = {
    "text": values.parse_text,
    "long_text": values.parse_long_text,
    "identifier": values.parse_identifier,
    "email": values.parse_email,
    "phone": values.parse_phone,
    "mobile": values.parse_mobile,
    "website": values.parse_website,
    "credit_code": values.parse_credit_code,
}


def _parts(texts: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in texts.split(",") if part.strip())


def _in_every_language(label: str | Promise) -> tuple[str, ...]:
    texts = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts.append(str(label))
    return tuple(dict.fromkeys(texts))


@lru_cache(maxsize=10_000)
def choice_key(text: str) -> str:
    """Return the text of a choice as comparison sees it."""
    return heading_key(text) or values.half_width(text).strip().lower()


def _value_or_nothing(parse: Callable[[str], Any], text: str) -> Any:
    if text.lower() in _NOTHING:
        try:
            return parse(text)
        except ValueFault:
            return None
    return parse(text)


def _parse_choice(known: Mapping[str, str], unknown: str, text: str) -> str:
    key = known.get(choice_key(text))
    if key is None:
        raise ValueFault(unknown)
    return key


def _parse_day(order: str, bounds: tuple[date, date] | None, text: str) -> date:
    day = dates.parse_date(text, order)
    return dates.ensure_between(day, *bounds) if bounds else day


def _parse_words(text: str) -> list[str]:
    for sign in "，；、;|/":
        text = text.replace(sign, ",")
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
