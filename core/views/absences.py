"""Being away: arranged for oneself or for somebody of one's team, and ended."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.display import format_day
from core.domain.absences import arrange_absence, end_absence, may_arrange
from core.forms_absences import AbsenceForm
from core.models import Absence, User
from core.views.base import ConfirmPage, FormPage


class AbsenceCreate(FormPage):
    """Say when the person is away and who stands in; oneself, or the user that the address names."""

    required_right = ("add", Absence)
    form_class = AbsenceForm
    submit_label = gettext_lazy("Save absence")
    success_message = gettext_lazy("Saved. The deputy is told.")
    form_columns = 2

    @cached_property
    def shown(self) -> User:
        """Who will be away."""
        rows = User.objects.visible_to(self.person)
        found: User = get_object_or_404(rows, pk=self.kwargs.get("pk", self.person.pk))
        if not may_arrange(self.person, found):
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer deputies; the first day is today until another is chosen."""
        initial = {"starts_on": timezone.localdate()}
        return {**super().get_form_kwargs(), "user": self.shown, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the person."""
        title = _("Absence of %(name)s") % {"name": self.shown.display_name}
        return super().get_context_data(**{"title": title, **kwargs})

    def crumbs(self) -> list[tuple[Any, str]]:
        """The person."""
        return [(self.shown.display_name, self.cancel_url())]

    def cancel_url(self) -> str:
        """Go back to where absences stand."""
        return place_of(self.shown, self.person)

    def perform(self, form: AbsenceForm) -> str:
        """Arrange it."""
        data = form.cleaned_data
        arrange_absence(
            self.shown,
            form.period,
            deputy=data["deputy"],
            note=data["note"],
            by=self.person,
            today=timezone.localdate(),
        )
        return self.cancel_url()


class AbsenceEnd(ConfirmPage):
    """The person is back, or will not be away after all."""

    required_right = ("delete", Absence)
    success_message = gettext_lazy("Absence ended.")

    @cached_property
    def absence(self) -> Absence:
        """The absence, if it is the person's to end."""
        rows = Absence.objects.visible_to(self.person, "delete").for_list()
        found: Absence = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        absence = self.absence
        days = {"first": format_day(absence.starts_on), "last": format_day(absence.ends_on)}
        return {
            "title": _("End the absence of %(name)s?") % {"name": absence.user},
            "message": _("Arranged from %(first)s to %(last)s.") % days
            + " "
            + _("%(name)s no longer stands in, from now on.") % {"name": absence.deputy},
            "confirm_label": _("End absence"),
            "cancel_url": place_of(absence.user, self.person),
            "danger": False,
        }

    def perform(self) -> str:
        """End it."""
        end_absence(self.absence, by=self.person, today=timezone.localdate())
        return place_of(self.absence.user, self.person)


def place_of(user: User, viewer: User) -> str:
    """Return the page that lists the absences of `user`."""
    if user.pk == viewer.pk:
        return reverse("core:profile")
    return reverse("core:user-detail", args=[user.pk])
