"""What was known of each active customer before a moment, and who complained after it.

Every sign is read from facts that carry their own moment and are never rewritten (received, called back,
fired, the lines of the log), so that a day of the past shows what could be known then. What happens later
does not change it: a test lives through a year and looks back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count
from django.utils import timezone

from complaints.choices.cases import CaseKind, Decision, EntryKind, EscalationState, State
from complaints.choices.foresight import Sign
from complaints.choices.solving import CallBackState
from complaints.domain.alerts import ANGRY_CALL
from complaints.forecast.signs import SIGNS
from complaints.models import CallBack, CallScore, Complaint, ComplaintCause, Entry, Escalation
from customers.choices import OrderKind
from customers.models import Customer, Interaction, Order, OrderDay

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
YEAR, QUARTER, TWO_MONTHS = timedelta(days=365), timedelta(days=90), timedelta(days=60)
LOW_SCORE = 2
_ENDS = frozenset({"solved", "closed", "withdrawn", "merged"})
_OPENS = frozenset({"reopened", "unmerged"})
_REJECTED = frozenset({Decision.REJECTED.value, Decision.GOODWILL.value})


def active_customers(cut: datetime) -> Ids:
    """Return the ids of customers who ordered or complained in the year before `cut`, in order.

    Of those who left the tables since (merged, deleted), nothing is known any more.
    """
    day = timezone.localdate(cut)
    bought = OrderDay.objects.purchases().filter(day__gte=day - YEAR, day__lt=day)
    complained = _complaints(cut - YEAR, cut)
    live = set(Customer.objects.live().order_by().values_list("pk", flat=True))
    found = live & (
        set(bought.order_by().values_list("customer", flat=True).distinct())
        | set(complained.values_list("customer", flat=True))
    )
    return np.array(sorted(found), dtype=np.int64)


def complained_between(ids: Ids, since: datetime, until: datetime) -> Floats:
    """Return 1 for each customer who complained from `since` until before `until`, else 0."""
    rows = _complaints(since, until).exclude(state=State.MERGED)
    return np.minimum(_placed(ids, _counted(rows)), 1.0)


def signs_at(ids: Ids, cut: datetime) -> Floats:
    """Return the count of each sign before `cut`, shape (customers, signs), columns as in `SIGNS`."""
    found = {
        Sign.RECENT: _placed(ids, _counted(_complaints(cut - QUARTER, cut))),
        Sign.EARLIER: _placed(ids, _counted(_complaints(cut - YEAR, cut - QUARTER))),
        Sign.REQUESTS: _placed(ids, _counted(_cases(CaseKind.REQUEST, cut - TWO_MONTHS, cut))),
        Sign.LOW_SCORE: _placed(ids, _low_scores(cut)),
        Sign.ESCALATED: _placed(ids, _escalated(cut)),
        Sign.ANGRY: _placed(ids, _angry_calls(cut)),
        Sign.REFUNDS: _placed(ids, _refunds(cut)),
        Sign.ORDERS: _placed(ids, _order_days(cut)),
        Sign.SILENT: np.maximum(_contacts(ids, cut - QUARTER) - _contacts(ids, cut), 0.0),
        Sign.LIKE: _like_customers(ids, cut),
        **_from_log(ids, cut),
    }
    return np.column_stack([found[Sign(name)] for name in SIGNS])


def _placed(ids: Ids, pairs: Iterable[tuple[Any, Any]]) -> Floats:
    """Put (customer, number) where the customer stands; several of one customer add up."""
    found = np.zeros(len(ids))
    given = [(pk, value) for pk, value in pairs if pk is not None]
    if not given or not len(ids):
        return found
    keys = np.array([pk for pk, _value in given], dtype=np.int64)
    values = np.array([float(value) for _pk, value in given])
    places = np.minimum(np.searchsorted(ids, keys), len(ids) - 1)
    known = ids[places] == keys
    np.add.at(found, places[known], values[known])
    return found


def _cases(kind: str, since: datetime, until: datetime) -> Any:
    rows = Complaint.objects.filter(kind=kind, received_at__gte=since, received_at__lt=until)
    return rows.filter(customer__isnull=False).order_by()


def _complaints(since: datetime, until: datetime) -> Any:
    return _cases(CaseKind.COMPLAINT, since, until)


def _counted(rows: Any, customer: str = "customer") -> Any:
    return rows.order_by().values_list(customer).annotate(n=Count("pk"))


def _low_scores(cut: datetime) -> Any:
    rows = CallBack.objects.filter(
        state=CallBackState.DONE, result_score__lte=LOW_SCORE, done_at__gte=cut - YEAR, done_at__lt=cut
    )
    return _counted(rows, "complaint__customer")


def _escalated(cut: datetime) -> Any:
    """Levels that fired at or after the due time: work that was late."""
    rows = Escalation.objects.filter(
        state=EscalationState.FIRED, offset__gte=0, fired_at__gte=cut - QUARTER, fired_at__lt=cut
    )
    return _counted(rows, "complaint__customer")


def _angry_calls(cut: datetime) -> Any:
    rows = CallScore.objects.filter(anger__gte=ANGRY_CALL, at__gte=cut - 2 * QUARTER, at__lt=cut)
    return _counted(rows, "complaint__customer")


def _refunds(cut: datetime) -> Any:
    day = timezone.localdate(cut)
    rows = Order.objects.counting().filter(kind=OrderKind.REFUND)
    return _counted(rows.filter(ordered_on__gte=day - 2 * QUARTER, ordered_on__lt=day))


def _order_days(cut: datetime) -> Any:
    day = timezone.localdate(cut)
    return _counted(OrderDay.objects.purchases().filter(day__gte=day - YEAR, day__lt=day))


def _contacts(ids: Ids, until: datetime) -> Floats:
    rows = Interaction.objects.filter(
        deleted_at__isnull=True, occurred_at__gte=until - QUARTER, occurred_at__lt=until
    )
    return _placed(ids, _counted(rows))


def _like_customers(ids: Ids, cut: datetime) -> Floats:
    """Complaints of known causes by the others of the same industry, per 100 of them, in a quarter."""
    rows = ComplaintCause.objects.filter(
        at__lt=cut, complaint__received_at__gte=cut - QUARTER, complaint__received_at__lt=cut
    )
    pairs = rows.order_by().values_list("complaint__customer").annotate(n=Count("complaint", distinct=True))
    own = _placed(ids, pairs)
    industries = dict(Customer.objects.exclude(industry="").order_by().values_list("pk", "industry"))
    names = np.array([industries.get(int(pk), "") for pk in ids], dtype=object)
    found = np.zeros(len(ids))
    for name in {one for one in names if one}:
        here = names == name
        others = int(here.sum()) - 1
        if others > 0:
            found[here] = 100 * (own[here].sum() - own[here]) / others
    return found


def _from_log(ids: Ids, cut: datetime) -> dict[Sign, Floats]:
    """Return what the logs of the cases of two years say: open on that day, reopened, rejected.

    The columns of the case say how it stands today; only its log says how it stood then.
    """
    cases = {
        pk: (customer, ended_at or solved_at)
        for pk, customer, ended_at, solved_at in _complaints(cut - 2 * YEAR, cut).values_list(
            "pk", "customer", "ended_at", "solved_at"
        )
    }
    last: dict[int, str] = {}
    reopened: list[tuple[int, int]] = []
    rejected: list[tuple[int, int]] = []
    for pk, at, data in _log(cut):
        if pk not in cases:
            continue
        code, customer = data["code"], cases[pk][0]
        last[pk] = code
        if at < cut - YEAR:
            continue
        if code == "reopened":
            reopened.append((customer, 1))
        elif code == "solved" and data.get("params", {}).get("decision") in _REJECTED:
            rejected.append((customer, 1))
    still_open = [
        (customer, 1) for pk, (customer, over_at) in cases.items() if _was_open(last.get(pk), over_at, cut)
    ]
    return {
        Sign.OPEN: _placed(ids, still_open),
        Sign.REOPENED: _placed(ids, reopened),
        Sign.REJECTED: _placed(ids, rejected),
    }


def _log(cut: datetime) -> Any:
    rows = Entry.objects.filter(
        kind=EntryKind.SYSTEM,
        at__lt=cut,
        data__code__in=sorted(_ENDS | _OPENS),
        complaint__received_at__gte=cut - 2 * YEAR,
        complaint__kind=CaseKind.COMPLAINT,
    )
    return rows.order_by("at", "id").values_list("complaint", "at", "data").iterator()


def _was_open(last: str | None, over_at: datetime | None, cut: datetime) -> bool:
    """By the last line of the log before the day; cases that came from elsewhere have none, but a time."""
    if last is not None:
        return last in _OPENS
    return over_at is None or over_at >= cut
