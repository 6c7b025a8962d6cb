"""How people want to be told: the kind's default, unless they chose otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from core.domain.checks import check_record
from core.errors import DomainError
from core.models import NotificationPreference, NotificationTiming, Organisation, User
from core.navigation import may_open
from core.notices import Kind, MailMode, all_kinds, kind_named
from core.quiet import EVERY_DAY, Timing, end_of_quiet, is_paused, next_digest
from core.zones import zone_named

_UNSUBSCRIBE = "core.unsubscribe"
#: Stands for every kind that is mailed in the daily summary.
SUMMARY = "summary"


@dataclass(frozen=True)
class Choice:
    """How one kind reaches one person."""

    in_app: bool
    mail: str


def choices_for(users: Iterable[User], kind: Kind) -> dict[int, Choice]:
    """Return how the kind reaches each user, by user id; one query."""
    default = Choice(kind.in_app, kind.mail)
    found = {user.pk: default for user in users}
    if kind.required:
        return found
    rows = NotificationPreference.objects.filter(user__in=list(found), kind=kind.key)
    return found | {row.user_id: Choice(row.in_app, row.mail) for row in rows}


def choices_of(user: User) -> dict[str, Choice]:
    """Return how every kind reaches the user, by kind."""
    found = {kind.key: Choice(kind.in_app, kind.mail) for kind in all_kinds()}
    for row in NotificationPreference.objects.filter(user=user):
        if row.kind in found and not kind_named(row.kind).required:
            found[row.kind] = Choice(row.in_app, row.mail)
    return found


def kinds_for(user: User) -> list[Kind]:
    """Return the kinds that the user may choose about: listed, and known to one of the roles."""
    return [kind for kind in all_kinds() if kind.listed and may_open(user, kind.right)]


def timings_of(users: Collection[User]) -> dict[int, Timing]:
    """Return when each user wants mail, by user id; at most two queries."""
    rows = {row.user_id: row for row in NotificationTiming.objects.filter(user__in=[u.pk for u in users])}
    usual = "" if all(user.time_zone for user in users) else Organisation.load().time_zone
    return {user.pk: _timing(rows.get(user.pk), user.time_zone or usual) for user in users}


def _timing(row: NotificationTiming | None, zone: str) -> Timing:
    if row is None:
        return Timing(zone_named(zone))
    return Timing(
        zone=zone_named(zone),
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        quiet_days=frozenset(int(day) for day in row.quiet_days) if row.quiet_days else EVERY_DAY,
        digest_at=row.digest_at,
        digest_on_workdays=row.digest_on_workdays,
        paused_until=row.paused_until,
    )


def mail_moment(mode: str, kind: Kind, timing: Timing, *, at: datetime) -> tuple[datetime, bool]:
    """Return when a mail of that mode goes out, and whether in a summary.

    Urgent kinds go at once. What comes during a pause goes into the first summary after it.
    """
    if kind.urgent:
        return at, False
    if mode == MailMode.DIGEST or is_paused(at, timing):
        return next_digest(at, timing), True
    return end_of_quiet(at, timing), False


@transaction.atomic
def save_choices(user: User, choices: Mapping[str, Choice], timing: Mapping[str, Any]) -> None:
    """Store what the user chose: per kind only what differs from its default, and the timing.

    Required kinds stay as they are. Refused: quiet hours with one end, or with two that are the same.
    """
    _save_timing(user, timing)
    for key, choice in choices.items():
        kind = kind_named(key)
        if kind.required:
            continue
        mine = NotificationPreference.objects.filter(user=user, kind=key)
        if choice == Choice(kind.in_app, kind.mail):
            mine.delete()
            continue
        if choice.mail not in MailMode.values:
            raise DomainError("unknown_choice", _("There is no such choice."), fields={key: choice.mail})
        values = {"in_app": choice.in_app, "mail": choice.mail}
        NotificationPreference.objects.update_or_create(user=user, kind=key, defaults=values)


def _save_timing(user: User, values: Mapping[str, Any]) -> None:
    row = NotificationTiming.objects.filter(user=user).first() or NotificationTiming(user=user)
    for name in (
        "quiet_from", "quiet_to", "quiet_days", "digest_at", "digest_on_workdays", "paused_until",
    ):  # fmt: skip
        if name in values:
            setattr(row, name, values[name])
    _check_quiet_hours(row)
    check_record(row)
    row.save()


def _check_quiet_hours(row: NotificationTiming) -> None:
    if (row.quiet_from is None) != (row.quiet_to is None):
        text = _("Quiet hours need a beginning and an end.")
        raise DomainError("quiet_hours_open", text, fields={"quiet_to": text})
    if row.quiet_from is not None and row.quiet_from == row.quiet_to:
        text = _("Choose an end that differs from the beginning.")
        raise DomainError("quiet_hours_empty", text, fields={"quiet_to": text})


# ---- leaving by a link in a mail --------------------------------------------------------------------
def unsubscribe_token(user: User, kind: str) -> str:
    """Return the part of an address that lets whoever holds the mail stop this kind for this user."""
    return signing.dumps([user.pk, kind], salt=_UNSUBSCRIBE, compress=False)


def read_unsubscribe_token(token: str) -> tuple[User, str] | None:
    """Return whom and what the token is about; None when it was not made by us or is out of use."""
    try:
        user_id, key = signing.loads(token, salt=_UNSUBSCRIBE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.people().filter(pk=user_id).first()
    if user is None or (key != SUMMARY and not any(k.key == key and not k.required for k in all_kinds())):
        return None
    return user, str(key)


@transaction.atomic
def unsubscribe(user: User, key: str) -> list[str]:
    """Mail this kind no more, or with SUMMARY every kind of the daily summary; return the kinds.

    A second call changes nothing. What is shown in the app stays as it was.
    """
    stopped = []
    for name, choice in choices_of(user).items():
        meant = choice.mail == MailMode.DIGEST if key == SUMMARY else name == key
        if meant and choice.mail != MailMode.NEVER and not kind_named(name).required:
            values = {"in_app": choice.in_app, "mail": MailMode.NEVER}
            NotificationPreference.objects.update_or_create(user=user, kind=name, defaults=values)
            stopped.append(name)
    return stopped
