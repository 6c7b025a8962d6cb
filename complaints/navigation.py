"""Entries of the side navigation and of the settings page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, SettingsCard, SettingsGroup, register, register_settings_card


def register_navigation() -> None:
    """Add the entry of complaints, and the cards of their settings."""
    sees = ("complaints.complaint", "view")
    register(Entry("complaints", _("Complaints"), "complaints:complaint-list", "flag", 25, sees, _needs_me))
    _register_cards()


def _needs_me(user: Any) -> Any:
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
            "grading",
            _("Grading rules"),
            _("What makes a complaint severe or general, tried before it holds."),
            "complaints:gradingrule-list",
            "target",
            46,
            ("complaints.gradingrule", "view"),
        )
    )
    register_settings_card(
        SettingsCard(
            "public-form",
            _("Public form"),
            _("Where anybody complains without signing in: open or closed, what it offers, its texts."),
            "complaints:publicform-update",
            "external",
            46,
            ("complaints.publicform", "change"),
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
            "satisfaction",
            _("Limits of falling satisfaction"),
            _("From where on a fall of satisfaction after call-backs is warned of."),
            "complaints:satisfactionpolicy-update",
            "pulse",
            71,
            ("complaints.satisfactionpolicy", "change"),
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
            "letters",
            _("Letters"),
            _("What decision letters say, by decision and language, and how customers may object."),
            "complaints:lettertemplate-list",
            "mail",
            73,
            ("complaints.lettertemplate", "view"),
        )
    )
    register_settings_card(
        SettingsCard(
            "criteria",
            _("Criteria of unreasonable conduct"),
            _("What counts as unreasonable, and what does not."),
            "complaints:criterion-list",
            "shield",
            74,
            ("complaints.conductcriterion", "view"),
        )
    )
    register_settings_card(
        SettingsCard(
            "references",
            _("Legal references"),
            _("Laws, regulations and standards with the days on which they hold."),
            "complaints:reference-list",
            "bookmark",
            75,
            ("complaints.legalreference", "view"),
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
            group=SettingsGroup.MAIL,
        )
    )
