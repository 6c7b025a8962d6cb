"""What a user may be responsible for in this package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.choices.solving import CallBackState, CauseState
from complaints.domain.handing_over import (
    hand_over_alerts,
    hand_over_callbacks,
    hand_over_cases,
    hand_over_causes,
    hand_over_crises,
    hand_over_crisis_steps,
    hand_over_improvements,
    hand_over_ladder_levels,
    hand_over_queues,
    hand_over_work,
)
from complaints.models import (
    Alert,
    CallBack,
    Cause,
    Complaint,
    Crisis,
    CrisisStep,
    Handler,
    Improvement,
    Level,
    WorkOrder,
)
from core.responsibilities import Responsibility, register_responsibility

_CASES = (
    Responsibility(
        "complaints.cases",
        _("Open complaints and requests"),
        30,
        lambda user: Complaint.objects.unended().filter(owner=user),
        _("The receiver handles them; their clocks run on."),
        hand_over=hand_over_cases,
        action="assign",
        team_path="team",
        fields=("complaints.Complaint.owner",),
    ),
    Responsibility(
        "complaints.work_orders",
        _("Open work orders"),
        40,
        lambda user: WorkOrder.objects.open().filter(owner=user),
        _("The receiver does them."),
        hand_over=hand_over_work,
        team_path="team",
        fields=("complaints.WorkOrder.owner",),
    ),
    Responsibility(
        "complaints.callbacks",
        _("Call-backs due"),
        41,
        lambda user: CallBack.objects.filter(owner=user, state=CallBackState.DUE),
        _("The receiver calls, except about cases of their own."),
        hand_over=hand_over_callbacks,
        fields=("complaints.CallBack.owner",),
    ),
    Responsibility(
        "complaints.alerts",
        _("Early warnings to settle"),
        42,
        lambda user: Alert.objects.unclosed().filter(owner=user),
        _("The receiver settles them."),
        hand_over=hand_over_alerts,
        fields=("complaints.Alert.owner",),
    ),
)
_LEARNING = (
    Responsibility(
        "complaints.causes",
        _("Open causes"),
        43,
        lambda user: Cause.objects.filter(owner=user).exclude(state=CauseState.FIXED),
        _("The receiver sees to it that they are fixed."),
        hand_over=hand_over_causes,
        fields=("complaints.Cause.owner",),
    ),
    Responsibility(
        "complaints.improvements",
        _("Improvements that go on"),
        44,
        lambda user: Improvement.objects.unclosed().filter(owner=user),
        _("The receiver owns them."),
        hand_over=hand_over_improvements,
        fields=("complaints.Improvement.owner",),
    ),
    Responsibility(
        "complaints.crises",
        _("Crises led"),
        45,
        lambda user: Crisis.objects.unclosed().filter(owner=user),
        _("The receiver leads them."),
        hand_over=hand_over_crises,
        fields=("complaints.Crisis.owner",),
    ),
    Responsibility(
        "complaints.crisis_steps",
        _("Steps of crises to do"),
        46,
        lambda user: CrisisStep.objects.filter(owner=user, done_at__isnull=True),
        _("The receiver does them."),
        hand_over=hand_over_crisis_steps,
        fields=("complaints.CrisisStep.owner",),
    ),
)
_SET_UP = (
    Responsibility(
        "complaints.queues",
        _("Queues served"),
        47,
        lambda user: Handler.objects.filter(user=user, is_active=True),
        _("A receiver who handles cases serves them too, with the same skills."),
        hand_over=hand_over_queues,
        fields=("complaints.Handler.user",),
    ),
    Responsibility(
        "complaints.ladders",
        _("Levels of escalation that name the person"),
        48,
        lambda user: Level.objects.filter(person=user),
        _("The receiver is told instead."),
        hand_over=hand_over_ladder_levels,
        fields=("complaints.Level.person",),
    ),
)


def register_responsibilities() -> None:
    """Register what is open about cases, what is learned from them, and what is set up for them."""
    for kind in (*_CASES, *_LEARNING, *_SET_UP):
        register_responsibility(kind)
