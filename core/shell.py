"""The platform's own entries in the navigation and on the settings page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, SettingsCard, SettingsGroup, register, register_settings_card
from core.recycling import recyclables_for

_CARDS = (
    SettingsCard(
        "imports",
        _("Imports"),
        _("Files that were brought in, what became of each row, and how to take an import back."),
        "core:import-list",
        "upload",
        45,
        ("core.importrun", "view"),
    ),
    SettingsCard(
        "users",
        _("Users"),
        _("Who works here, in which team, with which roles."),
        "core:user-list",
        "people",
        10,
        ("core.user", "view"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "teams",
        _("Teams"),
        _("The tree that decides whose records a manager sees."),
        "core:team-list",
        "org",
        20,
        ("core.team", "view"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "roles",
        _("Roles"),
        _("What each of the seven roles may do, and how far it reaches."),
        "core:role-list",
        "lock",
        30,
        ("core.user", "view"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "rights",
        _("Rights explained"),
        _("What one person may do, who can see a record, and why."),
        "core:rights",
        "shield",
        35,
        ("core.user", "explain"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "tokens",
        _("API tokens"),
        _("Which program calls the API as whom, what it may do, and when it last did."),
        "core:token-list",
        "key",
        38,
        ("core.apitoken", "view"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "organisation",
        _("Organisation"),
        _("Name, base currency and time zone."),
        "core:organisation",
        "home",
        40,
        ("core.organisation", "change"),
        group=SettingsGroup.ORGANISATION,
    ),
    SettingsCard(
        "branding",
        _("Branding"),
        _("The colour and the logo of your house."),
        "core:branding",
        "star",
        42,
        ("core.organisation", "change"),
        group=SettingsGroup.ORGANISATION,
    ),
    SettingsCard(
        "rates",
        _("Exchange rates"),
        _("What other currencies are worth in the base currency, and since when."),
        "core:rate-list",
        "coin",
        50,
        ("core.exchangerate", "view"),
        group=SettingsGroup.ORGANISATION,
    ),
    SettingsCard(
        "picklists",
        _("Picklists"),
        _("Industries, sources and other words to pick from, in the language of your house."),
        "core:picklist-list",
        "list",
        55,
        ("core.picklistvalue", "change"),
        group=SettingsGroup.ORGANISATION,
    ),
    SettingsCard(
        "schedules",
        _("Schedules"),
        _("What the product does by itself, and when."),
        "core:schedule-list",
        "clock",
        60,
        ("core.schedule", "view"),
    ),
    SettingsCard(
        "mail",
        _("Mail"),
        _("What waits, what was set aside and why, and whether the mail server answers."),
        "core:mail-list",
        "mail",
        65,
        ("core.outgoingmail", "view"),
        group=SettingsGroup.MAIL,
    ),
    SettingsCard(
        "audit",
        _("Audit"),
        _("Who signed in, changed or exported what. Lines cannot be altered."),
        "core:audit-list",
        "history",
        70,
        ("core.auditentry", "view"),
    ),
    SettingsCard(
        "recycle-bin",
        _("Recycle bin"),
        _("What was deleted, by whom and when. Take it out again, or delete it for good."),
        "core:recycle-bin",
        "trash",
        72,
        when=lambda user: bool(recyclables_for(user)),
    ),
    SettingsCard(
        "departures",
        _("Departures"),
        _("Who left, and who took over what they held."),
        "core:departure-list",
        "logout",
        15,
        ("core.departure", "view"),
        group=SettingsGroup.PEOPLE,
    ),
    SettingsCard(
        "system",
        _("System"),
        _("Whether everything works, what to do where it does not, and which version runs."),
        "core:system",
        "pulse",
        75,
        ("core.organisation", "change"),
        group=SettingsGroup.ORGANISATION,
    ),
    SettingsCard(
        "api",
        _("API for other systems"),
        _("Every address of the REST API, to read and to try."),
        "api-docs",
        "link",
        80,
        ("core.apitoken", "view"),
    ),
)


def register_shell() -> None:
    """Register the first and the last entry of the navigation, and the cards of the settings page."""
    register(Entry("home", _("My day"), "core:home", "home", 0))
    register(Entry("settings", _("Settings"), "core:settings", "gear", 90))
    for card in _CARDS:
        register_settings_card(card)
