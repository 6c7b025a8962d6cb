"""Conditions of grading rules: a closed set of facts, each asked in a way that fits it.

Pure: values in, values out. A condition is kept as JSON, {"fact", "operator", "value"} and, for earlier
complaints, "days"; `read_conditions` is the one schema of it, for pages, API and what is stored.

Facts are a mapping from `Fact` to: impact, tier, intake, emotion – the key of the choice; flags – a bool;
repeats – the ages in days of the customer's other complaints before this one; category – the codes of the
branch, from the category itself upward; amount – a Decimal in the currency of the organisation; words –
the text. What is not known is None, and never makes a condition hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from complaints.choices.cases import Emotion, Impact, Intake
from complaints.choices.grading import IMPACT_ORDER, OPERATORS, Fact, Operator
from customers.choices import Tier

Facts = Mapping[str, Any]
MOST_REPEATS: Final = 100
#: The furthest that earlier complaints are looked back for.
MOST_DAYS: Final = 730
MOST_WORDS: Final = 50
#: Characters of one word.
LONGEST_WORD: Final = 40
#: Characters of the text in which words are looked for.
MOST_TEXT: Final = 20_000
MOST_CATEGORIES: Final = 30
_MOST_AMOUNT = Decimal("9999999999.99")
_FLAGS = (Fact.SAFETY, Fact.MEDIA, Fact.LEGAL)


class BadCondition(ValueError):  # noqa: N818 (reads as the refusal that it is)
    """A condition that nobody could evaluate: `code` says what is wrong, `fact` where."""

    def __init__(self, code: str, fact: str = "") -> None:
        super().__init__(f"{code}: {fact}")
        self.code, self.fact = code, fact


@dataclass(frozen=True)
class Condition:
    """One question about one fact; `value` as `read_conditions` leaves it, `days` of repeats alone."""

    fact: str
    operator: str
    value: Any = True
    days: int | None = None

    def seen(self, facts: Facts) -> Any:
        """Return what the condition sees of the facts, as JSON holds it; None where it is not known."""
        found = facts.get(self.fact)
        if found is None:
            return None
        if self.fact == Fact.REPEATS:
            return sum(age < (self.days or MOST_DAYS) for age in found)
        if self.fact == Fact.CATEGORY:
            return found[0] if found else None
        if self.fact == Fact.WORDS:
            return [word for word in self.value if word_in(word, found)]
        return format(found, "f") if isinstance(found, Decimal) else found

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is so. A fact that is not known never decides."""
        seen = self.seen(facts)
        if seen is None:
            return False
        if self.operator == Operator.ANY_OF:
            return bool(seen)
        if self.operator == Operator.WITHIN:
            return not set(self.value).isdisjoint(facts[self.fact])
        if self.operator == Operator.ONE_OF:
            return seen in self.value
        if self.operator == Operator.IS_SO:
            return seen is True
        return self._reaches(seen)

    def _reaches(self, seen: Any) -> bool:
        if self.fact == Fact.IMPACT:
            return IMPACT_ORDER.get(seen, 0) >= IMPACT_ORDER[self.value]
        if self.fact == Fact.AMOUNT:
            return Decimal(seen) >= Decimal(self.value)
        return int(seen) >= int(self.value)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        kept = {"fact": self.fact, "operator": self.operator, "value": value}
        return kept | ({"days": self.days} if self.days is not None else {})


# ---- words ------------------------------------------------------------------------------------------
def plain(text: str) -> str:
    """Return the text as words are looked for in it: wide letters made narrow, case folded, cut."""
    return unicodedata.normalize("NFKC", text[:MOST_TEXT]).casefold()


def word_in(word: str, text: str) -> bool:
    """Tell whether the word stands in a `plain` text: Latin letters as a whole word, Chinese anywhere."""
    wanted = plain(word)
    before = r"(?<![a-z0-9])" if wanted[:1].isascii() else ""
    after = r"(?![a-z0-9])" if wanted[-1:].isascii() else ""
    return bool(wanted) and re.search(f"{before}{re.escape(wanted)}{after}", text) is not None


# ---- the schema -------------------------------------------------------------------------------------
def read_conditions(raw: object) -> tuple[Condition, ...]:
    """Return the conditions that the JSON says, in the order of the facts.

    Raises BadCondition: none at all, an unknown fact, a way of asking that the fact does not have, a value
    that does not fit, unknown keys, and two conditions about one fact.
    """
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise BadCondition("none")
    if len(raw) > len(Fact):
        raise BadCondition("too_many")
    found: dict[str, Condition] = {}
    for one in raw:
        condition = _read(one)
        if condition.fact in found:
            raise BadCondition("twice", condition.fact)
        found[condition.fact] = condition
    return tuple(found[fact] for fact in Fact.values if fact in found)


def _read(raw: object) -> Condition:
    if not isinstance(raw, Mapping):
        raise BadCondition("no_object")
    fact = raw.get("fact")
    if not isinstance(fact, str) or fact not in Fact.values:
        raise BadCondition("unknown_fact", str(fact)[:40])
    if set(raw) - {"fact", "operator", "value", "days"}:
        raise BadCondition("unknown_key", fact)
    if raw.get("operator") not in OPERATORS[fact]:
        raise BadCondition("unknown_operator", fact)
    operator, value = str(raw["operator"]), raw.get("value", True)
    days = raw.get("days")
    if (fact == Fact.REPEATS) != (days is not None):
        raise BadCondition("bad_days", fact)
    if days is not None and not _is_count(days, MOST_DAYS):
        raise BadCondition("bad_days", fact)
    kept = _value(fact, operator, value)
    if kept is None:
        raise BadCondition("bad_value", fact)
    return Condition(fact, operator, kept, days)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _value(fact: str, operator: str, value: Any) -> Any:
    """Return the value in its own shape; None for one that does not fit."""
    if fact in _FLAGS:
        return True if value is True else None
    if fact == Fact.REPEATS:
        return value if _is_count(value, MOST_REPEATS) else None
    if fact == Fact.AMOUNT:
        return _amount(value)
    if operator == Operator.AT_LEAST:
        known = Impact.values if fact == Fact.IMPACT else Emotion.values
        return value if isinstance(value, str) and value in known else None
    return _listed(value, *_LISTS[fact])


def _amount(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)) or len(str(value)) > 20:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount <= _MOST_AMOUNT:
        return None
    if amount != amount.quantize(Decimal("0.01")):
        return None
    return format(amount.quantize(Decimal("0.01")), "f")


_CODE = re.compile(r"[a-z0-9_.-]{1,40}")


def _is_word(text: str) -> bool:
    return 0 < len(text) <= LONGEST_WORD and bool(plain(text)) and text.isprintable()


_LISTS: dict[str, tuple[Callable[[str], bool], int]] = {
    Fact.IMPACT: (lambda text: text in Impact.values, len(Impact)),
    Fact.TIER: (lambda text: text in Tier.values, len(Tier)),
    Fact.INTAKE: (lambda text: text in Intake.values, len(Intake)),
    Fact.CATEGORY: (lambda text: _CODE.fullmatch(text) is not None, MOST_CATEGORIES),
    Fact.WORDS: (_is_word, MOST_WORDS),
}


def _listed(value: object, fits: Callable[[str], bool], most: int) -> tuple[str, ...] | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or not 0 < len(value) <= most:
        return None
    texts = [one.strip() if isinstance(one, str) else "" for one in value]
    return tuple(dict.fromkeys(texts)) if all(fits(text) for text in texts) else None


def as_json(conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """Return the conditions as they are kept."""
    return [one.as_json() for one in conditions]
