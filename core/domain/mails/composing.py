"""From a row to a letter: what it says to whom, in the receiver's language and zone, within the rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core.display import format_moment
from core.domain.mails.addresses import absolute
from core.domain.notice_choices import (
    SUMMARY,
    Choice,
    choices_of,
    timings_of,
    unsubscribe_token,
)
from core.domain.notifications import for_reader, may_be_mailed, one_line
from core.models import Notification, Organisation, OutgoingMail, User
from core.notices import Kind, MailMode, UnknownKind, kind_named
from core.quiet import Timing, end_of_quiet, is_paused, next_digest

#: A summary names that many messages; the rest is counted.
MOST_IN_SUMMARY = 50

NOBODY = gettext_noop("The receiver cannot sign in or has no address.")
SWITCHED_OFF = gettext_noop("The receiver switched these mails off.")
READ_ALREADY = gettext_noop("Everything in it was read in the app before it was due.")
OUT_OF_SIGHT = gettext_noop("The receiver may no longer see what it is about.")
NOTHING_TO_SAY = gettext_noop("What it was about is no longer there.")


@dataclass(frozen=True)
class Letter:
    """A mail ready to be handed over, and the messages it settles: those it holds or left out on purpose."""

    message: EmailMultiAlternatives
    items: tuple[int, ...]


@dataclass(frozen=True)
class Skipped:
    """There is no reason to send it any more."""

    reason: str


@dataclass(frozen=True)
class Held:
    """It is not the time to send it: the receiver's quiet hours or pause began after it was written."""

    until: datetime


def compose(mail: OutgoingMail, *, at: datetime) -> Letter | Skipped | Held:
    """Make the letter of a row as things stand at `at`: rights, choices and what was read are asked anew."""
    user = mail.user
    if mail.address:
        return _to_former_address(mail)
    if not may_be_mailed(user):
        return Skipped(NOBODY)
    timing = timings_of([user])[user.pk]
    try:
        kind = kind_named(mail.kind) if mail.kind else None
    except UnknownKind:
        return Skipped(NOTHING_TO_SAY)
    held = _held(kind, timing, at)
    if held is not None:
        return held
    with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(timing.zone):
        items = list(mail.notifications.order_by("created_at", "id"))
        if kind is None:
            return _summary(mail, items)
        return _single(mail, kind, items)


def _held(kind: Kind | None, timing: Timing, at: datetime) -> Held | None:
    if kind is not None and kind.urgent:
        return None
    until = next_digest(at, timing) if is_paused(at, timing) else end_of_quiet(at, timing)
    return Held(until) if until > at else None


def _to_former_address(mail: OutgoingMail) -> Letter:
    """Make the letter that is sent whatever has become of the user; nothing in it can be clicked."""
    user, organisation = mail.user, Organisation.load()
    timing = timings_of([user])[user.pk]
    with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(timing.zone):
        title = _("The e-mail address of your account was changed")
        body = _("Since %(at)s everything goes to another address; this one gets no more mail from us.")
        whole = {
            "title": title,
            "body": body % {"at": format_moment(mail.created_at)},
            "receiver": user.display_name,
            "organisation": organisation.name,
            "why": _("You get this mail because this was the address of your account at %(organisation)s.")
            % {"organisation": organisation.name},
        }
        return Letter(_rendered(mail, mail.address, title, "address_changed", whole), ())


def _single(mail: OutgoingMail, kind: Kind, items: list[Notification]) -> Letter | Skipped:
    if not items:
        return Skipped(NOTHING_TO_SAY)
    item = for_reader(items[:1], mail.user)[0]
    if item.is_hidden:  # type: ignore[attr-defined]
        return Skipped(OUT_OF_SIGHT)
    if not kind.required:
        if choices_of(mail.user)[kind.key].mail == MailMode.NEVER:
            return Skipped(SWITCHED_OFF)
        if item.read_at is not None and item.in_app:
            return Skipped(READ_ALREADY)
    context = {
        "title": item.title,
        "item": item,
        "link": absolute(reverse("core:notification-open", args=[item.pk])),
        "kind": kind,
        "why": _("You get this mail because you want “%(kind)s” by e-mail.") % {"kind": kind.label},
    }
    letter = "" if kind.required else kind.key
    message = _message(mail, item.title, "notification", context, unsubscribe=letter)
    return Letter(message, (item.pk,))


