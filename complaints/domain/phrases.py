"""Phrase cards: which fit a case, that one was used, and how they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.solving import Step
from complaints.domain.phrase_seed import SEED
from complaints.models import Complaint, Investigation, PhraseCard
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_FIELDS = (
    "step", "category_code", "gap", "text_en", "text_zh_hans", "text_zh_hant", "technique", "is_active",
)  # fmt: skip
MOST_SHOWN = 40


def phrases_for(case: Complaint) -> list[PhraseCard]:
    """Return the cards in use for the category and the gap of the case, the closest first within a step.

    A card without a category or a gap fits every one; those for unreasonable conduct fit none. Two queries.
    """
    codes = _codes_of(case)
    gap = Investigation.objects.filter(complaint=case).values_list("gap", flat=True).first() or ""
    fits = Q(category_code__in=["", *codes]) & (Q(gap__in=["", gap]) if gap else Q())
    rows = list(PhraseCard.objects.active().filter(fits).exclude(step=Step.CONDUCT))
    rows.sort(key=lambda card: (_closeness(card, codes, gap), card.used), reverse=True)
    return rows[:MOST_SHOWN]


def _codes_of(case: Complaint) -> list[str]:
    if case.category is None:
        return []
    return [code for code in (case.category.code, case.category.parent_code) if code]


def _closeness(card: PhraseCard, codes: list[str], gap: str) -> int:
    return 2 * (card.category_code in codes) + (bool(gap) and card.gap == gap)


def note_use(card: PhraseCard) -> None:
    """Count that somebody took the sentence."""
    PhraseCard.objects.filter(pk=card.pk).update(used=F("used") + 1)


@transaction.atomic
def create_card(data: Mapping[str, Any], *, by: User) -> PhraseCard:
    """Keep a new card. Refused without a text."""
    ensure_known(data, _FIELDS)
    new = PhraseCard(**data, created_by=by)
    _ensure_text(new)
    ensure_valid(new, _FIELDS)
    new.save()
    record(AuditAction.CREATED, by=by, subject=new)
    return new


@transaction.atomic
def update_card(
    card: PhraseCard, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> PhraseCard:
    """Change a card. Refused without a text, and where somebody changed it since `version`."""
    ensure_known(data, _FIELDS)
    stored = locked(card)
    ensure_fresh(stored, version)
    _ensure_text(PhraseCard(**{name: getattr(stored, name) for name in _FIELDS} | dict(data)))
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


def _ensure_text(card: PhraseCard) -> None:
    if not card.text().strip():
        text = _("Write the sentence in one language at least.")
        raise DomainError("text_needed", text, fields={"text_zh_hans": text})


def seed_phrases() -> int:
    """Enter the cards of the product where there is none at all, and return how many."""
    if PhraseCard.objects.exists():
        return 0
    rows = PhraseCard.objects.bulk_create(
        PhraseCard(
            step=step,
            gap=gap,
            text_en=english,
            text_zh_hans=simplified,
            text_zh_hant=traditional,
            technique=technique,
        )
        for step, gap, english, simplified, traditional, technique in SEED
    )
    return len(rows)
