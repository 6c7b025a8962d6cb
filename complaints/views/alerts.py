"""Early warnings: the list with how often they were right, and one of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.answers import answers_urls
from complaints.choices.learning import ALERT_MOVES, AlertKind, AlertState
from complaints.domain.alerts import move_alert
from complaints.filters.learning import AlertFilterSet
from complaints.forms.learning import NoteForm
from complaints.models import Alert
from complaints.sentiment import MEASURED
from complaints.sorting.learning import ALERT_SORTS
from complaints.views.base import NAV, list_crumbs
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch


class AlertList(RecordFilters, ListPage):
    """Early warnings, the latest first."""

    model = Alert
    filterset_class = AlertFilterSet
    template_name = "complaints/alert_list.html"
    sort_keys = ALERT_SORTS
    default_sort = "-raised"
    export_key = "complaints.alert"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """How many of the warnings that were looked back on a severe complaint followed."""
        looked = Alert.objects.visible_to(self.person).filter(looked_at__isnull=False)
        return {"looked": looked.count(), "hits": looked.filter(followed_by__isnull=False).count()}


class AlertDetail(RightsMixin, View):
    """One warning: what was seen, and what became of it."""

    required_right = ("view", Alert)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        alert: Alert = fetch(request, Alert.objects.for_list(), pk)
        may_change = Alert.objects.visible_to(self.person, "change").filter(pk=pk).exists()
        context = {
            "alert": alert,
            "moves": _moves(alert) if may_change else [],
            "measured": MEASURED,
            "answers": answers_urls(alert) if alert.kind == AlertKind.SATISFACTION else None,
            "nav_current": NAV,
        }
        return render_page(request, "complaints/alert_detail.html", context)


def _moves(alert: Alert) -> list[tuple[str, Any]]:
    labels = {
        AlertState.ACKNOWLEDGED: _("Take up"),
        AlertState.ACTED: _("Note what was done"),
        AlertState.DISMISSED: _("It is nothing"),
    }
    return [(state.value, label) for state, label in labels.items() if state in ALERT_MOVES[alert.state]]


class AlertMove(CustomerFormPage):
    """Taking a warning up, or settling it with a word."""

    required_right = ("change", Alert)
    form_class = NoteForm
    submit_label = gettext_lazy("Confirm")
    nav_current = NAV
    form_columns = 1

    @cached_property
    def alert(self) -> Alert:
        """The warning."""
        found: Alert = fetch(self.request, Alert.objects.for_list(), self.kwargs["pk"], "change")
        return found

    @property
    def state(self) -> str:
        """Where it is to go."""
        return self.request.POST.get("state") or self.request.GET.get("state", "")

    def crumbs(self) -> list[tuple[Any, str]]:
        """The list."""
        return list_crumbs(_("Early warnings"), "complaints:alert-list")

    def cancel_url(self) -> str:
        """Back to the warning."""
        return reverse("complaints:alert-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the step."""
        labels = dict(_moves(self.alert))
        return super().get_context_data(**{"title": labels.get(self.state, str(self.alert)), **kwargs})

    def perform(self, form: NoteForm) -> str:
        """Do it."""
        move_alert(self.alert, self.state, by=self.person, outcome=form.cleaned_data["note"])
        return self.cancel_url()
