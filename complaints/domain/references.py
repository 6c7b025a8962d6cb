"""Legal references: versions that do not overlap, and citations of the version of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.letters import LetterState
from complaints.domain.conduct_seed import REFERENCES
from complaints.models import Citation, Complaint, DecisionLetter, Designation, LegalReference
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.numbers import take_turns
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_FIELDS = (
    "code", "kind", "jurisdiction", "name_en", "name_zh_hans", "name_zh_hant", "article", "excerpt",
    "in_force_from", "in_force_until", "source", "is_active",
)  # fmt: skip
#: What cites: a case, a letter or a designation.
Citing = Complaint | DecisionLetter | Designation


@transaction.atomic
def save_reference(
    reference: LegalReference | None, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> LegalReference:
    """Enter a version of a rule, or change one.

    Refused: without a name, an end before the beginning, and days on which two versions would hold.
    """
    ensure_known(data, _FIELDS)
    take_turns("legal-references")
    stored = locked(reference) if reference is not None else LegalReference(created_by=by)
    if reference is not None:
        ensure_fresh(stored, version)
    wanted = LegalReference(pk=stored.pk)
    for name in _FIELDS:
        setattr(wanted, name, data.get(name, getattr(stored, name)))
    _ensure_sound(wanted)
    if reference is not None:
        write_changes(stored, data, by=by, at=timezone.now())
        return stored
    for name in _FIELDS:
        setattr(stored, name, getattr(wanted, name))
    stored.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=stored)
    return stored


def _ensure_sound(row: LegalReference) -> None:
    ensure_valid(row, _FIELDS)
    if not row.named("en").strip():
        text = _("Name it in one language at least.")
        raise DomainError("name_needed", text, fields={"name_zh_hans": text})
    if row.in_force_until is not None and row.in_force_until < row.in_force_from:
        text = _("The end is before the beginning.")
        raise DomainError("ends_before", text, fields={"in_force_until": text})
    others = LegalReference.objects.filter(code=row.code, article=row.article).exclude(pk=row.pk)
    others = others.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=row.in_force_from))
    if row.in_force_until is not None:
        others = others.filter(in_force_from__lte=row.in_force_until)
    if others.exists():
        text = _("Another version of this rule holds on some of these days. End that one first.")
        raise DomainError("versions_overlap", text, fields={"in_force_from": text})


def day_of(case: Complaint) -> date:
    """Return the day by which the law of a case is chosen: when it happened, else when it was received."""
    return case.occurred_on or timezone.localdate(case.received_at)


def choices_for(case: Complaint) -> tuple[list[LegalReference], list[LegalReference]]:
    """Return the references in use: those that held on the day of the case, and the others."""
    day = day_of(case)
    rows = sorted(LegalReference.objects.active(), key=lambda row: (row.name, row.article, row.in_force_from))
    return [row for row in rows if row.holds_on(day)], [row for row in rows if not row.holds_on(day)]


@transaction.atomic
def cite(citing: Citing, reference: LegalReference, *, by: User) -> Citation:
    """Let a case, a letter or a designation rest on a reference. Refused: twice, and in an issued letter."""
    case, places = _place_of(citing)
    locked(case)
    _ensure_open(citing)
    new = Citation(reference=reference, complaint=case, on=day_of(case), by=by, **places)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("cited", _("This reference is cited already.")) from error
    record(AuditAction.CHANGED, by=by, subject=citing, changes={"citation": (None, str(reference))})
    return new


@transaction.atomic
def take_citation_away(citation: Citation, *, by: User) -> None:
    """Take a citation away. Refused in an issued letter, which rests on what it rested on."""
    citing: Citing = citation.letter or citation.designation or citation.complaint
    locked(citation.complaint)
    _ensure_open(citing)
    record(AuditAction.CHANGED, by=by, subject=citing, changes={"citation": (str(citation.reference), None)})
    citation.delete()


def _place_of(citing: Citing) -> tuple[Complaint, dict[str, Any]]:
    if isinstance(citing, DecisionLetter):
        return citing.complaint, {"letter": citing}
    if isinstance(citing, Designation):
        return citing.complaint, {"designation": citing}
    return citing, {}


def _ensure_open(citing: Citing) -> None:
    if not isinstance(citing, DecisionLetter):
        return
    citing.refresh_from_db(fields=["state"])
    if citing.state in {LetterState.ISSUED, LetterState.DISCARDED}:
        raise Conflict("letter_is_frozen", _("This letter is issued or discarded: nothing of it changes."))


@transaction.atomic
def seed_references() -> int:
    """Enter the references of the product where there are none, and return how many."""
    take_turns("legal-references")
    if LegalReference.objects.exists():
        return 0
    for code, kind, (english, simplified, traditional), since, until in REFERENCES:
        LegalReference.objects.create(
            code=code,
            kind=kind,
            name_en=english,
            name_zh_hans=simplified,
            name_zh_hant=traditional,
            in_force_from=since,
            in_force_until=until,
        )
    return len(REFERENCES)
