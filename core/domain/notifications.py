"""Telling people: in the app, and by e-mail as each of them chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import ScopedQuerySet
from core.domain.mails.addresses import new_message_id
from core.domain.notice_choices import Choice, choices_for, mail_moment, timings_of
from core.models import Absence, Notification, OutgoingMail, User
from core.notices import Kind, MailMode, kind_named
from core.quiet import Timing

#: How long messages that were read are kept.
KEPT_FOR = timedelta(days=180)
#: Who has not read a message for so long will not.
UNREAD_KEPT_FOR = timedelta(days=730)
#: Nobody reads a number above this one.
MOST_COUNTED = 99


@transaction.atomic
def notify(
    users: Iterable[User],
    *,
    kind: str,
    title: str | Promise,
    body: str | Promise = "",
    params: Mapping[str, Any] | None = None,
    url: str = "",
    subject: models.Model | None = None,
    dedupe: str | None = None,
) -> None:
    """Leave a message for each user, in the user's language. The same `dedupe` reaches a user once.

    `title` and `body` are lazy translations with `%(name)s` places that `params` fill. `subject` is the
    record that the message is about: who may not see it later reads a neutral line instead. Each user is
    told as he or she chose for this kind; mails are written here and sent later. Refuses kinds that are
    not declared, and addresses of other hosts.
    """
    declared = kind_named(kind)
    if url and not is_our_page(url):
        raise ValueError(f"notifications lead to our own pages only, not to {url!r}")
    receivers = {user.pk: user for user in users}
    message = Message(title, body, params or {}, url, subject, dedupe)
    _deliver(list(receivers.values()), declared, message)
    for absence in _absences_of(receivers) if declared.for_deputy else ():
        if absence.deputy_id not in receivers:
            _deliver([absence.deputy], declared, message.for_absent(absence))


def _absences_of(receivers: Collection[int]) -> Iterable[Absence]:
    rows = Absence.objects.running(timezone.localdate()).filter(user__in=list(receivers))
    found: Iterable[Absence] = rows.filter(deputy__is_active=True).for_list()
    return found


@dataclass(frozen=True)
class Message:
    """What is told, in whichever language its reader has."""

    title: str | Promise
    body: str | Promise
    params: Mapping[str, Any]
    url: str
    subject: models.Model | None
    dedupe: str | None

    def for_absent(self, absence: Absence) -> Message:
        """Return the copy for the deputy, that says for whom it is."""
        with translation.override(absence.deputy.language or settings.LANGUAGE_CODE):
            text = str(self.title) % self.params
            body = str(self.body) % self.params
        return Message(
            gettext_lazy("For %(absent)s: %(text)s"),
            "%(body)s",
            {"absent": absence.user, "text": text, "body": body},
            self.url,
            self.subject,
            # A deputy may be told of the same thing for two people, and for oneself.
            f"{self.dedupe}-for-{absence.user_id}" if self.dedupe else None,
        )


def _deliver(users: list[User], declared: Kind, message: Message) -> None:
    people = _not_yet_told(users, message.dedupe)
    told = choices_for(people, declared)
    people = [user for user in people if told[user.pk].in_app or told[user.pk].mail != MailMode.NEVER]
    if not people:
        return
    mails = _write_mails(people, told, declared, message.dedupe)
    same = {
        "kind": declared.key,
        "url": message.url,
        "dedupe": message.dedupe,
        **_weak_subject(message.subject),
    }
    rows = [
        Notification(
            user=user,
            in_app=told[user.pk].in_app,
            mail_id=mails.get(user.pk),
            **same,
            **_texts(user, message.title, message.body, message.params),
        )
        for user in people
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _weak_subject(subject: models.Model | None) -> dict[str, Any]:
    if subject is None:
        return {}
    return {"subject_type": subject._meta.label_lower, "subject_id": subject.pk}


def _texts(
    user: User, title: str | Promise, body: str | Promise, params: Mapping[str, Any]
) -> dict[str, str]:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        return {"title": one_line(str(title) % params)[:200], "body": (str(body) % params)[:500]}


def one_line(text: str) -> str:
    """Return the text with every run of white space, line breaks included, as one space."""
    return " ".join(text.split())


def is_our_page(url: str) -> bool:
    """Tell whether the address is a path on this host and nothing else."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def _not_yet_told(users: list[User], dedupe: str | None) -> list[User]:
    if dedupe is None or not users:
        return users
    told = set(Notification.objects.filter(user__in=users, dedupe=dedupe).values_list("user_id", flat=True))
    return [user for user in users if user.pk not in told]


