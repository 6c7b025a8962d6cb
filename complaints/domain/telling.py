"""Who is told of what about a case."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from core.domain.notifications import notify
from core.models import User

_TITLES: dict[str, Promise] = {
    "case_assigned": gettext_lazy("Yours now: %(case)s"),
    "case_heard": gettext_lazy("The customer wrote: %(case)s"),
    "case_reopened": gettext_lazy("Reopened: %(case)s"),
    "case_withdrawn": gettext_lazy("Withdrawn by the complainant: %(case)s"),
    "case_noted": gettext_lazy("A colleague wrote by e-mail: %(case)s"),
    "case_mail_failed": gettext_lazy("A mail to the customer was not delivered: %(case)s"),
}


def tell_handler(case: Complaint, kind: str, *, dedupe: str) -> None:
    """Tell the handler, once for each `dedupe`."""
    if case.owner is not None:
        _tell(case.owner, case, kind, dedupe)


def tell_responsible(case: Complaint, kind: str, *, dedupe: str) -> None:
    """Tell the handler; where nobody handles the case yet, or the handler has left, the lead of its team."""
    lead = case.team.lead if case.team is not None else None
    who = case.owner if case.owner is not None and case.owner.is_active else lead
    if who is not None:
        _tell(who, case, kind, dedupe)


def _tell(who: User, case: Complaint, kind: str, dedupe: str) -> None:
    notify(
        [who],
        kind=kind,
        title=_TITLES[kind],
        params={"case": str(case)},
        url=case.get_absolute_url(),
        subject=case,
        dedupe=dedupe,
    )
