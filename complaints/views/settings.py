"""What administrators set up for cases: queues, handlers, categories, policies, calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from complaints.deadlines import due_after, level_moment
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.holidays import missing_years
from complaints.domain.settings import (
    delete_level,
    retire_category,
    save_category,
    save_handler,
    save_level,
    save_policy,
    save_queue,
)
from complaints.forms.settings import (
    CategoryForm,
    HandlerForm,
    LevelForm,
    NewHandlerForm,
    PolicyForm,
    QueueForm,
)
from complaints.models import (
    BusinessCalendar,
    Category,
    Complaint,
    Handler,
    Level,
    Policy,
    Queue,
)
from complaints.shown_clocks import offset_in_words, target_in_words
from core.access import can
from core.navigation import settings_crumbs
from core.views.base import ConfirmPage, Right, RightsMixin
from customers.views.base import CustomerFormPage, fetch

NAV = "settings"
_HOME = (gettext_lazy("Complaints"), "complaints:settings")


class SettingsHome(RightsMixin, TemplateView):
    """Everything that is set up for cases, on one page."""

    required_right: ClassVar[Right] = ("view", Handler)
    template_name = "complaints/settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the lists; each is short."""
        user = self.person
        used = dict(
            Complaint.objects.order_by()
            .values_list("category__code")
            .annotate(n=Count("pk"))
            .values_list("category__code", "n")
        )
        categories = list(Category.objects.current().select_related("queue"))
        for row in categories:
            row.used = used.get(row.code, 0)
        today = timezone.localdate()
        calendars = list(BusinessCalendar.objects.all())
        for calendar in calendars:
            calendar.missing = missing_years(calendar, today)
        return super().get_context_data(
            queues=list(Queue.objects.select_related("team", "calendar")),
            handlers=list(Handler.objects.visible_to(user).for_list().with_load()),
            categories=categories,
            policies=list(Policy.objects.prefetch_related("targets", "levels")),
            calendars=calendars,
            may={
                "queue": can(user, "change", Queue),
                "handler": can(user, "change", Handler),
                "category": can(user, "change", Category),
                "policy": can(user, "change", Policy),
                "calendar": can(user, "change", BusinessCalendar),
            },
            nav_current=NAV,
            **kwargs,
        )


