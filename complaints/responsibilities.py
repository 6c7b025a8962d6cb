"""What a user may be responsible for in this package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.domain.handing_over import hand_over_cases, hand_over_work
from complaints.models import Complaint, WorkOrder
from core.responsibilities import Responsibility, register_responsibility


def register_responsibilities() -> None:
    """Register open cases and open work orders."""
    register_responsibility(
        Responsibility(
            "complaints.cases",
            _("Open complaints and requests"),
            30,
            lambda user: Complaint.objects.unended().filter(owner=user),
            _("The receiver handles them; their clocks run on."),
            hand_over=hand_over_cases,
            action="assign",
            team_path="team",
        )
    )
    register_responsibility(
        Responsibility(
            "complaints.work_orders",
            _("Open work orders"),
            40,
            lambda user: WorkOrder.objects.open().filter(owner=user),
            _("The receiver does them."),
            hand_over=hand_over_work,
            team_path="team",
        )
    )
