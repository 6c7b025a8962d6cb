"""Querysets of the complaint package: the vocabulary in which other packages ask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Count, OuterRef, Q, Subquery

from complaints.choices.cases import (
    ENDED,
    OPEN,
    CaseKind,
    ClockState,
    EntryKind,
    EscalationState,
    State,
    WorkState,
)
from core.access import ScopedQuerySet, reach_of, teams_in_reach
from core.lent import lent_to
from core.roles import Reach
from core.search.matching import matching_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from complaints.models import Complaint
    from core.models import User


class SettingQuerySet(ScopedQuerySet):
    """What administrators set up; it belongs to the installation."""

    owner_path = None
    team_path = None

    def active(self) -> Self:
        """What is in use."""
        return self.filter(is_active=True)

    def current(self) -> Self:
        """The editions of categories that new cases may take."""
        return self.filter(retired_at__isnull=True)

    def of_kind(self, kind: str) -> Self:
        """Of complaints, or of service requests."""
        return self.filter(kind=kind)


class HandlerQuerySet(ScopedQuerySet):
    """People who handle cases; a manager sees those of the own teams."""

    owner_path = "user"
    team_path = "user__team"

    def active(self) -> Self:
        """Those who get cases and can sign in."""
        return self.filter(is_active=True, user__is_active=True)

    def with_load(self) -> Self:
        """Add `load`, the number of open cases that each has in hand."""
        return self.annotate(load=Count("user__cases", filter=Q(user__cases__state__in=OPEN)))

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("user", "user__team", "calendar").prefetch_related("queues")


class ComplaintQuerySet(ScopedQuerySet):
    """Cases.

    They are seen by who handles them and that person's managers, by who owns the customer and theirs, and,
    to read only, by who has a work order or a call-back for them or was told of a level that fired: whoever
    has to act for the customer knows of it.
    """

    share_path = "customer"
    lent_when_absent = True

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        condition = super()._held_by(user, reach, action) | Q(customer__owner=user.pk)
        if reach == Reach.TEAM:
            condition |= Q(customer__team__in=teams_in_reach(user))
        return condition

    def _reached_by(self, user: User, reach: str, action: str, lent_for: str) -> Q:
        """Who has a work order for a case, or was told of it, sees it and changes nothing."""
        held = super()._reached_by(user, reach, action, lent_for)
        return held | self._read_by(user, reach, lent_for) if action == "view" else held

    def acted_on_by(self, user: User) -> Self:
        """Cases on whose parts the person may act, with the rights on those parts: not what is only read.

        A deputy acts for who is absent.
        """
        reach = reach_of(user, self.model, "view")
        if reach is None or reach == Reach.ALL:
            return self.live() if reach else self.none()
        return self.filter(super()._reached_by(user, reach, "view", "change")).live()

    def _read_by(self, user: User, reach: str, lent_for: str) -> Q:
        """What is seen and not changed: for a work order, a call-back, or a level that fired and told."""
        from complaints.models import CallBack, Escalation, WorkOrder

        # The work orders of somebody absent are the deputy's to do, so the deputy reads their cases.
        mine = Q(owner__in=[user.pk, *sorted(lent_to(user).owners(lent_for))])
        if reach == Reach.TEAM:
            mine |= Q(team__in=teams_in_reach(user))
        orders = WorkOrder.objects.filter(mine).order_by().values("complaint")
        levels = Escalation.objects.told_to(user).order_by().values("complaint")
        calls = CallBack.objects.due().filter(owner=user.pk).order_by().values("complaint")
        return Q(pk__in=orders) | Q(pk__in=levels) | Q(pk__in=calls)

    def live(self) -> Self:
        """Cases; merged ones and those of customers in the recycle bin too, as nothing may vanish."""
        return self

    def complaints(self) -> Self:
        """Complaints, without service requests."""
        return self.filter(kind=CaseKind.COMPLAINT)

    def requests(self) -> Self:
        """Service requests."""
        return self.filter(kind=CaseKind.REQUEST)

    def open(self) -> Self:
        """Those for which somebody still has to do something."""
        return self.filter(state__in=OPEN)

    def unended(self) -> Self:
        """Those that are neither closed, nor withdrawn, nor merged."""
        return self.exclude(state__in=ENDED)

    def numbered(self, number: str) -> Self:
        """The case of this number, or that once had it; letters of either size."""
        wanted = number.strip().upper()
        return self.filter(Q(number=wanted) | Q(former_number=wanted)) if wanted else self.none()

    def unassigned(self) -> Self:
        """Those that nobody handles, the oldest first."""
        return self.filter(state=State.NEW, owner__isnull=True).order_by("received_at", "id")

    def overdue(self, at: datetime) -> Self:
        """Those of which something is late."""
        return self.filter(next_due_at__lt=at).exclude(state__in=ENDED)

    def matching(self, text: str, user: User | None) -> Self:
        """Cases that the text finds."""
        return matching_rows(self, text, user)

    def for_list(self) -> Self:
        """Everything one row of a list shows."""
        return self.select_related("customer", "person", "category", "queue", "owner", "team")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class BelowComplaint(ScopedQuerySet):
    """Rows that belong to a case are seen by who sees the case, and changed by who may act on it."""

    owner_path = "complaint__owner"
    team_path = "complaint__team"
    complaint_path = "complaint"

    def _held_by(self, user: User, reach: str, action: str) -> Q:  # noqa: ARG002 (given by the base)
        # The action is that on the row itself; of the case only whether it is more than read counts.
        return Q(**{f"{self.complaint_path}__in": cases_for(user, action).order_by().values("pk")})


def cases_for(user: User, action: str) -> ComplaintQuerySet:
    """Return the cases below which the person finds rows to do `action` to: all that are seen, to read."""
    from complaints.models import Complaint

    rows: ComplaintQuerySet = Complaint.objects.all()
    return rows.visible_to(user) if action == "view" else rows.acted_on_by(user)


class EntryQuerySet(BelowComplaint):
    """Lines of the log."""

    def said(self) -> Self:
        """What passed between the customer and us."""
        return self.filter(kind__in=[EntryKind.INBOUND, EntryKind.OUTBOUND])

    def about(self, case: Complaint, merged: Iterable[Complaint]) -> Self:
        """Those of a case and of those merged into it; and what was written about them, or mailed to their
        complainants, while another one had taken them in.
        """
        from complaints.models import CaseLetter, InboundMail

        keys = [case.pk, *(one.pk for one in merged)]
        meant = InboundMail.objects.filter(meant_for__in=keys, entry__isnull=False)
        mailed = CaseLetter.objects.filter(also_about__in=keys, entry__isnull=False)
        elsewhere = [Q(pk__in=rows.order_by().values("entry")) for rows in (meant, mailed)]
        return self.filter(Q(complaint__in=keys) | elsewhere[0] | elsewhere[1])

    def for_screen(self) -> Self:
        """Everything the log shows, the oldest first."""
        return self.select_related("by").order_by("at", "id")


class SentQuerySet(BelowComplaint):
    """What left from one case, with which it is seen, and may be about others that it had taken in."""

    def about(self, case: Complaint) -> Self:
        """Those that left from a case, and those that others sent about it while they had taken it in."""
        also = self.model._default_manager.filter(also_about=case).order_by().values("pk")
        return self.filter(Q(complaint=case) | Q(pk__in=also))


class LinkQuerySet(BelowComplaint):
    """Links: seen by who sees the case that they were made from."""

    owner_path = "source__owner"
    team_path = "source__team"
    complaint_path = "source"


class ClockQuerySet(BelowComplaint):
    """Clocks."""

    def running(self) -> Self:
        """Those that count."""
        return self.filter(state=ClockState.RUNNING)

    def open(self) -> Self:
        """Those that are neither met nor called off."""
        return self.filter(state__in=[ClockState.RUNNING, ClockState.PAUSED])

    def running_or_late(self) -> Self:
        """Those that count, and those that were late before the case began to wait for the customer."""
        from complaints.models import Pause

        pauses = Pause.objects.filter(complaint=OuterRef("complaint"), ended_at__isnull=True)
        was_late = Q(state=ClockState.PAUSED, due_at__lt=Subquery(pauses.values("started_at")[:1]))
        return self.filter(Q(state=ClockState.RUNNING) | was_late)

    def late(self, at: datetime) -> Self:
        """Those that are past due and not met."""
        return self.running().filter(due_at__lt=at)


class EscalationQuerySet(BelowComplaint):
    """Levels of cases; whoever was told of one takes it up, also where the case is only read."""

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        from complaints.models import Escalation

        told = Escalation.objects.told_to(user).order_by().values("pk")
        return super()._held_by(user, reach, action) | Q(pk__in=told)

    def told_to(self, user: User) -> Self:
        """Those that fired and told the person."""
        return self.filter(state=EscalationState.FIRED, told=user.pk)

    def planned(self) -> Self:
        """Those that have not fired."""
        return self.filter(state=EscalationState.PLANNED)

    def due(self, at: datetime) -> Self:
        """Those that have to fire now, in the order of their times; what waits for another try has not."""
        rows = self.planned().filter(fire_at__lte=at, set_aside_at__isnull=True)
        return rows.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=at)).order_by("fire_at", "id")

    def set_aside(self) -> Self:
        """Those that failed too often, planned ones and fired ones that were not told.

        What was taken up all the same, or whose clock nobody waits for any more, asks nothing of anybody.
        """
        states = [EscalationState.PLANNED, EscalationState.FIRED]
        rows = self.filter(set_aside_at__isnull=False, state__in=states, acknowledged_at__isnull=True)
        return rows.filter(clock__state__in=[ClockState.RUNNING, ClockState.PAUSED])

    def to_tell(self, at: datetime) -> Self:
        """Those whose message waited for the end of quiet hours that are over."""
        return self.filter(tell_at__lte=at).order_by("tell_at", "id")

    def unacknowledged(self) -> Self:
        """Those that fired and that nobody took up."""
        return self.filter(state=EscalationState.FIRED, acknowledged_at__isnull=True)


class WorkOrderQuerySet(ScopedQuerySet):
    """Work orders: seen by the team that works on them, and by who sees the case."""

    lent_when_absent = True

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        cases = cases_for(user, action).order_by().values("pk")
        return super()._held_by(user, reach, action) | Q(complaint__in=cases)

    def open(self) -> Self:
        """Those that somebody still has to do."""
        return self.filter(state__in=[WorkState.OPEN, WorkState.ACCEPTED])

    def for_work_of(self, user: User) -> Self:
        """Those that the user does, and those of the own team that nobody has taken on."""
        return self.filter(Q(owner=user) | Q(owner__isnull=True, team=user.team_id, team__isnull=False))

    def overdue(self, at: datetime) -> Self:
        """Open ones that are late."""
        return self.open().filter(due_at__lt=at)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("complaint", "complaint__customer", "team", "owner")