class SettingForm(CustomerFormPage):
    """A form of the settings of cases: `save` hands over to the domain, then the page leads back.

    New ones are marked against the second click.
    """

    nav_current = NAV
    model: ClassVar[Any]
    once = True
    form_columns = 2

    @cached_property
    def row(self) -> Any:
        """The record that is edited; None for a new one."""
        if "pk" not in self.kwargs:
            return None
        return fetch(self.request, self.model.objects.all(), self.kwargs["pk"], "change")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def cancel_url(self) -> str:
        """Back to the settings of cases."""
        return reverse("complaints:settings")

    def save(self, form: Any) -> Any:
        """Hand over to the domain and return the record."""
        raise NotImplementedError

    def url_after(self, record: Any) -> str:
        """Where to go when `record` is saved: back, unless the form says otherwise."""
        return self.cancel_url()

    def perform(self, form: Any) -> str:
        """Save it and go on."""
        return self.url_after(self.save(form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here, and say which record it is."""
        which = str(self.row) if self.row is not None else ""
        return super().get_context_data(**{"crumbs": settings_crumbs(_HOME), "intro": which, **kwargs})


class QueueEdit(SettingForm):
    """A queue, new or changed."""

    required_right: ClassVar[Right] = ("change", Queue)
    model = Queue
    form_class = QueueForm
    title = gettext_lazy("Queue")
    submit_label = gettext_lazy("Save queue")
    success_message = gettext_lazy("Queue saved.")

    def save(self, form: QueueForm) -> Queue:
        """Save the queue."""
        return save_queue(form.values, by=self.person, queue=self.row, version=form.seen_version)


class HandlerCreate(SettingForm):
    """Somebody who handles cases from now on."""

    required_right: ClassVar[Right] = ("change", Handler)
    model = Handler
    form_class = NewHandlerForm
    title = gettext_lazy("New handler")
    submit_label = gettext_lazy("Save handler")
    success_message = gettext_lazy("Handler saved.")

    def save(self, form: NewHandlerForm) -> Handler:
        """Save what the person handles."""
        return save_handler(form.cleaned_data["person"], form.values, by=self.person)


class HandlerEdit(SettingForm):
    """Queues, skills and cap of somebody."""

    required_right: ClassVar[Right] = ("change", Handler)
    model = Handler
    form_class = HandlerForm
    title = gettext_lazy("Edit handler")
    submit_label = gettext_lazy("Save handler")
    success_message = gettext_lazy("Handler saved.")

    def save(self, form: HandlerForm) -> Handler:
        """Save what the person handles."""
        return save_handler(self.row.user, form.values, by=self.person, version=form.seen_version)


class CategoryEdit(SettingForm):
    """A category, new or in its next edition."""

    required_right: ClassVar[Right] = ("change", Category)
    model = Category
    form_class = CategoryForm
    title = gettext_lazy("Category")
    submit_label = gettext_lazy("Save category")
    success_message = gettext_lazy("Category saved. Cases keep the edition of their day.")

    def save(self, form: CategoryForm) -> Category:
        """Save the edition."""
        names = [name for name in form.fields if name in form.cleaned_data]
        data = {name: form.cleaned_data[name] for name in names}
        return save_category(data, by=self.person, category=self.row)


class CategoryRetire(ConfirmPage):
    """A category that is no longer offered."""

    required_right: ClassVar[Right] = ("change", Category)
    nav_current = NAV
    success_message = gettext_lazy("Category retired.")

    @cached_property
    def row(self) -> Category:
        """The category."""
        found: Category = fetch(self.request, Category.objects.all(), self.kwargs["pk"], "change")
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Retire category"),
            "message": _("Offer “%(name)s” no longer? Cases that have it keep it.") % {"name": self.row.name},
            "confirm_label": _("Retire category"),
            "cancel_url": reverse("complaints:settings"),
        }

    def perform(self) -> str:
        """Retire it."""
        retire_category(self.row, by=self.person)
        return reverse("complaints:settings")


# ---- policies ---------------------------------------------------------------------------------------
class PolicyDetail(RightsMixin, TemplateView):
    """A policy: its targets, its ladder, and what both come to for a case of any moment."""

    required_right: ClassVar[Right] = ("view", Policy)
    template_name = "complaints/policy_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Work out the preview for the moment that is asked for, or for now."""
        policy = fetch(self.request, Policy.objects.select_related("calendar"), self.kwargs["pk"])
        asked = parse_datetime(self.request.GET.get("at", "")) if self.request.GET.get("at") else None
        at = timezone.make_aware(asked) if asked is not None and timezone.is_naive(asked) else asked
        at = at or timezone.now()
        return super().get_context_data(
            policy=policy,
            at=timezone.localtime(at),
            preview=preview_of(policy, at),
            may_change=can(self.person, "change", Policy),
            nav_current=NAV,
            **kwargs,
        )


def preview_of(policy: Policy, at: datetime) -> list[dict[str, Any]]:
    """Return each target with its due time for a case received at that moment, and its levels with theirs."""
    calendar = working_calendar(policy.calendar or default_calendar(), since=at)
    levels = list(policy.levels.select_related("person"))
    shown = []
    for target in policy.targets.all():
        due = due_after(at, target.amount, target.unit, calendar)
        rows = [
            {
                "level": level,
                "at": level_moment(due, level.offset, calendar if level.in_working_time else None),
                "when": offset_in_words(level.offset, working=level.in_working_time),
            }
            for level in levels
            if level.clock == target.clock
        ]
        words = target_in_words(target.amount, target.unit)
        shown.append({"target": target, "words": words, "due": due, "levels": rows})
    return shown


class PolicyEdit(SettingForm):
    """A policy, new or changed."""

    required_right: ClassVar[Right] = ("change", Policy)
    model = Policy
    form_class = PolicyForm
    title = gettext_lazy("Service policy")
    submit_label = gettext_lazy("Save policy")
    success_message = gettext_lazy("Policy saved. Open cases keep their targets until you apply it to them.")

    def save(self, form: PolicyForm) -> Policy:
        """Save the policy with its targets."""
        return save_policy(
            form.values,
            form.targets,
            by=self.person,
            policy=self.row,
            version=form.seen_version,
            statutory_name=form.cleaned_data["statutory_name"],
        )

    def url_after(self, record: Policy) -> str:
        """The page of the policy."""
        return reverse("complaints:policy-detail", args=[record.pk])


class LevelEdit(SettingForm):
    """A level of a ladder, new or changed."""

    required_right: ClassVar[Right] = ("change", Policy)
    form_class = LevelForm
    title = gettext_lazy("Level of escalation")
    submit_label = gettext_lazy("Save level")
    success_message = gettext_lazy("Level saved. New cases carry it.")

    @cached_property
    def policy(self) -> Policy:
        """The policy of the ladder."""
        found: Policy = fetch(self.request, Policy.objects.all(), self.kwargs["policy"], "change")
        return found

    @cached_property
    def row(self) -> Any:
        """The level that is edited; None for a new one."""
        key = self.kwargs.get("pk")
        return get_object_or_404(Level, pk=key, policy=self.policy) if key is not None else None

    def cancel_url(self) -> str:
        """Back to the policy."""
        return reverse("complaints:policy-detail", args=[self.policy.pk])

    def save(self, form: LevelForm) -> Level:
        """Save the level."""
        return save_level(self.policy, form.values, by=self.person, level=self.row)


class LevelDelete(RightsMixin, View):
    """A level taken off the ladder."""

    required_right: ClassVar[Right] = ("change", Policy)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, policy: int, pk: int) -> HttpResponse:
        """Take it off and go back."""
        row = fetch(request, Policy.objects.all(), policy, "change")
        level = get_object_or_404(Level.objects.select_related("policy"), pk=pk, policy=row)
        delete_level(level, by=self.person)
        messages.success(request, _("Level deleted. Cases that run keep theirs."))
        return redirect(reverse("complaints:policy-detail", args=[row.pk]))
