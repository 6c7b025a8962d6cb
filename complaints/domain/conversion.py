"""A service request that turns out to be a complaint, and a complaint that was none.

The case stays the same one: its log, files, links, work orders and handler are kept. It gets a number of
the other series, or the one it had there before; by the number it had until now it is still found.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.choices.cases import CaseKind
from complaints.choices.learning import CRISIS_UNCLOSED
from complaints.choices.solving import RELEASED, FindingState
from complaints.domain.assessing import assess
from complaints.domain.clock_kinds import Due, dues_of, exchange_clocks
from complaints.domain.entries import tell
from complaints.domain.numbering import next_number
from complaints.domain.queueing import ask_dispatch
from complaints.domain.registering import ensure_fits, place
from complaints.domain.story import tell_timeline
from complaints.models import Affected, Category, Complaint, Investigation
from complaints.rules import ensure_open, needed
from core.domain.versions import locked
from core.errors import Conflict
from core.models import User
from customers.domain.changes import write_changes

MOST_REASON = 300
_OTHER = {CaseKind.COMPLAINT: CaseKind.REQUEST, CaseKind.REQUEST: CaseKind.COMPLAINT}
_CHANGED = (
    "kind", "number", "former_number", "category", "queue", "team", "grade", "grade_evidence", "was_severe",
    "priority",
)  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What the case would be: as a copy that is never stored, with its clocks; and what keeps it from it."""

    case: Complaint
    dues: list[Due]
    obstacles: list[str]


def other_kind(kind: str) -> str:
    """Return the kind that a case of this kind can be turned into."""
    return str(_OTHER[CaseKind(kind)])


def preview_conversion(case: Complaint, *, category: Category | None, at: datetime) -> Preview:
    """Return what turning the case over would make of it now. Nothing is written."""
    turned = _turned(case, category)
    ensure_fits(turned)
    return Preview(turned, dues_of(turned, at=at), obstacles(case))


def _turned(case: Complaint, category: Category | None) -> Complaint:
    """Return a copy of the case as one of the other kind, placed and graded by the rules, numberless."""
    turned = copy.copy(case)
    turned.kind = other_kind(case.kind)
    turned.category, turned.queue = category, None
    turned.grade, turned.grade_evidence = "", {}
    place(turned)
    if turned.owner_id is not None:
        turned.team = case.team
    assess(turned)
    return turned


def obstacles(case: Complaint) -> list[str]:
    """Return, in words, what keeps an open case from being turned over; nothing where it can be.

    A complaint that was decided about, redressed or found out about stays one: what was decided would hang
    on a case that has no place for it.
    """
    if not case.is_complaint:
        return []
    found = []
    if case.decision:
        text = _("It was decided about: “%(decision)s”.")
        found.append(text % {"decision": case.get_decision_display()})
    owed = case.compensations.exclude(state__in=RELEASED).count()
    if owed:
        text = ngettext(
            "%(n)d compensation is proposed, promised or given: take it back first.",
            "%(n)d compensations are proposed, promised or given: take them back first.",
            owed,
        )
        found.append(text % {"n": owed})
    if Investigation.objects.filter(complaint=case, state=FindingState.CONFIRMED).exists():
        found.append(_("Its investigation was confirmed by a second person."))
    if case.causes.exists():
        found.append(_("It is linked to causes of the register: take these links away first."))
    if Affected.objects.filter(complaint=case, crisis__state__in=CRISIS_UNCLOSED).exists():
        found.append(_("It belongs to a crisis that is not over."))
    return found


@transaction.atomic
def convert_case(
    complaint: Complaint,
    *,
    category: Category | None,
    reason: str,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Turn the case into one of the other kind, and return it.

    Queue, policy and clocks are those of the new kind from the beginning of the case, with its pauses; a
    complaint is graded by the rules. Open clocks of the former kind end, neither met nor missed; levels that
    fired stay. Refused: without a reason, unless the case is open, with a category of the wrong kind, for
    what `obstacles` names, and (`version`) when somebody turned or changed it meanwhile.
    """
    moment, why = at or timezone.now(), needed(reason, "reason", MOST_REASON)
    stored = locked(complaint)
    if version is not None and version != stored.version:
        raise Conflict("stale", _("This case was changed since you opened it. Look at it again first."))
    ensure_open(stored)
    found = obstacles(stored)
    if found:
        text = _("This complaint cannot become a service request. %(why)s") % {"why": " ".join(found)}
        raise Conflict("stays_a_complaint", text, details={"obstacles": found})
    before, grade_before = stored.number, stored.grade
    turned = _turned(stored, category)
    ensure_fits(turned)
    turned.number = stored.former_number or next_number(turned.kind, at=moment)
    turned.former_number = before
    values: dict[str, Any] = {name: getattr(turned, name) for name in _CHANGED}
    write_changes(stored, values, by=by, at=moment, note=why)
    exchange_clocks(stored, at=moment)
    tell(
        stored, "converted", at=moment, by=by, kind=stored.kind, old=before, new=stored.number,
        grade=stored.grade, grade_before=grade_before, rules=stored.grade_evidence.get("rules", []),
        names=[rule["names"] for rule in stored.grade_evidence.get("why", [])], reason=why,
    )  # fmt: skip
    tell_timeline(stored, "converted", at=moment, by=by, note=why, before=before)
    ask_dispatch(stored)
    return stored
