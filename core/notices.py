"""Kinds of notifications: packages declare theirs, people choose how each reaches them.

A kind is declared once, when the package loads; `notify` refuses one that nobody declared.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.exports import KEPT_FOR


class MailMode(TextChoices):
    """When a kind of notification is mailed."""

    NOW = "now", pgettext_lazy("mail", "at once")
    DIGEST = "digest", pgettext_lazy("mail", "in the daily summary")
    NEVER = "never", pgettext_lazy("mail", "never")


class MailState(TextChoices):
    """What became of an e-mail."""

    WAITING = "waiting", pgettext_lazy("mail", "waiting")
    SENDING = "sending", pgettext_lazy("mail", "being sent")
    SENT = "sent", pgettext_lazy("mail", "sent")
    FAILED = "failed", pgettext_lazy("mail", "set aside")
    SUPPRESSED = "suppressed", pgettext_lazy("mail", "not sent")


class NoticeGroup(TextChoices):
    """Under which heading a kind stands on the page where people choose."""

    CUSTOMERS = "customers", _("Customers and tasks")
    CASES = "cases", _("Complaints and service requests")
    PEOPLE = "people", _("Colleagues")
    WORK = "work", _("Work in the background")
    SECURITY = "security", _("Your account")


@dataclass(frozen=True)
class Kind:
    """One kind of notification.

    `in_app` and `mail` are what holds until a person chooses otherwise. A `required` kind cannot be
    switched off. An `urgent` one is mailed in quiet hours and pauses too. `right` (model label, action)
    hides it from people whose roles never get it. `listed` is False for what nobody chooses about.
    What is told `for_deputy` reaches whoever stands in for an absent receiver, too.
    """

    key: str
    label: str | Promise
    text: str | Promise
    group: str
    in_app: bool = True
    mail: str = MailMode.NEVER
    required: bool = False
    urgent: bool = False
    right: tuple[str, str] | None = None
    listed: bool = True
    for_deputy: bool = False


class UnknownKind(ValueError):  # noqa: N818 (reads as the refusal that it is)
    """Nobody declared a kind of that name."""


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Declare a kind; declaring a key again replaces it."""
    _kinds[kind.key] = kind


def kind_named(key: str) -> Kind:
    """Return the kind; refuses with UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(f"notification kind {key!r} is declared nowhere: see core.notices") from None


def all_kinds() -> list[Kind]:
    """Return every kind, in the order of the groups and of declaration."""
    order = list(NoticeGroup.values)
    return sorted(_kinds.values(), key=lambda kind: order.index(kind.group))


def label_of(key: str) -> str:
    """Return the name of a kind; of one that no package declares any more, its key."""
    kind = _kinds.get(key)
    return str(kind.label) if kind is not None else key


def kind_choices() -> list[tuple[str, str]]:
    """Return (key, label) for filters."""
    return [(kind.key, str(kind.label)) for kind in all_kinds()]


def register_platform_kinds() -> None:
    """Declare what the platform itself tells."""
    for kind in _PLATFORM:
        register_kind(kind)


_PLATFORM = (
    Kind(
        "core.mention",
        _("Somebody mentions you"),
        _("With @ and your name, in an interaction or a task that you may see."),
        NoticeGroup.PEOPLE,
        mail=MailMode.NOW,
    ),
    Kind(
        "core.share_received",
        _("A view is shared with your team"),
        _("A saved view of a list, kept by a colleague for everybody in the team."),
        NoticeGroup.PEOPLE,
        mail=MailMode.DIGEST,
    ),
    Kind(
        "core.record_shared",
        _("A record is shared with you"),
        _("A customer of another team that a colleague lets you see or change."),
        NoticeGroup.PEOPLE,
        mail=MailMode.NOW,
    ),
    Kind(
        "core.deputy",
        _("You stand in for somebody"),
        _("A colleague will be away, and you look after what is theirs."),
        NoticeGroup.PEOPLE,
        mail=MailMode.NOW,
    ),
    Kind(
        "core.records_handed_over",
        _("Records are handed over to you"),
        _("What a colleague held who left is yours now."),
        NoticeGroup.PEOPLE,
        mail=MailMode.NOW,
    ),
    Kind(
        "core.job_done",
        _("A job is finished"),
        _("An import or other work in the background that you asked for."),
        NoticeGroup.WORK,
    ),
    Kind(
        "core.export_ready",
        _("An export is ready"),
        format_lazy(_("The file can be fetched for {n} days."), n=KEPT_FOR.days),
        NoticeGroup.WORK,
    ),
    Kind(
        "core.job_failed",
        _("A job is set aside"),
        _("Work that you asked for failed and needs somebody to look at it."),
        NoticeGroup.WORK,
        mail=MailMode.NOW,
    ),
    Kind(
        "core.token_expiring",
        _("A token runs out"),
        _("Two weeks before an API token stops working."),
        NoticeGroup.SECURITY,
        mail=MailMode.NOW,
        right=("core.apitoken", "view"),
    ),
    Kind(
        "core.security",
        _("Security of your account"),
        _("New tokens that act as you, changed roles, your second factor. Cannot be switched off."),
        NoticeGroup.SECURITY,
        mail=MailMode.NOW,
        required=True,
        urgent=True,
    ),
    Kind(
        "core.address_changed",
        _("Change of your e-mail address"),
        _("To the address that you had before."),
        NoticeGroup.SECURITY,
        in_app=False,
        mail=MailMode.NOW,
        required=True,
        urgent=True,
        listed=False,
    ),
    Kind(
        "core.test",
        _("Test message"),
        _("Sent by yourself, to see whether it arrives."),
        NoticeGroup.SECURITY,
        mail=MailMode.NOW,
        required=True,
        urgent=True,
        listed=False,
    ),
)
