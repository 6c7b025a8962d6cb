"""What made the case: investigations that a second person confirms, and the register of causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import CaseKind
from complaints.choices.solving import CauseState, FindingPart, FindingState
from complaints.domain.entries import tell
from complaints.models import (
    Cause,
    Complaint,
    ComplaintCause,
    FindingPerson,
    FishboneCause,
    Investigation,
    Why,
)
from complaints.models.causes import MOST_WHYS
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.changed import records_changed
from core.domain.checks import unique_or_conflict
from core.domain.notifications import notify
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from core.wordings import texts_of
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_TEXTS = ("summary", "evidence", "gap")
_CAUSE_FIELDS = ("code", "name_en", "name_zh_hans", "name_zh_hant", "branch", "gap", "category_code", "owner")


@dataclass(frozen=True)
class Bone:
    """One cause on the fishbone as it is given."""

    branch: str
    text: str
    weight: int = 3
    is_root: bool = False


# ---- investigations ---------------------------------------------------------------------------------
@transaction.atomic
def write_investigation(
    complaint: Complaint,
    data: Mapping[str, Any],
    *,
    whys: Sequence[tuple[str, str]],
    bones: Sequence[Bone],
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """Keep what was found out, and return it; a finding that was confirmed has to be confirmed anew.

    Refused: a service request, more than seven whys, and what somebody else changed since `version`.
    """
    moment = at or timezone.now()
    ensure_known(data, _TEXTS)
    case = locked(complaint)
    if case.kind != CaseKind.COMPLAINT:
        raise DomainError("no_complaint", _("Service requests are not investigated."))
    if len(whys) > MOST_WHYS:
        raise DomainError("too_many_whys", _("At most %(most)d whys.") % {"most": MOST_WHYS})
    found = Investigation.objects.filter(complaint=case).first()
    is_new = found is None
    if found is None:
        found = Investigation.objects.create(complaint=case, writer=by, created_by=by, created_at=moment)
    ensure_fresh(found, version)
    before = _as_words(found)
    _write_rows(found, whys, bones)
    after = _as_words(found)
    if not (is_new or before != after or differences(found, data)):
        return found
    _keep_writer(found, by=by, at=moment)
    values = {**data, "writer": by, "state": FindingState.DRAFT, "confirmed_by": None, "confirmed_at": None}
    extra = {"chain": (before, after)} if before != after else None
    if write_changes(found, values, by=by, at=moment, extra=extra):
        tell(case, "investigated", at=moment, by=by)
    return found


def _keep_writer(found: Investigation, *, by: User, at: datetime) -> None:
    """Keep who writes; a finding that was confirmed begins anew with this one."""
    if found.state == FindingState.CONFIRMED:
        found.people.all().delete()
    FindingPerson.objects.get_or_create(
        investigation=found, person=by, defaults={"part": FindingPart.WROTE, "at": at}
    )


def writers_of(found: Investigation) -> list[User]:
    """Return who wrote on the finding since it was confirmed last, in their order."""
    rows = found.people.filter(part=FindingPart.WROTE).select_related("person")
    return [row.person for row in rows]


def _write_rows(found: Investigation, whys: Sequence[tuple[str, str]], bones: Sequence[Bone]) -> None:
    found.whys.all().delete()
    found.bones.all().delete()
    answered = [(question, answer) for question, answer in whys if answer.strip()]
    Why.objects.bulk_create(
        Why(investigation=found, position=place, question=question.strip(), answer=answer.strip())
        for place, (question, answer) in enumerate(answered, 1)
    )
    rows = [FishboneCause(investigation=found, **vars(bone)) for bone in bones if bone.text.strip()]
    for row in rows:
        ensure_valid(row, ("branch", "text", "weight"))
    FishboneCause.objects.bulk_create(rows)


def _as_words(found: Investigation) -> str:
    chain = [str(why) for why in found.whys.all()]
    bones = [f"{bone.branch}: {bone.text}{' *' if bone.is_root else ''}" for bone in found.bones.all()]
    return " → ".join(chain) + " | " + "; ".join(bones)


@transaction.atomic
def confirm_investigation(
    investigation: Investigation, *, by: User, at: datetime | None = None
) -> Investigation:
    """Agree with a finding as a second person.

    Refused: to everybody who wrote on it since it was confirmed last, without a chain of whys, and the
    second time.
    """
    moment = at or timezone.now()
    case = locked(investigation.complaint)
    stored = locked(investigation)
    if stored.state == FindingState.CONFIRMED:
        raise Conflict("confirmed", _("%(name)s confirmed this already.") % {"name": stored.confirmed_by})
    if by in writers_of(stored):
        text = _("Somebody who did not write on it has to confirm a finding.")
        raise DomainError("own_finding", text)
    if not stored.whys.exists():
        raise DomainError("no_whys", _("There is no chain of whys to confirm."))
    values = {"state": FindingState.CONFIRMED, "confirmed_by": by, "confirmed_at": moment}
    write_changes(stored, values, by=by, at=moment)
    FindingPerson.objects.create(investigation=stored, person=by, part=FindingPart.CONFIRMED, at=moment)
    tell(case, "finding_confirmed", at=moment, by=by)
    return stored


# ---- the register -----------------------------------------------------------------------------------
@transaction.atomic
def create_cause(data: Mapping[str, Any], *, by: User | None, at: datetime | None = None) -> Cause:
    """Enter a cause. Refused: a code that is taken, a cause without any name."""
    moment = at or timezone.now()
    ensure_known(data, _CAUSE_FIELDS)
    new = Cause(**data, created_by=by, created_at=moment, updated_at=moment)
    _ensure_named(new)
    ensure_valid(new, _CAUSE_FIELDS)
    with unique_or_conflict():
        new.save()
    record(AuditAction.CREATED, by=by, subject=new)
    return new


@transaction.atomic
def update_cause(
    cause: Cause, data: Mapping[str, Any], *, by: User, version: int | None = None, at: datetime | None = None
) -> Cause:
    """Change a cause. Refused as a new one is, and where somebody changed it since `version`."""
    ensure_known(data, _CAUSE_FIELDS)
    stored = locked(cause)
    ensure_fresh(stored, version)
    changed = Cause(**{name: getattr(stored, name) for name in _CAUSE_FIELDS} | dict(data))
    _ensure_named(changed)
    with unique_or_conflict():
        write_changes(stored, data, by=by, at=at or timezone.now())
    return stored


def _ensure_named(cause: Cause) -> None:
    if not (cause.name_en or cause.name_zh_hans or cause.name_zh_hant):
        text = _("Give it a name in one language at least.")
        raise DomainError("name_needed", text, fields={"name_en": text})


@transaction.atomic
def fix_cause(cause: Cause, *, by: User | None, at: datetime | None = None, note: str = "") -> Cause:
    """Say that the cause is gone; complaints received from then on will tell. Refused where it is fixed."""
    moment = at or timezone.now()
    stored = locked(cause)
    if stored.state == CauseState.FIXED:
        raise Conflict("fixed", _("This cause counts as fixed already."))
    write_changes(stored, {"state": CauseState.FIXED, "fixed_at": moment}, by=by, at=moment, note=note)
    return stored


@transaction.atomic
def link_cause(
    complaint: Complaint, cause: Cause, *, by: User | None, at: datetime | None = None
) -> ComplaintCause:
    """Say that this cause made the complaint. A fixed cause that made a later complaint came back.

    Refused the second time, and for a service request.
    """
    moment = at or timezone.now()
    case, stored = locked(complaint), locked(cause)
    if case.kind != CaseKind.COMPLAINT:
        raise DomainError("no_complaint", _("Only complaints have causes."))
    link, is_new = ComplaintCause.objects.get_or_create(
        complaint=case, cause=stored, defaults={"by": by, "at": moment}
    )
    if not is_new:
        raise Conflict("linked", _("This cause is named already."))
    record(AuditAction.CHANGED, by=by, subject=case, changes={"causes": ("", str(stored))})
    records_changed(Cause, [stored.pk])  # it counts one complaint more
    tell(case, "cause_named", at=moment, by=by, names=texts_of(stored, "name"))
    if stored.state == CauseState.FIXED and stored.fixed_at and case.received_at > stored.fixed_at:
        _come_back(stored, case, at=moment)
    return link


def _come_back(cause: Cause, case: Complaint, *, at: datetime) -> None:
    write_changes(cause, {"state": CauseState.RETURNED}, by=None, at=at, note=case.number)
    if cause.owner is None:
        return
    notify(
        [cause.owner],
        kind="cause_returned",
        title=gettext_lazy("A fixed cause came back: %(cause)s"),
        params={"cause": str(cause)},
        url=cause.get_absolute_url(),
        subject=cause,
        dedupe=f"cause-{cause.pk}-v{cause.version}",
    )


@transaction.atomic
def unlink_cause(complaint: Complaint, cause: Cause, *, by: User, at: datetime | None = None) -> None:
    """Take a cause away from a complaint. Refused where it is not named."""
    case = locked(complaint)
    gone, _rows = ComplaintCause.objects.filter(complaint=case, cause=cause).delete()
    if not gone:
        raise Conflict("not_linked", _("This cause is not named any more."))
    record(AuditAction.CHANGED, by=by, subject=case, changes={"causes": (str(cause), "")})
    records_changed(Cause, [cause.pk])
    tell(case, "cause_taken_away", at=at or timezone.now(), by=by, names=texts_of(cause, "name"))