def _write_mails(
    users: Sequence[User], told: Mapping[int, Choice], kind: Kind, dedupe: str | None
) -> dict[int, int]:
    """Make the mails exist and return their ids by user; one for each summary, however often asked for."""
    receivers = [user for user in users if told[user.pk].mail != MailMode.NEVER and may_be_mailed(user)]
    if not receivers:
        return {}
    now, timings = timezone.now(), timings_of(receivers)
    mails = {
        user.pk: _mail_for(user, told[user.pk].mail, kind, timings[user.pk], dedupe=dedupe, at=now)
        for user in receivers
    }
    stored = OutgoingMail.objects.filter(key__in=[mail.key for mail in mails.values()])
    found = dict(stored.values_list("user_id", "pk"))
    missing = [mails[pk] for pk in sorted(mails) if pk not in found]
    if missing:  # of the summary of a day only the first message comes here
        OutgoingMail.objects.bulk_create(missing, ignore_conflicts=True)
        found = dict(stored.all().values_list("user_id", "pk"))
    return found


def _mail_for(
    user: User, mode: str, kind: Kind, timing: Timing, *, dedupe: str | None, at: datetime
) -> OutgoingMail:
    due, in_summary = mail_moment(mode, kind, timing, at=at)
    return summary_mail(user, due) if in_summary else _single_mail(user, kind, due, dedupe)


def _single_mail(user: User, kind: Kind, due: datetime, dedupe: str | None) -> OutgoingMail:
    key = f"{user.pk}-{dedupe or uuid4().hex}"
    return OutgoingMail(key=f"one-{key}", user=user, kind=kind.key, due_at=due, message_id=new_message_id())


def summary_mail(user: User, due: datetime) -> OutgoingMail:
    """Return the unsaved summary of the user for that moment; its key makes it one of its kind."""
    key = f"summary-{user.pk}-{due:%Y%m%dT%H%M%SZ}"
    return OutgoingMail(key=key, user=user, due_at=due, message_id=new_message_id())


def may_be_mailed(user: User) -> bool:
    """Tell whether the user is a person who may sign in and has an address."""
    return bool(user.is_active and not user.is_service and user.email)


# ---- reading ----------------------------------------------------------------------------------------
def mark_read(user: User, *, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the named notifications, or all, of the user as read and return how many changed."""
    unread = Notification.objects.filter(user=user).unread()
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)


def mark_read_about(subject: models.Model, *, user: User, at: datetime) -> int:
    """Mark what the user was told about the record as read, because it is dealt with; return how many."""
    about = Notification.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return about.filter(user=user).unread().update(read_at=at)


def count_unread(user_id: int) -> int:
    """Return how many messages wait in the app, one more than MOST_COUNTED at the most. One light query."""
    return Notification.objects.filter(user=user_id).live().unread()[: MOST_COUNTED + 1].count()


def for_reader(messages: Collection[Notification], reader: User) -> list[Notification]:
    """Return the messages as the reader may know them: without words where the record is out of reach.

    The rows are changed in memory only; those that lost their words carry `is_hidden`. One query for
    each kind of record, however many messages there are.
    """
    seen = _visible_subjects(messages, reader)
    for message in messages:
        hidden = bool(message.subject_type) and (message.subject_type, message.subject_id) not in seen
        message.is_hidden = hidden  # type: ignore[attr-defined]
        if hidden:
            message.title, message.body, message.url = _("A record that you can no longer see"), "", ""
    return list(messages)


def _visible_subjects(messages: Iterable[Notification], reader: User) -> set[tuple[str, int | None]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        if message.subject_type and message.subject_id is not None:
            ids[message.subject_type].add(message.subject_id)
    found: set[tuple[str, int | None]] = set()
    for label, keys in ids.items():
        found |= {(label, pk) for pk in _visible_keys(label, keys, reader)}
    return found


def _visible_keys(label: str, keys: set[int], reader: User) -> Iterable[int]:
    try:
        rows = apps.get_model(label)._default_manager.filter(pk__in=keys)
    except (LookupError, ValueError):
        return ()
    # A model without rights of its own is nobody's to see here.
    return rows.visible_to(reader).values_list("pk", flat=True) if isinstance(rows, ScopedQuerySet) else ()


def delete_old_notifications(*, at: datetime, batch: int = 1_000) -> int:
    """Delete messages that were read long ago, or that nobody has read for much longer; return how many.

    Mails that are done with as long go, too.
    """
    before, deleted = at - KEPT_FOR, 0
    old = Q(read_at__lt=before) | Q(read_at__isnull=True, created_at__lt=at - UNREAD_KEPT_FOR)
    while pks := list(Notification.objects.filter(old).order_by("pk").values_list("pk", flat=True)[:batch]):
        deleted += Notification.objects.filter(pk__in=pks).delete()[0]
    OutgoingMail.objects.finished_before(before).delete()
    return deleted
