"""Entries of the side navigation and of the settings page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, SettingsCard, register, register_settings_card


def register_navigation() -> None:
    """Add the entry of complaints, and the cards of their settings."""
    sees = ("complaints.complaint", "view")
    register(Entry("complaints", _("Complaints"), "complaints:complaint-list", "flag", 25, sees, _needs_me))
    _register_cards()


def _needs_me(user: object) -> int:
    from complaints.views.case_list import needs_me

    return needs_me(user)


def _register_cards() -> None:
    register_settings_card(
        SettingsCard(
            "complaints",
            _("Complaints"),
            _("Queues, handlers, categories, policies with their ladders, and business calendars."),
            "complaints:settings",
            "flag",
            45,
            ("complaints.handler", "view"),
        )
    )
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
    register_settings_card(
        SettingsCard(
            "case-mail",
            _("E-mail of customers"),
            _("Mailboxes whose mails become cases, and the rules for them."),
            "complaints:mailbox-list",
            "mail",
            46,
            ("complaints.mailbox", "view"),
        )
    )
