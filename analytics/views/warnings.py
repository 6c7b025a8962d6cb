"""Warnings: the list, one of them, its steps, and the panel of my day."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from analytics.alarm import alarm_of
from analytics.choices import DismissReason, WarningState
from analytics.domain.warnings import move_warning, plan_action, stake_of
from analytics.filters import WarningFilterSet
from analytics.forms import MoveForm
from analytics.models import ChurnWarning
from analytics.sorting import WARNING_SORTS
from core.access import can
from core.errors import DomainError
from core.views.base import RightsMixin, go_to, next_url, render_page
from core.views.lists import ListPage

PANEL_ROWS = 5


class WarningList(ListPage):
    """Churn warnings within reach."""

    model = ChurnWarning
    filterset_class = WarningFilterSet
    template_name = "analytics/warning_list.html"
    sort_keys = WARNING_SORTS
    default_sort = "-stake"
    export_key = "analytics.warning"


class WarningDetail(RightsMixin, View):
    """One warning: why, what is at stake, what was done."""

    required_right = ("view", ChurnWarning)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show alarm, reasons, evidence, and history."""
        rows = ChurnWarning.objects.visible_to(request.user).for_page()  # type: ignore[arg-type]
        warning = get_object_or_404(rows, pk=pk)
        context = {
            "warning": warning,
            "alarm": alarm_of(warning, request.user),  # type: ignore[arg-type]
            "moves": warning.moves.select_related("by").order_by("at", "id"),
            "others": warning.customer.warnings.exclude(pk=warning.pk).order_by("-opened_on")[:5],
            "nav_current": "warnings",
        }
        return render_page(request, "analytics/warning_detail.html", context)


class WarningMove(RightsMixin, View):
    """A step of a warning: contacted, saved, lost, dismissed."""

    required_right = ("change", ChurnWarning)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason of a dismissal, or a note to an outcome."""
        state = request.GET.get("state", WarningState.DISMISSED)
        return self._ask(request, self._warning(request, pk), MoveForm(initial={"state": state}), state)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do the step, and lead back to where the person came from."""
        warning = self._warning(request, pk)
        form = MoveForm(request.POST)
        state = request.POST.get("state", "")
        if not form.is_valid():
            return self._ask(request, warning, form, state, status=422)
        values = form.cleaned_data
        reason = values["reason"] if state == WarningState.DISMISSED else ""
        try:
            moved = move_warning(
                warning,
                values["state"],
                by=request.user,  # type: ignore[arg-type]
                reason=reason,
                note=values["note"],
            )
        except DomainError as error:
            if not error.fields:
                raise
            for name, text in error.fields.items():
                form.add_error(name if name in form.fields else None, text)
            return self._ask(request, warning, form, state, status=422)
        messages.success(request, _said(moved.state))
        return go_to(request, next_url(request, moved.get_absolute_url()))

    def _warning(self, request: HttpRequest, pk: int) -> ChurnWarning:
        rows = ChurnWarning.objects.visible_to(request.user, "change").select_related("customer", "owner")  # type: ignore[arg-type]
        warning: ChurnWarning = get_object_or_404(rows, pk=pk)
        return warning

    def _ask(
        self, request: HttpRequest, warning: ChurnWarning, form: MoveForm, state: str, status: int = 200
    ) -> HttpResponse:
        context = {
            "warning": warning,
            "form": form,
            "state": state,
            "is_dismissal": state == WarningState.DISMISSED,
            "title": _asked(state),
            "reasons": DismissReason.choices,
            "next": request.GET.get("next") or request.POST.get("next") or "",
            "nav_current": "warnings",
        }
        return render_page(request, "analytics/warning_move.html", context, partial="fragment", status=status)


class WarningPlan(RightsMixin, View):
    """The button that makes a task of the suggested action."""

    required_right = ("change", ChurnWarning)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the task."""
        rows = ChurnWarning.objects.visible_to(request.user, "change")  # type: ignore[arg-type]
        warning = get_object_or_404(rows, pk=pk)
        task = plan_action(warning, by=request.user)  # type: ignore[arg-type]
        messages.success(
            request, _("Task for %(name)s: %(title)s") % {"name": task.owner or "–", "title": task.title}
        )
        return go_to(request, next_url(request, warning.get_absolute_url()))


class WarningPanel(RightsMixin, View):
    """My open warnings, for my day."""

    required_right = ("view", ChurnWarning)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the most valuable ones and how many there are."""
        mine = ChurnWarning.objects.visible_to(request.user).filter(owner=request.user)  # type: ignore[arg-type]
        stake, _low, _high, count = stake_of(mine)
        rows = mine.unclosed().for_list().order_by("-value_at_stake", "-id")[:PANEL_ROWS]
        context = {
            "warnings": rows,
            "count": count,
            "stake": stake,
            "may_change": can(request.user, "change", ChurnWarning),
            "url": f"{reverse('analytics:warning-list')}?owner={request.user.pk}&state=open&state=contacted",
        }
        return render_page(request, "analytics/warning_panel.html", context)


def _said(state: str) -> str:
    return {
        WarningState.CONTACTED: _("Noted: contact made."),
        WarningState.SAVED: _("The customer is saved; the warning is closed."),
        WarningState.LOST: _("The customer counts as lost; the warning is closed."),
        WarningState.DISMISSED: _("The warning is dismissed."),
    }[WarningState(state)]


def _asked(state: str) -> str:
    return {
        WarningState.CONTACTED.value: _("Contact made"),
        WarningState.SAVED.value: _("Mark as saved"),
        WarningState.LOST.value: _("Mark as lost"),
        WarningState.DISMISSED.value: _("No risk, say why"),
    }.get(state, _("Move the warning on"))
