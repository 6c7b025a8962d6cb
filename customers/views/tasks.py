"""Tasks: listed, made, changed, completed, moved to another day, opened again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from core.access import can
from core.domain.absences import represented_by
from core.lent import lent_to
from core.models import Absence
from core.views.base import RightsMixin, next_url, number_in
from core.views.lists import ListPage
from customers.domain.tasks import (
    cancel_task,
    complete_task,
    create_task,
    reopen_task,
    reschedule_task,
    unreached_by,
    update_task,
)
from customers.filters import TaskFilterSet
from customers.forms.activity import CompleteForm, RescheduleForm, TaskForm
from customers.models import Customer, Task
from customers.sorting import TASK_SORTS
from customers.views.base import (
    CustomerFormPage,
    RecordFilters,
    fetch,
    say_who_was_not_told,
    user_of,
)


class TaskList(RecordFilters, ListPage):
    """Tasks in reach; without a filter, one's own open ones."""

    model = Task
    filterset_class = TaskFilterSet
    template_name = "customers/task_list.html"
    sort_keys = TASK_SORTS
    default_sort = "due"
    export_key = "customers.task"
    nav_current = "tasks"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin with one's own open tasks; the address says so, so that the chips do too."""
        if not request.GET and not self.chosen.opening_url():
            return redirect(f"{request.path}?owner=@me&state=open")
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        """Add what the person may do."""
        user = self.person
        return {
            "today": timezone.localdate(),
            "represented": self.represented(),
            "may_add": can(user, "add", Task),
            "may_import": can(user, "import", Task),
            "may_change": can(user, "change", Task),
            "here": self.request.get_full_path(),
        }

    def represented(self) -> list[Absence]:
        """Return the running absences in which the person stands in: each offers its tasks by a link."""
        known = lent_to(self.person).absent
        return represented_by(self.person, on=timezone.localdate()) if known else []


class TaskPage(CustomerFormPage):
    """What the forms of tasks share."""

    nav_current = "tasks"
    action = "change"

    @cached_property
    def task(self) -> Task:
        """The task, if the person may change it."""
        rows = Task.objects.select_related("customer", "owner")
        found: Task = fetch(self.request, rows, self.kwargs["pk"], self.action)
        return found

    def cancel_url(self) -> str:
        """Back to the list."""
        return next_url(self.request, reverse("customers:task-list"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(crumbs=[(_("Tasks"), reverse("customers:task-list"))], **kwargs)


class TaskCreate(TaskPage):
    """Something to do."""

    required_right = ("add", Task)
    form_class = TaskForm
    title = gettext_lazy("New task")
    submit_label = gettext_lazy("Create task")
    success_message = gettext_lazy("Task created.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Begin with the customer that the page names."""
        asked = number_in(self.request.GET.get("customer", ""))
        if asked is None:
            return {"user": self.person}
        customer = Customer.objects.visible_to(self.person).filter(pk=asked).first()
        return {"user": self.person, "initial": {"customer": customer}}

    def perform(self, form: TaskForm) -> str:
        """Make it and go back."""
        values = form.values
        task = create_task(values.pop("title"), **values, by=self.person)
        say_who_was_not_told(self.request, unreached_by(task))
        customer = values.get("customer")
        return next_url(
            self.request, customer.get_absolute_url() if customer else reverse("customers:task-list")
        )


class TaskUpdate(TaskPage):
    """Changing an open task."""

    required_right = ("change", Task)
    form_class = TaskForm
    title = gettext_lazy("Edit task")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    template_name = "customers/task_form.html"

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.task}

    def conflict_record(self) -> Task:
        """The task."""
        return self.task

    def perform(self, form: TaskForm) -> str:
        """Write the changes and go back."""
        task = update_task(self.task, form.values, by=self.person, version=form.seen_version)
        say_who_was_not_told(self.request, unreached_by(task))
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the task."""
        return super().get_context_data(task=self.task, **kwargs)


class TaskComplete(TaskPage):
    """Done, and what came of it."""

    required_right = ("change", Task)
    form_class = CompleteForm
    title = gettext_lazy("Complete task")
    submit_label = gettext_lazy("Complete task")
    success_message = gettext_lazy("Task completed.")
    form_columns = 1

    def perform(self, form: CompleteForm) -> str:
        """Close it and go back."""
        complete_task(self.task, outcome=form.cleaned_data["outcome"], by=self.person)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which."""
        return super().get_context_data(intro=self.task.title, **kwargs)


class TaskReschedule(TaskPage):
    """Another day."""

    required_right = ("change", Task)
    form_class = RescheduleForm
    title = gettext_lazy("Reschedule task")
    submit_label = gettext_lazy("Reschedule")
    success_message = gettext_lazy("Task rescheduled.")
    form_columns = 1

    def get_initial(self) -> dict[str, Any]:
        """Offer tomorrow, or the day it has when that is later."""
        tomorrow = timezone.localdate() + timedelta(days=1)
        return {"due_on": max(self.task.due_on or tomorrow, tomorrow)}

    def perform(self, form: RescheduleForm) -> str:
        """Move it and go back."""
        reschedule_task(self.task, form.cleaned_data["due_on"], by=self.person)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which."""
        return super().get_context_data(intro=self.task.title, **kwargs)


class TaskMove(RightsMixin, View):
    """Opening a task again, or giving it up."""

    required_right = ("change", Task)
    http_method_names = ["post"]
    verb = "reopen"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move it and go back."""
        task = fetch(request, Task.objects.select_related("customer", "owner"), pk, "change")
        if self.verb == "reopen":
            reopen_task(task, by=user_of(request))
            messages.success(request, _("Task opened again."))
        else:
            cancel_task(task, by=user_of(request))
            messages.success(request, _("Task cancelled."))
        return redirect(next_url(request, reverse("customers:task-list")))
