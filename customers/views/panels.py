"""What "My day" pulls in: one's tasks, and the customers opened last."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from core.access import can
from core.views.base import RightsMixin
from customers.models import Customer, Task
from customers.views.recent import recent_ids

TASKS_SHOWN = 8


class TaskPanel(RightsMixin, TemplateView):
    """One's own open tasks, the most urgent first."""

    required_right = ("view", Task)
    template_name = "customers/task_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the first few, and how many are overdue."""
        user, today = self.person, timezone.localdate()
        mine = Task.objects.visible_to(user).filter(owner=user)
        tasks = list(mine.open().soonest_first().select_related("customer")[: TASKS_SHOWN + 1])
        return super().get_context_data(
            tasks=tasks[:TASKS_SHOWN],
            more=len(tasks) > TASKS_SHOWN,
            overdue=mine.overdue(today).count() if tasks else 0,
            today=today,
            may_add=can(user, "add", Task),
            may_change=can(user, "change", Task),
            **kwargs,
        )


class RecentPanel(RightsMixin, TemplateView):
    """The customers that the person opened last."""

    required_right = ("view", Customer)
    template_name = "customers/recent_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read those still in reach, in the order they were opened."""
        ids = recent_ids(self.request)
        found = Customer.objects.visible_to(self.person).in_bulk(ids) if ids else {}
        return super().get_context_data(customers=[found[pk] for pk in ids if pk in found], **kwargs)
