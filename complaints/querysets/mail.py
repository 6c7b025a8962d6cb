"""Querysets of e-mail in and out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from complaints.choices.mail import DeliveryState, MailReason, MailState
from complaints.querysets.cases import SentQuerySet, SettingQuerySet, cases_for
from core.access import ScopedQuerySet, teams_in_reach
from core.roles import Reach

if TYPE_CHECKING:
    from core.models import User


class MailboxQuerySet(SettingQuerySet):
    """Mailboxes; they belong to the installation."""

    def polled(self) -> Self:
        """Those that are fetched from a server."""
        return self.active().exclude(host="")

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("queue")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class InboundMailQuerySet(ScopedQuerySet):
    """Received mails: seen with their case; those without one by the team of the mailbox's queue.

    The raw message is large and read for one mail at a time.
    """

    owner_path = None
    team_path = "mailbox__queue__team"

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        seen = cases_for(user, action).order_by().values("pk")
        loose = Q(pk__in=[])
        if reach == Reach.TEAM:
            # A queue without a team is everybody's.
            loose = Q(mailbox__queue__team__in=teams_in_reach(user)) | Q(mailbox__queue__team__isnull=True)
        return Q(complaint__in=seen) | (Q(complaint__isnull=True) & loose)

    def unread(self) -> Self:
        """Those that were stored and not worked on yet."""
        return self.filter(state=MailState.RECEIVED)

    def ignored(self, *, since: datetime) -> Self:
        """Those of which nothing became, from a moment on, but for what we had already or wrote ourselves."""
        told = [MailReason.DUPLICATE, MailReason.OWN]
        return self.filter(state=MailState.IGNORED, received_at__gte=since).exclude(reason__in=told)

    def held(self) -> Self:
        """Those beyond the limit of their sender, until somebody decides what becomes of them."""
        return self.filter(state=MailState.IGNORED, reason=MailReason.THROTTLED)

    def from_sender(self, sender: str, *, since: datetime) -> Self:
        """Those of one address from a moment on."""
        return self.filter(sender=sender, received_at__gt=since)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("mailbox", "complaint").defer("raw")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class CaseLetterQuerySet(SentQuerySet):
    """Mails to customers, seen with their case."""

    def due(self, at: datetime) -> Self:
        """Those to send now, and those whose sender died."""
        return self.filter(
            Q(state=DeliveryState.QUEUED, due_at__lte=at) | Q(state=DeliveryState.SENDING, lease_until__lt=at)
        )

    def stuck(self, at: datetime) -> Self:
        """Those that should have left a while ago."""
        return self.due(at - timedelta(minutes=15))

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("complaint", "entry", "mailbox")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()
