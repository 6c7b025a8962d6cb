"""Whether a case may be there already: what is open or recent of the same people, or in the same words.

Bounded, whatever the installation holds: each way of looking reads one range of an index and a fixed number
of rows, only among what the person may see. What is out of reach is neither shown nor counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from complaints.choices.cases import State
from complaints.models import Category, Complaint
from complaints.similarity import Index, likeness, shared_pieces, terms_of
from core.access import sees_field
from core.models import SearchTerm, User
from core.search.terms import LAST, Way
from core.search.text import fold
from core.search.types import type_of
from customers import standardise

#: So long before and after a case others count as recent.
RECENT: Final = timedelta(days=30)
MOST_SHOWN: Final = 5
#: Rows that each way of looking reads at most.
_MOST_ROWS: Final = 50
#: A piece of text that more titles have says nothing about the matter.
_TOO_COMMON: Final = 200
_MOST_PIECES: Final = 12
_MOST_TEXT: Final = 600
#: From this likeness of their pieces on two texts are "the same words"; docs/complaints.md says how it does.
ALIKE: Final = 0.32
#: A number of an order, an invoice, a certificate: letters, dashes and at least five digits.
_CODE = re.compile(r"\b(?=(?:[A-Za-z-]*\d){5})[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b")
_DAY = re.compile(r"(?:19|20)\d\d-?\d\d?-?\d\d?")

#: What each reason weighs; `words` weigh by how alike they are.
WEIGHTS: Final = {
    "subject": 6,
    "code": 5,
    "contact": 4,
    "person": 4,
    "category": 3,
    "customer": 1,
    "words": 6,
}
#: From this weight on a case is likely the same, and whoever receives another one is asked.
LIKELY: Final = 2.1


@dataclass(frozen=True)
class Reason:
    """Why a case is a candidate: a code of `WEIGHTS`, and what the two have in common."""

    code: str
    common: str = ""
    weight: float = 0.0


@dataclass(frozen=True)
class Candidate:
    """A case that may be the same matter, with every reason, the strongest first."""

    case: Complaint
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> float:
        """How much speaks for it."""
        return sum(reason.weight for reason in self.reasons)

    @property
    def is_likely(self) -> bool:
        """True where whoever receives the case is asked; else it is only shown."""
        return self.weight >= LIKELY


def candidates(
    case: Complaint, *, seen_by: User, at: datetime, most: int = MOST_SHOWN
) -> tuple[Candidate, ...]:
    """Return the cases that may be the same matter as this one, stored or not, the likeliest first.

    Two queries, each of bounded ranges of indexes; nothing out of the reach of `seen_by`.
    """
    rows = Complaint.objects.visible_to(seen_by).exclude(state=State.MERGED)
    if case.pk is not None:
        rows = rows.exclude(pk=case.pk)
    moment = case.received_at if case.pk is not None else at
    pools = _Pools(case, rows, moment, sees_contact=sees_field(seen_by, Complaint, "contact_email"))
    found = {one.pk: one for one in pools.cases()}
    weighed = [
        Candidate(one, _reasons(case, one, moment, contacts=pools.sees_contact))
        for one in _by_text(case, found)
    ]
    # The sort is stable: among equals the one whose text is more alike comes first.
    return tuple(sorted((one for one in weighed if one.reasons), key=lambda one: -one.weight)[:most])


@dataclass(frozen=True)
class _Pools:
    """Where to look. Each pool is a bounded query over `rows`, which are in reach.

    Who may not read addresses (`sees_contact`) does not compare them either.
    """

    case: Complaint
    rows: QuerySet[Any]
    moment: datetime
    sees_contact: bool

    def cases(self) -> QuerySet[Any]:
        """Return what may be the same, all pools in one query: a union of keys, each part by its index."""
        pools = list(self._ranges())
        titles = _with_pieces(f"{self.case.title} {self.case.description[:_MOST_TEXT]}")
        if titles:
            pools.append(self._recent().filter(pk__in=titles))
        if not pools:
            return Complaint.objects.none()
        # A limit within a union stands in a subquery: SQLite allows it nowhere else.
        first, *others = (
            Complaint.objects.filter(pk__in=pool.order_by("-received_at").values("pk")[:_MOST_ROWS])
            .order_by()
            .values("pk")
            for pool in pools
        )
        keys = first.union(*others) if others else first
        return Complaint.objects.for_list().filter(pk__in=keys).order_by("pk")

    def _recent(self) -> QuerySet[Any]:
        return self.rows.filter(received_at__range=(self.moment - RECENT, self.moment + RECENT))

    def _ranges(self) -> Iterator[QuerySet[Any]]:
        case, recent = self.case, self._recent()
        if case.customer_id is not None:
            yield recent.filter(customer=case.customer_id)
            yield self.rows.open().filter(customer=case.customer_id)  # type: ignore[attr-defined]
        if case.person_id is not None:
            yield recent.filter(person=case.person_id)
        if case.subject_id is not None:
            yield recent.filter(subject_type=case.subject_type_id, subject_id=case.subject_id)
        if self.sees_contact and (mail := standardise.email(case.contact_email)):
            by_mail = recent.exclude(contact_email="").annotate(mail=Lower("contact_email"))
            yield by_mail.filter(mail=mail)
        if self.sees_contact and case.contact_phone:
            yield recent.exclude(contact_phone="").filter(contact_phone__in=_written(case.contact_phone))
        if case.category is not None:
            same = Category.objects.filter(kind=case.category.kind, code=case.category.code)
            yield recent.filter(category__in=same.order_by().values("pk"))


def _written(phone: str) -> set[str]:
    """Return how a telephone number may have been written down."""
    standard = standardise.phone(phone)
    bare = re.sub(r"[\s()-]", "", phone)
    return {phone, bare, standard, standard.removeprefix("+86"), "0" + standard.removeprefix("+86")}


# ---- by words ---------------------------------------------------------------------------------------
def _with_pieces(text: str) -> list[int]:
    """Return the cases whose titles have the rarest pieces of the text, the most of them first."""
    kind = type_of(Complaint)
    if kind is None:
        return []
    field = [one.name for one in kind.fields].index("title")
    terms = SearchTerm.objects.filter(kind=kind.number, field=field, way__in=(Way.START, Way.INSIDE))
    asked = _asked(text)
    titles = _titles_with(terms, list(dict.fromkeys(piece for pair in asked for piece in pair)))
    hits: Counter[int] = Counter()
    for piece, longer in asked:
        found = titles[piece] if len(titles[piece]) <= _TOO_COMMON else titles[longer]
        if len(found) <= _TOO_COMMON:
            hits.update(found)
    return [key for key, _times in hits.most_common(_MOST_ROWS)]


def _titles_with(terms: QuerySet[SearchTerm], pieces: list[str]) -> dict[str, set[int]]:
    """Return for each piece the cases whose titles have it, in one query: one range of the index a piece."""
    found: dict[str, set[int]] = {piece: set() for piece in pieces}
    parts = [
        Complaint.objects.filter(pk__in=_begins(terms, piece))
        .annotate(place=Value(place))
        .order_by()
        .values_list("place", "pk")
        for place, piece in enumerate(pieces)
    ]
    if parts:
        for place, key in parts[0].union(*parts[1:], all=True):
            found[pieces[place]].add(key)
    return found


def _begins(terms: QuerySet[SearchTerm], piece: str) -> QuerySet[Any, Any]:
    rows = terms.filter(term__gte=piece, term__lt=piece + LAST).order_by()
    return rows.values("object_id")[: _TOO_COMMON + 1]


def _asked(text: str) -> list[tuple[str, str]]:
    """Return pieces to look for, each with a longer one for where the short one is too common."""
    pieces: dict[str, str] = {}
    for run in re.findall(r"[㐀-鿿]+", fold(text)):
        for place in range(0, len(run) - 1, 2):
            pieces.setdefault(run[place : place + 2], run[place : place + 4])
    words = [piece for piece in terms_of(fold(text)) if len(piece) > 2]
    for word in sorted(words, key=len, reverse=True):
        pieces.setdefault(word, word)
    return list(pieces.items())[:_MOST_PIECES]


def _by_text(case: Complaint, found: dict[int, Complaint]) -> Iterator[Complaint]:
    """Yield the cases, those whose texts are most like the case's first."""
    index = Index.of((key, terms_of(_text_of(one))) for key, one in found.items())
    first = [key for key, _score in index.best(_text_of(case), most=len(found))]
    for key in [*first, *(key for key in found if key not in set(first))]:
        yield found[key]