def _summary(mail: OutgoingMail, items: list[Notification]) -> Letter | Skipped:
    choices = choices_of(mail.user)
    wanted = [item for item in items if item.read_at is None and _is_wanted(item.kind, choices)]
    if not wanted:
        return Skipped(READ_ALREADY if items else NOTHING_TO_SAY)
    shown = for_reader(wanted[:MOST_IN_SUMMARY], mail.user)
    count = len(wanted)
    title = ngettext("%(n)d notification for you", "%(n)d notifications for you", count) % {"n": count}
    context = {
        "title": title,
        "groups": _by_kind(shown),
        "more": count - len(shown),
        "link": absolute(reverse("core:notification-list")),
        "why": _("You get this summary because you want some notifications once a day."),
    }
    message = _message(mail, title, "summary", context, unsubscribe=SUMMARY)
    return Letter(message, tuple(item.pk for item in items))


def _is_wanted(key: str, choices: Mapping[str, Choice]) -> bool:
    return key in choices and choices[key].mail != MailMode.NEVER


def _by_kind(items: list[Notification]) -> list[dict[str, Any]]:
    ordered = sorted(items, key=lambda item: item.kind)
    found = []
    for key, members in groupby(ordered, key=lambda item: item.kind):
        rows = [
            {"item": item, "link": absolute(reverse("core:notification-open", args=[item.pk]))}
            for item in members
        ]
        found.append({"label": kind_named(key).label, "rows": rows})
    return found


def _message(
    mail: OutgoingMail, subject: str, template: str, context: Mapping[str, Any], *, unsubscribe: str
) -> EmailMultiAlternatives:
    user, organisation = mail.user, Organisation.load()
    leave = _leave_url(user, unsubscribe)
    whole = {
        **context,
        "receiver": user.display_name,
        "organisation": organisation.name,
        "leave_url": leave,
        "choices_url": absolute(reverse("core:notification-choices")),
    }
    message = _rendered(mail, user.email, subject, template, whole)
    if leave:
        message.extra_headers |= {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return message


def _rendered(
    mail: OutgoingMail, to: str, subject: str, template: str, context: Mapping[str, Any]
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=render_to_string(f"mail/{template}.txt", context),
        from_email=sender(context["organisation"]),
        to=[to],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return message


def _leave_url(user: User, kind: str) -> str:
    if not kind:
        return ""
    return absolute(reverse("core:unsubscribe", args=[unsubscribe_token(user, kind)]))


def sender(organisation: str) -> str:
    """Return the From address, under the organisation's name unless the settings name another."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or one_line(organisation), address))


def sample(user: User, *, summary: bool) -> str:
    """Return the markup of a mail to the user, with invented contents, in the language of the moment."""
    titles = {
        "core.mention": _("Somebody mentioned you: Call about the autumn programme"),
        "core.share_received": _("Somebody shared the view “Renewals this quarter” with you"),
        "core.job_done": _("Finished: Import of customers"),
    }
    at = timezone.now()
    items = [
        Notification(pk=0, user=user, kind=kind, title=title, created_at=at) for kind, title in titles.items()
    ]
    for item in items:
        item.is_hidden = False  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "receiver": user.display_name,
        "organisation": Organisation.load().name,
        "link": absolute(reverse("core:notification-list")),
        "leave_url": absolute(reverse("core:notification-choices")),
        "choices_url": absolute(reverse("core:notification-choices")),
    }
    if summary:
        count = len(items)
        title = ngettext("%(n)d notification for you", "%(n)d notifications for you", count) % {"n": count}
        why = _("You get this summary because you want some notifications once a day.")
        groups = _by_kind(items)
        return render_to_string(
            "mail/summary.html", context | {"title": title, "why": why, "groups": groups, "more": 0}
        )
    kind = kind_named("core.mention")
    why = _("You get this mail because you want “%(kind)s” by e-mail.") % {"kind": kind.label}
    items[0].body = _("@Li Fang, can you send them the dates?")
    return render_to_string(
        "mail/notification.html", context | {"title": items[0].title, "why": why, "item": items[0]}
    )
