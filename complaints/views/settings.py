"""What administrators set up for cases: queues, handlers, categories, policies, calendars."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from complaints.domain.holidays import missing_years
from complaints.domain.quiet_hours import quiet_hours
from complaints.domain.settings import (
    retire_category,
    save_category,
    save_handler,
    save_queue,
)
from complaints.domain.taxonomy import codes_below_of_both
from complaints.forms.settings import (
    CategoryForm,
    HandlerForm,
    NewHandlerForm,
    QueueForm,
)
from complaints.models import (
    BusinessCalendar,
    Category,
    Complaint,
    Handler,
    Policy,
    Queue,
    QuietHours,
)
from core.access import can
from core.navigation import settings_crumbs
from core.notice_forms import DAYS
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
        categories, below = list(Category.objects.current().select_related("queue")), codes_below_of_both()
        for row in categories:
            row.used = sum(used.get(code, 0) for code in below.get(row.code, {row.code}))
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
            quiet=[(row, days_in_words(row.quiet_days)) for row in quiet_hours()],
            may={
                "queue": can(user, "change", Queue),
                "handler": can(user, "change", Handler),
                "category": can(user, "change", Category),
                "policy": can(user, "change", Policy),
                "calendar": can(user, "change", BusinessCalendar),
                "quiet": can(user, "change", QuietHours),
            },
            nav_current=NAV,
            **kwargs,
        )


def days_in_words(digits: str) -> str:
    """Return the days of a week that the digits name; empty where it is all of them."""
    return "" if len(digits) == len(DAYS) else ", ".join(str(label) for key, label in DAYS if key in digits)


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