def _text_of(case: Complaint) -> str:
    return f"{case.title} {case.description[:_MOST_TEXT]}"


def same_words(one: Complaint, other: Complaint) -> float:
    """Return how alike the words of two cases are, from 0 to 1: by their titles, or by all that was said."""
    titles = likeness(terms_of(one.title), terms_of(other.title))
    return max(titles, likeness(terms_of(_text_of(one)), terms_of(_text_of(other))))


# ---- why ------------------------------------------------------------------------------------------
def _reasons(case: Complaint, other: Complaint, moment: datetime, *, contacts: bool) -> tuple[Reason, ...]:
    is_recent = abs(other.received_at - moment) <= RECENT
    found = [
        *_same_thing(case, other),
        *(_same_people(case, other, contacts=contacts) if is_recent or other.is_open else ()),
        *_same_words(case, other),
    ]
    return tuple(sorted(found, key=lambda reason: -reason.weight))


def _same_thing(case: Complaint, other: Complaint) -> Iterator[Reason]:
    about = (case.subject_type_id, case.subject_id)
    if case.subject_id is not None and about == (other.subject_type_id, other.subject_id):
        yield _reason("subject", other.subject_label)
    both = sorted(_codes(case) & _codes(other))
    if both:
        yield _reason("code", ", ".join(both[:2]))


