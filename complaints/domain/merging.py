"""Cases that are one: merged and taken apart again; and cases that belong together."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import EntryKind, LinkKind, State
from complaints.domain.clocks import stop_clocks
from complaints.domain.compensation import recheck
from complaints.domain.entries import tell
from complaints.domain.families import taken_in
from complaints.domain.last_word import note_waiting, settle_updates
from complaints.domain.mail.threads import locked_thread
from complaints.domain.reopening import restart_clocks, state_in_hand
from complaints.domain.story import tell_story
from complaints.domain.work_orders import carry_over_work
from complaints.models import CaseLink, Complaint, Entry
from complaints.rules import ensure_open
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import write_changes


@transaction.atomic
def merge(complaint: Complaint, into: Complaint, *, by: User, at: datetime | None = None) -> Complaint:
    """End the case because it is the same as `into`, and return it; its log is read there, too.

    Open work orders go on there; they stay there when the case is taken out again. Compensation counts for
    both together: what then lies above the ceiling of `into` waits for a second person.

    Refused: into itself, into another kind, and unless both are open.
    """
    moment = at or timezone.now()
    if complaint.pk == into.pk:
        text = _("A case cannot be merged into itself.")
        raise DomainError("same_case", text, fields={"into": text})
    # In the order of their numbers, so that two people who merge crosswise do not wait for each other.
    first, second = sorted((complaint, into), key=lambda case: case.pk)
    rows = {case.pk: case for case in (locked(first), locked(second))}
    stored, target = rows[complaint.pk], rows[into.pk]
    ensure_open(stored)
    ensure_open(target)
    if stored.kind != target.kind:
        text = _("Only cases of the same kind can be merged.")
        raise DomainError("other_kind", text, fields={"into": text})
    waits = stored.unanswered_since
    values = {"state": State.MERGED, "merged_into": target, "ended_at": moment, "unanswered_since": None}
    write_changes(stored, values, by=by, at=moment)
    stop_clocks(stored, at=moment)
    if waits is not None:
        # Whoever answers the case that goes on answers this word, too.
        note_waiting(target, since=waits, at=moment)
    carry_over_work(stored, target, by=by, at=moment)
    tell_story(stored, "merged", at=moment, by=by, into=target.number)
    tell(target, "merged_here", at=moment, by=by, number=stored.number)
    recheck(target, at=moment)
    return stored


@transaction.atomic
def unmerge(complaint: Complaint, *, by: User, at: datetime | None = None) -> Complaint:
    """Take a merged case out again: it goes on where it stood, with what was mailed to its complainant since.

    What was compensated counts for its own case again.

    Refused for a case that is not merged.
    """
    moment = at or timezone.now()
    stored, goes_on = locked_thread(complaint)
    if stored.state != State.MERGED or stored.merged_into is None:
        raise Conflict("not_merged", _("This case is not merged."))
    target, ended_at = stored.merged_into, stored.ended_at
    values = {
        "state": state_in_hand(stored),
        "merged_into": None,
        "ended_at": None,
    }
    write_changes(stored, values, by=by, at=moment)
    last = Entry.objects.about(stored, taken_in(stored)).said().order_by("-id").first()
    if last is not None and last.kind == EntryKind.INBOUND and last.by_id is None:
        # Answers to the case that it leaves were not about this word, but for those mailed to its writer.
        note_waiting(stored, since=last.at, at=moment)
    restart_clocks(stored, ended_at=ended_at, at=moment, by=by)
    settle_updates(stored, at=moment)
    tell(stored, "unmerged", at=moment, by=by, number=target.number)
    tell(target, "unmerged_here", at=moment, by=by, number=stored.number)
    for case in (stored, goes_on):
        recheck(case, at=moment)
    return stored


@transaction.atomic
def link_cases(
    source: Complaint, target: Complaint, kind: str, *, by: User | None, at: datetime | None = None
) -> CaseLink:
    """Say that two cases belong together. Refused: a case with itself, and the same link twice."""
    moment = at or timezone.now()
    if source.pk == target.pk:
        text = _("A case cannot be linked to itself.")
        raise DomainError("same_case", text, fields={"target": text})
    if kind not in {LinkKind.RELATED, LinkKind.SAME_CAUSE, LinkKind.FOLLOWS}:
        text = _("Choose how they belong together.")
        raise DomainError("unknown_link", text, fields={"kind": text})
    try:
        with transaction.atomic():
            link = CaseLink.objects.create(source=source, target=target, kind=kind, by=by, at=moment)
    except IntegrityError as error:
        raise Conflict("linked", _("These cases are linked already.")) from error
    record(AuditAction.CHANGED, by=by, subject=source, changes={"links": ("", target.number)})
    return link


@transaction.atomic
def unlink_cases(link: CaseLink, *, by: User) -> None:
    """Take a link away; taking it away twice is the same as once."""
    if CaseLink.objects.filter(pk=link.pk).delete()[0]:
        record(AuditAction.CHANGED, by=by, subject=link.source, changes={"links": (link.target.number, "")})
