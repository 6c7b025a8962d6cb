"""Entries of the settings page, and what comes with the product."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.navigation import SettingsCard, register_settings_card


def register_cards() -> None:
    """Add ceilings, rules of call-backs, and phrases to the settings."""
    register_settings_card(
        SettingsCard(
            "ceilings",
            _("Ceilings of compensation"),
            _("What each grade allows, and from where on a second person approves."),
            "complaints:ceiling-list",
            "coin",
            70,
            ("complaints.compensationceiling", "view"),
        )
    )
    register_settings_card(
        SettingsCard(
            "callbacks",
            _("Rules of call-backs"),
            _("How often customers are called, and which score opens a case again."),
            "complaints:callbackpolicy-update",
            "phone",
            71,
            ("complaints.callbackpolicy", "change"),
        )
    )
    register_settings_card(
        SettingsCard(
            "phrases",
            _("Phrase cards"),
            _("What to say at which step of a difficult conversation."),
            "complaints:phrase-list",
            "chat",
            72,
            ("complaints.phrasecard", "view"),
        )
    )


def seed_solving(apps: Any = None, **kwargs: Any) -> None:
    """Make ceilings, rules and phrases exist, once their tables do."""
    from complaints.domain.compensation import seed_ceilings
    from complaints.domain.phrases import seed_phrases
    from complaints.models import CallBackPolicy

    if apps is not None and "phrasecard" not in apps.all_models["complaints"]:
        return
    seed_ceilings()
    seed_phrases()
    CallBackPolicy.load()
