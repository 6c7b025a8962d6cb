"""The watch over what customers say: an angry text warns once for each case, however late it was entered.

Lines of the log are read in the order in which they were written, from a mark on, so that what was received
long ago, and what came while no worker ran, is read too. A line may become visible after a later one: the
mark stays behind what was read by an hour, and what is read twice warns once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.db.models import F, Max, Min, Q

from complaints.choices.cases import EntryKind
from complaints.choices.learning import AlertKind
from complaints.domain.alerts import raise_alert
from complaints.models import Alert, Complaint, Entry, TextMark
from complaints.querysets.cases import EntryQuerySet
from complaints.sentiment import anger_of, sounds_angry

#: Descriptions are looked at for so long, as they may be corrected. The first run begins so far back.
WITHIN: Final = timedelta(hours=24)
#: No transaction that writes a line takes longer.
SETTLED_AFTER: Final = timedelta(hours=1)


def look_at_texts(at: datetime) -> int:
    """Warn of cases whose customer sounds angry, in the description or a message; once for each case.

    Cases that had ended when they were brought in are left out, but for what is said in them afterwards.
    """
    mark = _mark(at)
    # Before the lines are read: what is written meanwhile is read the next time.
    last = _last_line()
    angry = _angriest(chain(_descriptions(mark, at), _lines(mark)))
    keys = [f"{AlertKind.NEGATIVE.value}:{pk}" for pk in angry]
    known = set(Alert.objects.filter(key__in=keys).values_list("complaint", flat=True))
    raised = 0
    for case in Complaint.objects.for_list().filter(pk__in=set(angry) - known):
        made = raise_alert(
            AlertKind.NEGATIVE,
            str(case.pk),
            at=at,
            complaint=case,
            customer=case.customer,
            evidence={"score": angry[case.pk]},
        )
        raised += made is not None
    _move(mark, last, at)
    return raised


def _descriptions(mark: TextMark, at: datetime) -> Iterator[tuple[int, str]]:
    """Yield title and description of young complaints, and of those of which new lines tell."""
    young = Q(received_at__gt=at - WITHIN, received_at__lte=at)
    told = Q(pk__in=_said(mark).order_by().values("complaint"))
    rows = Complaint.objects.complaints().filter(young | told, is_history=False)
    for pk, title, text in rows.order_by().values_list("pk", "title", "description").iterator():
        yield pk, f"{title} {text}"


def _lines(mark: TextMark) -> Iterator[tuple[int, str]]:
    yield from _said(mark).order_by().values_list("complaint", "body").iterator()


def _said(mark: TextMark) -> EntryQuerySet:
    """Return what customers said and nobody has looked at; the log that an ended case came with is old."""
    brought = Q(complaint__is_history=True, at__lte=F("complaint__created_at"))
    rows: EntryQuerySet = Entry.objects.filter(kind=EntryKind.INBOUND, pk__gt=mark.entry)
    return rows.exclude(brought)


def _angriest(texts: Iterable[tuple[int, str]]) -> dict[int, float]:
    """Return, of each case in which something sounds angry, how angry the angriest text is."""
    found: dict[int, float] = {}
    for pk, text in texts:
        if sounds_angry(text):
            found[pk] = min(anger_of(text), found.get(pk, 0.0))
    return found


# ---- how far ----------------------------------------------------------------------------------------
def _last_line() -> int:
    return int(Entry.objects.aggregate(last=Max("pk"))["last"] or 0)


def _mark(at: datetime) -> TextMark:
    mark: TextMark | None = TextMark.objects.filter(pk=1).first()
    if mark is not None:
        return mark
    recent = Entry.objects.filter(at__gt=at - WITHIN).aggregate(first=Min("pk"))["first"]
    begin = recent - 1 if recent is not None else _last_line()
    made: TextMark = TextMark.objects.get_or_create(
        pk=1, defaults={"entry": begin, "next_entry": begin, "next_at": at}
    )[0]
    return made


def _move(mark: TextMark, last: int, at: datetime) -> None:
    """Move the mark to where it was to go an hour ago or earlier; of two workers one does."""
    if at - mark.next_at < SETTLED_AFTER:
        return
    rows = TextMark.objects.filter(pk=1, next_at=mark.next_at)
    rows.update(entry=F("next_entry"), next_entry=last, next_at=at)