def _codes(case: Complaint) -> set[str]:
    found = _CODE.findall(f"{case.title} {case.description[:_MOST_TEXT]}")
    return {code.upper() for code in found if not _DAY.fullmatch(code)}


def _same_people(case: Complaint, other: Complaint, *, contacts: bool) -> Iterator[Reason]:
    if case.person_id is not None and case.person_id == other.person_id:
        yield _reason("person", str(other.person))
    elif contacts and _same_contact(case, other):
        yield _reason("contact")
    if case.customer_id is None or case.customer_id != other.customer_id:
        return
    code = case.category.code if case.category is not None else None
    if code is not None and other.category is not None and code == other.category.code:
        yield _reason("category", other.category.name)
    elif other.is_open:
        yield _reason("customer")


def _same_contact(case: Complaint, other: Complaint) -> bool:
    mail = standardise.email(case.contact_email)
    if mail and mail == standardise.email(other.contact_email):
        return True
    phone = standardise.phone(case.contact_phone)
    return bool(phone) and phone == standardise.phone(other.contact_phone)


def _same_words(case: Complaint, other: Complaint) -> Iterator[Reason]:
    alike = same_words(case, other)
    pieces = shared_pieces(_text_of(case), _text_of(other)) if alike >= ALIKE else []
    if pieces:
        # In a surge many customers say the same: theirs are like cases, but hardly the same one.
        differ = None not in (case.customer_id, other.customer_id) and case.customer_id != other.customer_id
        weight = WEIGHTS["words"] * alike / (2 if differ else 1)
        yield Reason("words", ", ".join(pieces), weight)


def _reason(code: str, common: str = "") -> Reason:
    return Reason(code, common, WEIGHTS[code])
