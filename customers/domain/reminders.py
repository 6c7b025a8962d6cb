"""Reminders of tasks: on the morning of the day, and on the morning after it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from core.domain.notifications import notify
from core.models import Notification
from core.zones import zone_named
from customers.domain.tasks import page_of
from customers.models import Task

#: From this hour on, on the clock of the owner, a day counts as begun.
MORNING = 4
#: Older tasks were told of; after a longer outage nobody wants them all at once.
LOOKED_BACK = timedelta(days=7)


def remind_of_tasks(*, at: datetime) -> int:
    """Tell owners of open tasks that are due today or became overdue; return how many messages that is.

    Each task and due day is told once, however often this runs; today is the owner's.
    """
    zones: dict[str, ZoneInfo] = {}
    due = []
    for task in _candidates(at.date()):
        if task.owner is None or task.due_on is None:
            continue
        name = task.owner.time_zone
        local = at.astimezone(zones.setdefault(name, zones.get(name) or zone_named(name)))
        if local.hour >= MORNING and task.due_on <= local.date():
            due.append((task, "task_due" if task.due_on == local.date() else "task_overdue"))
    told = _told([_key(task, kind) for task, kind in due])
    fresh = [(task, kind) for task, kind in due if (task.owner_id, _key(task, kind)) not in told]
    for task, kind in fresh:
        _remind(task, kind)
    return len(fresh)


def _candidates(utc_day: date) -> list[Task]:
    """Tasks that may be due somewhere on earth: days begin up to 14 hours before UTC's."""
    rows = Task.objects.live().open().filter(owner__is_active=True, owner__is_service=False)
    near = rows.filter(due_on__gte=utc_day - LOOKED_BACK, due_on__lte=utc_day + timedelta(days=1))
    return list(near.select_related("owner", "customer").order_by("owner_id", "due_on", "id"))


def _key(task: Task, kind: str) -> str:
    return f"{kind}-{task.pk}-{task.due_on:%Y-%m-%d}"


def _told(keys: list[str]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for start in range(0, len(keys), 500):
        rows = Notification.objects.filter(dedupe__in=keys[start : start + 500])
        found |= set(rows.values_list("user_id", "dedupe"))
    return found


def _remind(task: Task, kind: str) -> None:
    titles = {
        "task_due": gettext_lazy("Due today: %(title)s"),
        "task_overdue": gettext_lazy("Overdue: %(title)s"),
    }
    notify(
        [task.owner] if task.owner is not None else [],
        kind=kind,
        title=titles[kind],
        body="%(customer)s" if task.customer else "",
        params={"title": task.title, "customer": task.customer},
        url=page_of(task),
        subject=task,
        dedupe=_key(task, kind),
    )
