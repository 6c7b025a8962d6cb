"""The platform's own responsibilities: leading a team, tokens, messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.choices import AuditAction, JobState
from core.domain.audit import record
from core.models import ApiToken, Job, Notification, Team
from core.responsibilities import HandOver, Moved, Responsibility, register_responsibility


def hand_over_teams(order: HandOver) -> Moved:
    """Make the receiver lead the teams that the leaver still leads."""
    teams = list(
        Team.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=order.ids, lead=order.leaver)
    )
    for team in teams:
        Team.objects.filter(pk=team.pk, lead=order.leaver).update(lead=order.receiver)
        changes = {"lead": (order.leaver, order.receiver)}
        record(AuditAction.CHANGED, by=order.by, subject=team, changes=changes, note=order.note)
    return Moved([team.pk for team in teams], gone(order, {team.pk for team in teams}))


def gone(order: HandOver, moved: set[int]) -> list[list[object]]:
    """Return the lines of the report for records that were no longer the leaver's."""
    return [[pk, "", "changed"] for pk in order.ids if pk not in moved]


def register_responsibilities() -> None:
    """Register what the platform itself knows."""
    register_responsibility(
        Responsibility(
            "core.teams",
            _("Teams led"),
            30,
            lambda user: Team.objects.filter(lead=user),
            _("The receiver leads them."),
            hand_over=hand_over_teams,
        )
    )
    register_responsibility(
        Responsibility(
            "core.tokens",
            _("API tokens"),
            70,
            lambda user: ApiToken.objects.filter(user=user, revoked_at__isnull=True),
            _("Revoked for good."),
        )
    )
    register_responsibility(
        Responsibility(
            "core.jobs",
            _("Jobs that wait or run"),
            80,
            lambda user: Job.objects.filter(
                created_by=user, state__in=[JobState.PENDING, JobState.RUNNING]
            ).exclude(task="core.tasks.run_departure"),
            _("They run to their end; exports cannot be fetched any more."),
        )
    )
    register_responsibility(
        Responsibility(
            "core.notifications",
            _("Unread messages"),
            90,
            lambda user: Notification.objects.filter(user=user, read_at__isnull=True),
            _("They stay with the login, unread."),
        )
    )
