"""The platform's own responsibilities: leading a team, standing in, shared views, tokens, messages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import AuditAction, JobState, ViewScope
from core.domain.audit import audit_line, record
from core.domain.changed import records_changed
from core.models import Absence, ApiToken, AuditEntry, Job, Notification, SavedView, Team
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


def hand_over_owned(rows: Any, order: HandOver, *, field: str = "owner", takes_team: bool = False) -> Moved:
    """Write the receiver into `field` of those of `rows` that are still the leaver's, an audit line each.

    The team of the receiver comes along with `takes_team`. Nobody is told: the caller sums up.
    """
    found = list(
        rows.filter(pk__in=order.ids, **{field: order.leaver})
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    give(found, order, field=field, takes_team=takes_team)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))


def give(found: list[Any], order: HandOver, *, field: str = "owner", takes_team: bool = False) -> None:
    """Write the receiver into `field` of the locked rows, and a line about each."""
    if not found:
        return
    model, columns = type(found[0]), {one.name for one in found[0]._meta.fields}
    values: dict[str, Any] = {field: order.receiver}
    if "version" in columns:
        values["version"] = F("version") + 1
    if "updated_at" in columns:
        values["updated_at"] = order.at
    if takes_team and order.receiver.team_id is not None:
        values["team"] = order.receiver.team_id
    pks = [row.pk for row in found]
    model._default_manager.filter(pk__in=pks).update(**values)
    changes = {field: (order.leaver, order.receiver)}
    AuditEntry.objects.bulk_create(
        audit_line(AuditAction.CHANGED, by=order.by, subject=row, changes=changes, note=order.note)
        for row in found
    )
    records_changed(model, pks)


def hand_over_deputyships(order: HandOver) -> Moved:
    """Let the receiver stand in where the leaver would; refused to who is away then, or is the person."""
    rows = Absence.objects.filter(pk__in=order.ids, deputy=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    able, refused = [], gone(order, {row.pk for row in found})
    for row in found:
        away = Absence.objects.filter(
            user=order.receiver, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on
        )
        if row.user_id == order.receiver.pk or away.exists():
            refused.append([row.pk, str(row), "away"])
        else:
            able.append(row)
    give(able, order, field="deputy")
    return Moved([row.pk for row in able], refused)


def hand_over_views(order: HandOver) -> Moved:
    """Make the receiver keep the shared views; one whose name the receiver uses already gets a number."""
    rows = SavedView.objects.filter(pk__in=order.ids, owner=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for view in found:
        taken = SavedView.objects.filter(owner=order.receiver, list_key=view.list_key)
        names = {name.lower() for name in taken.values_list("name", flat=True)}
        name = next(one for one in _names(view.name) if one.lower() not in names)
        SavedView.objects.filter(pk=view.pk).update(name=name)
        give([view], order)
    return Moved([view.pk for view in found], gone(order, {view.pk for view in found}))


def _names(name: str) -> Iterator[str]:
    """Yield the name, then the name with 2, 3 and so on, within the 60 characters of the column."""
    yield name
    for number in count(2):
        yield f"{name[:54]} ({number})"


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
            fields=("core.Team.lead",),
        )
    )
    register_responsibility(
        Responsibility(
            "core.deputyships",
            _("Standing in for absent colleagues"),
            50,
            lambda user: Absence.objects.not_over(timezone.localdate()).filter(deputy=user),
            _("The receiver stands in."),
            hand_over=hand_over_deputyships,
            action="add",
            fields=("core.Absence.deputy",),
        )
    )
    register_responsibility(
        Responsibility(
            "core.views",
            _("Saved views for others"),
            55,
            lambda user: SavedView.objects.filter(owner=user).exclude(scope=ViewScope.PRIVATE),
            _("The receiver keeps them. Private ones end with the login."),
            hand_over=hand_over_views,
            fields=("core.SavedView.owner",),
            is_whole=True,
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
            _(
                "Imports, exports and actions on many rows are set aside, others run to their end; finished"
                " exports cannot be fetched any more."
            ),
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
