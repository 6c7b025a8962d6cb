"""Telling people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from core.models import Notification, User


def notify(
    users: Iterable[User],
    *,
    kind: str,
    title: str | Promise,
    body: str | Promise = "",
    params: Mapping[str, Any] | None = None,
    url: str = "",
    dedupe: str | None = None,
) -> None:
    """Leave a message for each user, in the user's language. The same `dedupe` reaches a user once.

    `title` and `body` are lazy translations with `%(name)s` places that `params` fill.
    """
    rows = []
    for user in users:
        with translation.override(user.language or settings.LANGUAGE_CODE):
            rows.append(
                Notification(
                    user=user,
                    kind=kind,
                    title=(str(title) % (params or {}))[:200],
                    body=(str(body) % (params or {}))[:500],
                    url=url,
                    dedupe=dedupe,
                )
            )
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def mark_read(user: User, *, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the named notifications, or all, of the user as read and return how many changed."""
    unread = Notification.objects.filter(user=user).unread()
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)
