"""A member of staff leaves: what they hold, who gets it, how far it is, what went to whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.choices import DepartureState
from core.domain.departures import (
    REASONS,
    arrange_departure,
    call_off_departure,
    holdings,
    leavers_of,
    receivers_for,
    shares,
    today_here,
)
from core.filters import ScopedFilterSet
from core.forms_departures import DepartureForm
from core.keyset import SortKey
from core.models import Departure, Job, User
from core.navigation import settings_crumbs
from core.responsibilities import responsibilities, responsibility
from core.views.base import ConfirmPage, FormPage, RightsMixin
from core.views.lists import ListPage

REFUSALS_SHOWN = 100


class DepartureFilterSet(ScopedFilterSet):
    """Departures have no filters: there are few."""


class DepartureList(ListPage):
    """Who left, and who will."""

    model = Departure
    filterset_class = DepartureFilterSet
    template_name = "core/departure_list.html"
    nav_current = "settings"
    sort_keys = {"created": SortKey("created_at", gettext_lazy("Arranged"))}
    default_sort = "-created"


class UserLeave(FormPage):
    """Arrange it in two steps: choose, then see what goes to whom and confirm."""

    required_right = ("add", Departure)
    form_class = DepartureForm
    template_name = "core/user_leave.html"
    submit_label = gettext_lazy("Preview")
    nav_current = "settings"

    @cached_property
    def shown(self) -> User:
        """Who leaves; in reach, and not switched off."""
        user: User = get_object_or_404(leavers_of(self.person).distinct(), pk=self.kwargs["pk"])
        return user

    @cached_property
    def holdings(self) -> list[Any]:
        """What the person holds."""
        return holdings(self.shown, by=self.person)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer receivers within reach, and the kinds that the person holds."""
        kinds = [found.kind for found in self.holdings if found.movable]
        receivers = receivers_for(self.shown, by=self.person)
        initial = {"last_day": today_here(), "way": "one"}
        return {**super().get_form_kwargs(), "receivers": receivers, "kinds": kinds, "initial": initial}

    def form_valid(self, form: Any) -> HttpResponse:
        """Show what would go to whom; carry it out when that was confirmed."""
        if self.request.POST.get("confirm") == "1":
            return super().form_valid(form)
        return self.render_to_response(self.get_context_data(form=form, preview=self._preview(form.plan())))

    def _preview(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        found = shares(self.shown, plan, by=self.person)
        people = User.objects.in_bulk({pk for share in found.values() for pk in share})
        return [
            {
                "holding": holding,
                "parts": [(people[pk], len(ids)) for pk, ids in found.get(holding.kind.key, {}).items()],
            }
            for holding in self.holdings
        ]

    def perform(self, form: DepartureForm) -> str:
        """Arrange it."""
        departure = arrange_departure(
            self.shown, last_day=form.cleaned_data["last_day"], plan=form.plan(), by=self.person
        )
        return departure.get_absolute_url()

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs((_("Users"), "core:user-list"))

    def cancel_url(self) -> str:
        """Go back to the user."""
        return reverse("core:user-detail", args=[self.shown.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person and what they hold."""
        title = _("%(name)s leaves the company") % {"name": self.shown.display_name}
        context = {"title": title, "shown": self.shown, "holdings": self.holdings}
        return super().get_context_data(**{**context, **kwargs})


class DepartureDetail(RightsMixin, TemplateView):
    """How it goes, and what went to whom."""

    required_right = ("view", Departure)
    template_name = "core/departure_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add up the steps."""
        rows = Departure.objects.visible_to(self.person).for_list()
        departure: Departure = get_object_or_404(rows, pk=self.kwargs["pk"])
        job = Job.objects.filter(dedupe=f"departure-{departure.pk}").first()
        steps = list(departure.steps.select_related("receiver").order_by("number"))
        return super().get_context_data(
            departure=departure,
            job=job,
            parts=_parts(steps),
            refused=_refused(steps),
            stays=[kind for kind in responsibilities() if kind.hand_over is None],
            may_call_off=departure.state == DepartureState.PLANNED,
            nav_current="settings",
            **kwargs,
        )


def _label(key: str) -> Any:
    kind = responsibility(key)
    return kind.label if kind is not None else key


def _parts(steps: list[Any]) -> list[dict[str, Any]]:
    """Return a line for each kind and receiver: how many were to go, and went."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for step in steps:
        part = found.setdefault(
            (step.kind, step.receiver_id),
            {"kind": _label(step.kind), "receiver": step.receiver, "moved": 0, "waiting": 0, "refused": 0},
        )
        part["moved"] += len(step.moved)
        part["refused"] += len(step.refused)
        part["waiting"] += 0 if step.done_at else len(step.ids)
    return list(found.values())


def _refused(steps: list[Any]) -> list[dict[str, Any]]:
    """Return what stayed behind, and why."""
    return [
        {"kind": _label(step.kind), "number": pk, "reason": REASONS.get(reason, reason)}
        for step in steps
        for pk, _name, reason in step.refused
    ][:REFUSALS_SHOWN]


class DepartureCancel(ConfirmPage):
    """Call it off before it starts."""

    required_right = ("change", Departure)
    success_message = gettext_lazy("Called off. Nothing was handed over.")
    nav_current = "settings"

    @cached_property
    def departure(self) -> Departure:
        """The departure, in reach."""
        rows = Departure.objects.visible_to(self.person, "change").filter(Q(pk=self.kwargs["pk"]))
        found: Departure = get_object_or_404(rows.for_list())
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        message = _("The person keeps everything and may go on signing in.")
        if not self.departure.user.is_active:
            message = _("The person keeps everything for now, and stays switched off.")
        return {
            "title": _("Call off the leaving of %(name)s?") % {"name": self.departure.user},
            "message": message,
            "confirm_label": _("Call off"),
            "cancel_url": self.departure.get_absolute_url(),
        }

    def perform(self) -> str:
        """Call it off."""
        return call_off_departure(self.departure, by=self.person).get_absolute_url()
