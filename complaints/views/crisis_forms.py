"""What is typed about a crisis: opening, editing and moving it, its steps and statements, who was told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from complaints.choices.learning import CRISIS_MOVES, CrisisState
from complaints.domain.crises import move_crisis, open_crisis, write_statement
from complaints.domain.crisis_customers import mark_told
from complaints.domain.crisis_editing import add_step, change_step, edit_crisis, open_proposed
from complaints.forms.learning import (
    CrisisEditForm,
    CrisisForm,
    CrisisOpenForm,
    CrisisStepForm,
    NoteForm,
    StatementForm,
    StepOwnerForm,
)
from complaints.models import Complaint, Crisis, CrisisStep, Statement
from complaints.views.base import NAV, list_crumbs
from core.views.base import RightsMixin, go_to
from customers.views.base import CustomerFormPage, fetch


def moves_of(crisis: Crisis) -> list[tuple[str, Any]]:
    """Return (address, words) of each step that the state of the crisis allows."""
    labels = {
        CrisisState.OPEN: _("Open crisis"),
        CrisisState.CONTAINED: _("Mark as contained"),
        CrisisState.CLOSED: _("Close crisis"),
        CrisisState.DISMISSED: _("It is no crisis"),
    }
    move = reverse("complaints:crisis-move", args=[crisis.pk])
    found = []
    for state, label in labels.items():
        if state not in CRISIS_MOVES[crisis.state]:
            continue
        if crisis.state == CrisisState.PROPOSED and state == CrisisState.OPEN:
            found.append((reverse("complaints:crisis-open", args=[crisis.pk]), label))
        else:
            found.append((f"{move}?state={state.value}", label))
    return found


class CrisisPage(CustomerFormPage):
    """What the forms about crises share."""

    nav_current = NAV
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """The list."""
        return list_crumbs(_("Crises"), "complaints:crisis-list")

    def cancel_url(self) -> str:
        """Back to the crisis, or to the list."""
        if "pk" not in self.kwargs:
            return reverse("complaints:crisis-list")
        return reverse("complaints:crisis-detail", args=[self.crisis.pk])

    @cached_property
    def crisis(self) -> Crisis:
        """The crisis."""
        found: Crisis = fetch(self.request, Crisis.objects.for_list(), self.kwargs["pk"])
        return found


class CrisisCreate(CrisisPage):
    """Opening a crisis by hand."""

    required_right = ("add", Crisis)
    form_class: Any = CrisisForm
    title = gettext_lazy("Open crisis")
    submit_label = gettext_lazy("Open crisis")
    success_message = gettext_lazy("Crisis opened, with the plan of its kind.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def perform(self, form: CrisisForm) -> str:
        """Open it."""
        return open_crisis(form.values, by=self.person).get_absolute_url()


class CrisisChange(CrisisPage):
    """What the forms that change a crisis share."""

    required_right = ("change", Crisis)

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.crisis}

    def conflict_record(self) -> Crisis:
        """The crisis."""
        return self.crisis


class CrisisOpen(CrisisChange):
    """Opening a proposed crisis: of what kind it is, who leads, by what it is over."""

    form_class: Any = CrisisOpenForm
    title = gettext_lazy("Open crisis")
    submit_label = gettext_lazy("Open crisis")
    success_message = gettext_lazy("Crisis opened, with the plan of its kind.")

    def perform(self, form: CrisisOpenForm) -> str:
        """Open it."""
        crisis = open_proposed(self.crisis, form.values, by=self.person, version=form.seen_version)
        return crisis.get_absolute_url()


class CrisisUpdate(CrisisChange):
    """Changing a crisis."""

    form_class: Any = CrisisEditForm
    title = gettext_lazy("Edit crisis")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    def perform(self, form: CrisisEditForm) -> str:
        """Write the changes."""
        crisis = edit_crisis(self.crisis, form.values, by=self.person, version=form.seen_version)
        return crisis.get_absolute_url()


class CrisisMove(CrisisPage):
    """A step in the life of a crisis, with a word where it ends."""

    required_right = ("change", Crisis)
    form_class: Any = NoteForm
    submit_label = gettext_lazy("Confirm")

    @property
    def state(self) -> str:
        """Where it is to go."""
        return self.request.POST.get("state") or self.request.GET.get("state", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the step."""
        labels = dict(moves_of(self.crisis))
        here = f"{reverse('complaints:crisis-move', args=[self.crisis.pk])}?state={self.state}"
        return super().get_context_data(**{"title": labels.get(here, self.crisis.title), **kwargs})

    def perform(self, form: NoteForm) -> str:
        """Do it."""
        return move_crisis(
            self.crisis, self.state, by=self.person, note=form.cleaned_data["note"]
        ).get_absolute_url()


class CrisisStepCreate(CrisisPage):
    """A step that the plan does not have."""

    required_right = ("change", CrisisStep)
    form_class: Any = CrisisStepForm
    title = gettext_lazy("Add step")
    submit_label = gettext_lazy("Add step")
    success_message = gettext_lazy("Step added.")
    once = True

    def perform(self, form: CrisisStepForm) -> str:
        """Add it."""
        values = form.cleaned_data
        add_step(self.crisis, values["text"], owner=values["owner"], due_at=values["due_at"], by=self.person)
        return self.cancel_url()


class CrisisStepUpdate(CrisisPage):
    """Giving a step another owner or due time."""

    required_right = ("change", CrisisStep)
    form_class: Any = StepOwnerForm
    title = gettext_lazy("Owner and due time")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def step(self) -> CrisisStep:
        """The step."""
        rows = CrisisStep.objects.select_related("crisis", "owner")
        found: CrisisStep = fetch(self.request, rows, self.kwargs["pk"], "change")
        return found

    @property
    def crisis(self) -> Crisis:
        """Its crisis."""
        return self.step.crisis

    def form_arguments(self) -> dict[str, Any]:
        """Show how it stands."""
        return {"initial": {"owner": self.step.owner, "due_at": self.step.due_at}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which step."""
        return super().get_context_data(**{"intro": self.step.text, **kwargs})

    def perform(self, form: StepOwnerForm) -> str:
        """Write it."""
        change_step(self.step, form.cleaned_data, by=self.person)
        return self.cancel_url()


class StatementCreate(CrisisPage):
    """A new statement."""

    required_right = ("add", Statement)
    form_class: Any = StatementForm
    title = gettext_lazy("Write statement")
    submit_label = gettext_lazy("Save draft")
    success_message = gettext_lazy("Draft saved. Somebody else must approve it.")
    once = True

    def perform(self, form: StatementForm) -> str:
        """Write it."""
        values = form.cleaned_data
        write_statement(self.crisis, values["body"], audience=values["audience"], by=self.person)
        return self.cancel_url()


class CrisisTold(RightsMixin, View):
    """Noting which customers were told; whoever may change the case of a customer may say so."""

    required_right = ("change", Complaint)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark the ticked customers."""
        crisis: Crisis = fetch(request, Crisis.objects.for_list(), pk)
        keys = {int(key) for key in request.POST.getlist("customer") if key.isdecimal() and len(key) < 19}
        wanted = Q(customer__in=keys) | (Q(customer__isnull=True) if 0 in keys else Q(pk__in=[]))
        cases = Complaint.objects.visible_to(self.person, "change").filter(wanted, crises__crisis=crisis)
        told = request.POST.get("do") != "untold"
        count = mark_told(crisis, cases, by=self.person, told=told)
        text = ngettext("Noted for %(n)s case.", "Noted for %(n)s cases.", count)
        messages.success(request, text % {"n": count})
        return go_to(request, f"{crisis.get_absolute_url()}#affected")
