"""Who is told of what about a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from complaints.domain.entries import tell
from complaints.domain.whom import Fits, Whom, whom_to_tell
from complaints.models import Complaint
from core.domain.notifications import notify
from core.models import Notification, User

_TITLES: dict[str, Promise] = {
    "case_assigned": gettext_lazy("Yours now: %(case)s"),
    "case_heard": gettext_lazy("The customer wrote: %(case)s"),
    "case_reopened": gettext_lazy("Reopened: %(case)s"),
    "case_withdrawn": gettext_lazy("Withdrawn by the complainant: %(case)s"),
    "case_noted": gettext_lazy("A colleague wrote by e-mail: %(case)s"),
    "case_mail_failed": gettext_lazy("A mail to the customer was not delivered: %(case)s"),
    "case_unassigned": gettext_lazy("Nobody can take: %(case)s"),
}


def tell_handler(case: Complaint, kind: str, *, dedupe: str) -> None:
    """Tell the handler, once for each `dedupe`."""
    if case.owner is not None:
        _notify([case.owner], case, kind, _TITLES[kind], dedupe=dedupe)


def tell_responsible(case: Complaint, kind: str, *, dedupe: str) -> None:
    """Tell the handler; where nobody handles it or the handler has left, the lead; else who stands in."""
    owner = case.owner if case.owner is not None and case.owner.is_active else None
    whom = whom_to_tell(case.team, [owner or lead_of_case(case)], at=timezone.now())
    _notify(whom.people, case, kind, _TITLES[kind], dedupe=dedupe)


def tell_lead(case: Complaint, kind: str, *, dedupe: str, at: datetime) -> None:
    """Tell the lead of the team; else who stands in."""
    whom = whom_to_tell(case.team, [lead_of_case(case)], at=at)
    _notify(whom.people, case, kind, _TITLES[kind], dedupe=dedupe)


def ask_to_decide(
    case: Complaint,
    kind: str,
    title: Promise,
    *,
    fits: Fits,
    at: datetime,
    dedupe: str,
    url: str = "",
    params: Mapping[str, Any] | None = None,
    wanted: Iterable[User | None] | None = None,
) -> Whom:
    """Tell who decides as a second person (`fits`): the lead of the team, else who comes next.

    The log of the case says who stands in, and when nobody could be told.
    """
    first = [lead_of_case(case)] if wanted is None else list(wanted)
    whom = whom_to_tell(case.team, first, at=at, fits=fits)
    _notify(whom.people, case, kind, title, dedupe=dedupe, url=url, params=params)
    if whom.stood_in or not whom.people:
        told = [str(person) for person in whom.people]
        tell(case, "asked_to_decide", at=at, told=told, stood_in=whom.stand_ins())
    return whom


def lead_of_case(case: Complaint) -> User | None:
    """Return the lead of the team of the case."""
    return case.team.lead if case.team is not None else None


def _notify(
    people: Iterable[User],
    case: Complaint,
    kind: str,
    title: Promise,
    *,
    dedupe: str,
    url: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    notify(
        people,
        kind=kind,
        title=title,
        params=params or {"case": str(case)},
        url=url or case.get_absolute_url(),
        subject=case,
        dedupe=dedupe,
    )


def told_before(prefix: str, receiver: str) -> Exists:
    """Tell, within a query, whether the person in the column `receiver` was told of a row under its own key.

    The key is `prefix` and the id of the row, as it was given for `dedupe`.
    """
    key = Concat(Value(prefix), Cast(OuterRef("pk"), CharField()))
    return Exists(Notification.objects.filter(user=OuterRef(receiver), dedupe=key))
