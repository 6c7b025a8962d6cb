"""The editable list of criteria of unreasonable conduct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.solving import Step
from complaints.domain.conduct_seed import CONDUCT_PHRASES, CRITERIA
from complaints.models import ConductCriterion, PhraseCard
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.numbers import take_turns
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_FIELDS = ("name_en", "name_zh_hans", "name_zh_hant", "explanation", "position", "is_active")


@transaction.atomic
def save_criterion(
    criterion: ConductCriterion | None, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> ConductCriterion:
    """Make a criterion, or change one. Refused without a name, and a stale `version`."""
    ensure_known(data, _FIELDS)
    stored = locked(criterion) if criterion is not None else ConductCriterion(created_by=by)
    values = {name: getattr(stored, name) for name in _FIELDS} | dict(data)
    if not any(str(values[name]).strip() for name in _FIELDS[:3]):
        text = _("Name it in one language at least.")
        raise DomainError("name_needed", text, fields={"name_zh_hans": text})
    if criterion is not None:
        ensure_fresh(stored, version)
        write_changes(stored, data, by=by, at=timezone.now())
        return stored
    for name, value in data.items():
        setattr(stored, name, value)
    ensure_valid(stored, _FIELDS)
    stored.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=stored)
    return stored


@transaction.atomic
def seed_criteria() -> int:
    """Enter the criteria of the product and what to say then, where there are none; return how many."""
    take_turns("conduct-criteria")
    if ConductCriterion.objects.exists():
        return 0
    for place, (english, simplified, traditional, explanation) in enumerate(CRITERIA, start=1):
        ConductCriterion.objects.create(
            name_en=english,
            name_zh_hans=simplified,
            name_zh_hant=traditional,
            explanation=explanation,
            position=place,
        )
    if not PhraseCard.objects.filter(step=Step.CONDUCT).exists():
        PhraseCard.objects.bulk_create(
            PhraseCard(
                step=Step.CONDUCT,
                text_en=english,
                text_zh_hans=simplified,
                text_zh_hant=traditional,
                technique=technique,
            )
            for english, simplified, traditional, technique in CONDUCT_PHRASES
        )
    return len(CRITERIA)
