"""Templates of letters: edited in editions, previewed on a real case, seeded with good texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.domain.letter_seed import OBJECT_TO, TEMPLATES, TURN_TO_NEXT
from complaints.domain.letter_values import missing_word, values_for
from complaints.letter_text import filled, unknown_placeholders
from complaints.models import Complaint, LetterSettings, LetterTemplate, LetterTemplateEdition
from core.domain.numbers import take_turns
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_TEXTS = ("subject", "body")
RULE_FIELDS = (
    "objection_days", "object_to_en", "object_to_zh_hans", "object_to_zh_hant", "next_en", "next_zh_hans",
    "next_zh_hant",
)  # fmt: skip


@transaction.atomic
def update_template(
    template: LetterTemplate, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> LetterTemplate:
    """Change what a template says: the next edition. Letters that are being written keep their text.

    Refused: without subject or text, a placeholder that stands for nothing, and a stale `version`.
    """
    ensure_known(data, _TEXTS)
    stored = locked(template)
    ensure_fresh(stored, version)
    values = {name: str(data.get(name, getattr(stored, name))).strip() for name in _TEXTS}
    for name, text in values.items():
        _ensure_sound(name, text)
    if all(getattr(stored, name) == text for name, text in values.items()):
        return stored
    moment = timezone.now()
    write_changes(stored, {**values, "edition": stored.edition + 1}, by=by, at=moment)
    _keep_edition(stored, by=by)
    return stored


def _ensure_sound(name: str, text: str) -> None:
    if not text:
        words = _("Write something.")
        raise DomainError("empty", words, fields={name: words})
    unknown = unknown_placeholders(text)
    if unknown:
        words = _("There is no placeholder of this name: %(names)s.") % {
            "names": ", ".join("{" + one + "}" for one in unknown)
        }
        raise DomainError("unknown_placeholder", words, fields={name: words})


def _keep_edition(template: LetterTemplate, *, by: User | None) -> LetterTemplateEdition:
    edition: LetterTemplateEdition = LetterTemplateEdition.objects.create(
        template=template, number=template.edition, subject=template.subject, body=template.body, by=by
    )
    return edition


def edition_for(decision: str, language: str) -> LetterTemplateEdition:
    """Return the edition in force. Refused where there is no template for it."""
    found = LetterTemplateEdition.objects.filter(template__decision=decision, template__language=language)
    edition: LetterTemplateEdition | None = found.order_by("-number").first()
    if edition is None:
        raise DomainError("no_template", _("There is no template for this decision and language."))
    return edition


def previewed(subject: str, body: str, case: Complaint, language: str) -> tuple[str, str]:
    """Return subject and text as they would begin a letter about the case."""
    values, missing = values_for(case, language), missing_word(language)
    return filled(subject, values, missing=missing), filled(body, values, missing=missing)


@transaction.atomic
def update_letter_rules(
    rules: LetterSettings, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> LetterSettings:
    """Change how long and how customers may object, and who to turn to next."""
    ensure_known(data, RULE_FIELDS)
    stored = locked(rules)
    ensure_fresh(stored, version)
    ensure_valid(LetterSettings(**{name: getattr(stored, name) for name in RULE_FIELDS} | dict(data)), data)
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


@transaction.atomic
def seed_templates() -> int:
    """Enter the templates and rules of the product where there are none, and return how many templates."""
    take_turns("letter-templates")
    if LetterTemplate.objects.exists():
        return 0
    for (decision, language), (subject, body) in TEMPLATES.items():
        row = LetterTemplate.objects.create(
            decision=decision, language=language, subject=subject, body=body.strip()
        )
        _keep_edition(row, by=None)
    names = {"en": "en", "zh-hans": "zh_hans", "zh-hant": "zh_hant"}
    texts = {f"object_to_{names[key]}": text for key, text in OBJECT_TO.items()}
    texts |= {f"next_{names[key]}": text for key, text in TURN_TO_NEXT.items()}
    LetterSettings.objects.get_or_create(pk=1, defaults=texts)
    return len(TEMPLATES)
