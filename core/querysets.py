"""Querysets of the platform's models."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from core.access import ScopedQuerySet, can, reach_of, teams_above
from core.choices import CHANGING, DepartureState, JobStanding, JobState, ViewScope
from core.lent import shareables
from core.notices import MailState
from core.roles import Reach
from core.team_tree import above, below, depths

if TYPE_CHECKING:
    from core.attachables import Attachable
    from core.models import User


class TeamQuerySet(ScopedQuerySet):
    """Teams."""

    owner_path = None
    team_path = None

    def tree(self) -> dict[int, int | None]:
        """Return the team that each team belongs to."""
        return dict(self.model.objects.values_list("pk", "parent_id"))

    def ids_below(self, team_id: int) -> frozenset[int]:
        """Return `team_id` and the ids of all teams below it. One query."""
        return below(self.tree(), team_id)

    def ids_above(self, team_id: int) -> frozenset[int]:
        """Return `team_id` and the ids of all teams that it belongs to. One query."""
        return above(self.tree(), team_id)

    def with_depth(self) -> Self:
        """Adds how many teams stand above each. One query for the tree."""
        levels: dict[int, list[int]] = {}
        for pk, depth in depths(self.tree()).items():
            levels.setdefault(depth, []).append(pk)
        places = [When(pk__in=pks, then=Value(depth)) for depth, pks in levels.items()]
        return self.annotate(depth=Case(*places, default=Value(0), output_field=models.IntegerField()))


class UserQuerySet(ScopedQuerySet):
    """Users."""

    owner_path = "pk"
    team_path = "team"

    def active(self) -> Self:
        """Users who may sign in."""
        return self.filter(is_active=True)

    def people(self) -> Self:
        """Members of staff, without services."""
        return self.filter(is_active=True, is_service=False)

    def in_role(self, role: str) -> Self:
        """Users who hold the role."""
        return self.filter(groups__name=role).distinct()

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("team").prefetch_related("groups")


class ExchangeRateQuerySet(ScopedQuerySet):
    """Exchange rates."""

    owner_path = None
    team_path = None

    def rate_on(self, currency: str, day: date) -> Decimal | None:
        """Return the rate of `currency` in force on `day`, or None where none is known."""
        found: Decimal | None = (
            self.filter(currency=currency, valid_from__lte=day)
            .order_by("-valid_from")
            .values_list("rate", flat=True)
            .first()
        )
        return found


class PicklistQuerySet(ScopedQuerySet):
    """Values of lists to pick from; they belong to the installation."""

    owner_path = None
    team_path = None


#: A waiting job with an error is one whose last attempt failed.
_STANDINGS = {
    JobStanding.RUNNING: Q(state=JobState.RUNNING),
    JobStanding.WAITING: Q(state=JobState.PENDING, error=""),
    JobStanding.AGAIN: Q(state=JobState.PENDING) & ~Q(error=""),
    JobStanding.ASIDE: Q(state=JobState.FAILED),
}


class JobQuerySet(ScopedQuerySet):
    """Jobs; the owner of a job is who asked for it."""

    owner_path = "created_by"
    team_path = None

    def due(self, at: datetime) -> Self:
        """Jobs that should run now: waiting and not held back, or running with a lease that ran out."""
        waiting = Q(state=JobState.PENDING, not_before__lte=at)
        abandoned = Q(state=JobState.RUNNING, lease_until__lt=at)
        return self.filter(waiting | abandoned)

    def open(self) -> Self:
        """Jobs that wait or run."""
        return self.filter(state__in=[JobState.PENDING, JobState.RUNNING])

    def standing(self, name: str) -> Self:
        """Jobs under one tab of the page of jobs."""
        return self.filter(_STANDINGS[JobStanding(name)])

    def counts(self) -> dict[str, int]:
        """Return how many jobs stand under each tab."""
        open_or_aside = self.filter(
            state__in=[JobState.PENDING, JobState.RUNNING, JobState.FAILED]
        ).order_by()
        found: dict[str, int] = open_or_aside.aggregate(
            **{name.value: Count("pk", filter=condition) for name, condition in _STANDINGS.items()}
        )
        return found

    def unheard(self, since: datetime) -> Self:
        """Jobs for which no worker was called since then."""
        return self.filter(Q(rung_at__isnull=True) | Q(rung_at__lt=since))

    def held_by(self, token: str) -> Self:
        """Running jobs whose lease belongs to the holder of `token`."""
        return self.filter(state=JobState.RUNNING, lease_token=token)

    def finished_before(self, moment: datetime) -> Self:
        """Jobs that ended well, or were cancelled, before the moment."""
        return self.filter(state__in=[JobState.DONE, JobState.CANCELLED], finished_at__lt=moment)

    def for_list(self) -> Self:
        """What one page of the job list shows."""
        return self.select_related("created_by")

    def newest_first(self) -> Self:
        """The order of the job page."""
        return self.order_by(F("created_at").desc(), F("id").desc())


class ScheduleQuerySet(ScopedQuerySet):
    """Schedules belong to the installation."""

    owner_path = None
    team_path = None

    def due(self, at: datetime) -> Self:
        """Schedules that are switched on and whose moment has come."""
        return self.filter(is_enabled=True, next_due__lte=at)


class NotificationQuerySet(ScopedQuerySet):
    """Notifications; each belongs to one person."""

    owner_path = "user"
    team_path = None

    def live(self) -> Self:
        """Those that the person wants to see in the app."""
        return self.filter(in_app=True)

    def newest_first(self) -> Self:
        """The order of the bell."""
        return self.order_by("-created_at", "-id")

    def unread(self) -> Self:
        """Notifications that were not opened yet."""
        return self.filter(read_at__isnull=True)


class OutgoingMailQuerySet(ScopedQuerySet):
    """E-mails of the installation; administrators look after them."""

    owner_path = None
    team_path = None

    def due(self, at: datetime) -> Self:
        """Mails to send now: waiting and due, or left behind by a worker whose lease ran out."""
        waiting = Q(state=MailState.WAITING, due_at__lte=at)
        return self.filter(waiting | Q(state=MailState.SENDING, lease_until__lt=at))

    def finished_before(self, moment: datetime) -> Self:
        """Mails made before the moment that were sent, or needed no sending."""
        return self.filter(state__in=[MailState.SENT, MailState.SUPPRESSED], created_at__lt=moment)

    def for_list(self) -> Self:
        """What one row of the mail page shows."""
        return self.select_related("user")


class AuditQuerySet(ScopedQuerySet):
    """Audit lines."""

    owner_path = "actor"
    team_path = None

    def about(self, subject: models.Model) -> Self:
        """Lines of one record, newest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by(
            "-at", "-id"
        )

    def of_changes(self) -> Self:
        """Lines that tell of a change of their record; the others tell what was done with it."""
        return self.filter(action__in=CHANGING)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("actor")

    def update(self, **kwargs: Any) -> int:
        """Refused: a line is written once."""
        raise TypeError("audit lines are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused: a line is kept."""
        raise TypeError("audit lines are never deleted")


class AuditSealQuerySet(ScopedQuerySet):
    """Seals of audit lines; they belong to nobody."""

    owner_path = None
    team_path = None


class DepartureQuerySet(ScopedQuerySet):
    """Departures; a manager sees those of the own teams."""

    owner_path = None
    team_path = "user__team"

    def open(self) -> Self:
        """Departures that are planned or being carried out."""
        return self.filter(state__in=[DepartureState.PLANNED, DepartureState.RUNNING])

    def due(self, day: date) -> Self:
        """Planned ones whose last day is over on `day`."""
        return self.filter(state=DepartureState.PLANNED, last_day__lt=day)

    def for_list(self) -> Self:
        """What one row shows."""
        return self.select_related("user", "created_by")


class ImportRunQuerySet(ScopedQuerySet):
    """Imports; the owner is who uploaded the file."""

    owner_path = "created_by"
    team_path = None


class ImportMappingQuerySet(ScopedQuerySet):
    """Remembered columns; they belong to who mapped them."""

    owner_path = "user"
    team_path = "user__team"

    def of_headings(self, target: str, headings: str) -> Self:
        """How files with these headings were mapped, the last time first."""
        return self.filter(target=target, headings=headings).order_by("-used_at", "-pk")


class SavedViewQuerySet(ScopedQuerySet):
    """Saved views: one's own, those of one's team or a team above it, and public ones."""

    owner_path = "owner"
    team_path = None

    def of_list(self, key: str) -> Self:
        """Views of one list, in the order of their tabs."""
        return self.filter(list_key=key).order_by("position", "id")

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Views that are offered to the person; only one's own may be changed or deleted."""
        mine = super().in_reach(user, action)
        if action != "view" or not can(user, "view", self.model):
            return mine
        offered = Q(owner=user) | Q(scope=ViewScope.PUBLIC)
        above = teams_above(user)
        if above:
            offered |= Q(scope=ViewScope.TEAM, team__in=above)
        return self.filter(offered)


class BulkRunQuerySet(ScopedQuerySet):
    """Actions on many rows; the owner is who started them."""

    owner_path = "created_by"
    team_path = None

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("created_by", "job")


class SignInGuardQuerySet(models.QuerySet[Any]):
    """Counters of failed sign-ins; they belong to nobody and no page shows them."""

    def open(self, at: datetime) -> Self:
        """Those whose waiting time is over."""
        return self.filter(Q(locked_until__isnull=True) | Q(locked_until__lte=at))

    def stale(self, before: datetime) -> Self:
        """Those without an attempt since then."""
        return self.filter(last_at__lt=before)


class SecondFactorQuerySet(models.QuerySet[Any]):
    """Second factors; each belongs to one person, and nobody reads the secret."""

    def of(self, user: User) -> Self:
        """The factor of the person, if there is one."""
        return self.filter(user=user)

    def unspent(self, step: int) -> Self:
        """Those for which a code of the time step is still new."""
        return self.filter(last_step__lt=step)


class UserSessionQuerySet(models.QuerySet[Any]):
    """Where people are signed in; a person sees the own ones, administrators count them."""

    def of(self, user: User) -> Self:
        """Those of the person."""
        return self.filter(user=user)

    def elsewhere(self, key: str) -> Self:
        """Those in other browsers than the one with this session."""
        return self.exclude(session_key=key) if key else self


class ShareQuerySet(ScopedQuerySet):
    """Shares: those that one made, received, or could have made because the record is one's to share."""

    owner_path = "by"
    team_path = None

    def running(self, on: date) -> Self:
        """Shares that hold on the day, the last one included."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on))

    def about(self, label: str, pk: int) -> Self:
        """Shares of one record."""
        return self.filter(subject_type=label, subject_id=pk)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("user", "team", "by")

    def with_label_for(self, user: User, *, labels: Collection[str] | None = None) -> Self:
        """Add `shown_label`: what the record is called, empty where the user does not reach it now.

        With `labels` only records of these kinds are named.
        """
        named = []
        for kind in shareables():
            label = kind.model._meta.label_lower
            if labels is None or label in labels:
                rows: Any = kind.model._default_manager
                there = rows.visible_to(user).filter(pk=OuterRef("subject_id"))
                named.append(When(Exists(there), subject_type=label, then=F("subject_label")))
        nothing = Value("", output_field=models.CharField())
        return self.annotate(shown_label=Case(*named, default=nothing) if named else nothing)

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Who received a share sees it; to end it one made it or has the record to share."""
        reach = reach_of(user, self.model, action)
        if reach is None or reach == Reach.ALL:
            return self if reach else self.none()
        condition = Q(by=user)
        for kind in shareables():
            rows: Any = kind.model._default_manager
            own = rows.visible_to(user, "share").values("pk")
            condition |= Q(subject_type=kind.model._meta.label_lower, subject_id__in=own)
        if action == "view":
            runs = Q(until__isnull=True) | Q(until__gte=timezone.localdate())
            condition |= (Q(user=user) | Q(team__in=teams_above(user))) & runs
        return self.filter(condition)


class AbsenceQuerySet(ScopedQuerySet):
    """Absences: one's own and, for a manager, those of the own teams."""

    owner_path = "user"
    team_path = "user__team"

    def running(self, on: date) -> Self:
        """Absences that hold on the day, first and last one included."""
        return self.filter(starts_on__lte=on, ends_on__gte=on)

    def not_over(self, on: date) -> Self:
        """Absences that run or are to come."""
        return self.filter(ends_on__gte=on)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("user", "deputy", "by")


class AttachmentQuerySet(ScopedQuerySet):
    """Files: seen by who sees the record, added and removed by who may change it."""

    owner_path = None
    team_path = None
    live_paths = ("removed_at",)

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Files, removed ones included, of records in the user's reach that are not in the recycle bin."""
        from core.access import reach_of
        from core.attachables import attachables

        if reach_of(user, self.model, action) is None:
            return self.none()
        found = Q(pk__in=[])
        for kind in attachables():
            found |= kind.files(user, action)
        return self.filter(found)

    def of(self, record: models.Model) -> Self:
        """Files of the record, removed ones included."""
        return self.filter(subject_type=record._meta.label_lower, subject_id=record.pk)

    def shown_to(self, user: User, kind: Attachable) -> Self:
        """Files, of a record of that kind which the user sees, without those that are kept from them."""
        return self.filter(kind.shown(user)) if kind.shown is not None else self

    def before(self, last: Any) -> Self:
        """Files that come after `last` in a list with the newest first."""
        return self.filter(
            Q(uploaded_at__lt=last.uploaded_at) | Q(uploaded_at=last.uploaded_at, pk__lt=last.pk)
        )

    def removed_before(self, moment: datetime) -> Self:
        """Files that were removed before the moment."""
        return self.filter(removed_at__lt=moment)

    def for_list(self) -> Self:
        """Everything one row shows, the newest first."""
        return self.select_related("uploaded_by").order_by("-uploaded_at", "-pk")
