"""Lists to pick from: their values, named, ordered, extended and switched off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from core.access import can
from core.domain.picklist_merging import held_by, merge_value
from core.domain.picklists import add_value, change_value, delete_value, move_value
from core.forms import PicklistMergeForm, PicklistValueForm
from core.models import PicklistValue
from core.navigation import settings_crumbs
from core.picklists import Picklist, all_picklists, picklist_named
from core.views.base import ConfirmPage, FormPage, RightsMixin, go_to

NAV = "settings"


class PicklistList(RightsMixin, TemplateView):
    """Every list with its values."""

    required_right = ("change", PicklistValue)
    template_name = "core/picklist_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show each list with the first of its values."""
        lists = [
            {"key": one.key, "title": one.title, "labels": one.labels, "count": len(one.labels)}
            for one in all_picklists()
        ]
        return super().get_context_data(lists=lists, nav_current=NAV, **kwargs)


class PicklistDetail(RightsMixin, TemplateView):
    """One list."""

    required_right = ("change", PicklistValue)
    template_name = "core/picklist_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the values in their order."""
        picklist = _named(self.kwargs["picklist"])
        words = {one.value: one.label for one in picklist}
        rows = list(PicklistValue.objects.visible_to(self.person).filter(picklist=picklist.key))
        for row in rows:
            row.label = words.get(row.code, row.code)
        return super().get_context_data(
            **{**kwargs, "picklist": picklist},
            rows=rows,
            may_add=can(self.person, "add", PicklistValue),
            nav_current=NAV,
        )


def _named(key: str) -> Picklist:
    found = picklist_named(key)
    if found is None:
        raise Http404
    return found


class PicklistPage(FormPage):
    """What adding and changing share."""

    nav_current = NAV
    form_columns = 1

    @property
    def picklist(self) -> Picklist:
        """The list."""
        raise NotImplementedError

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return [
            *settings_crumbs((_("Picklists"), "core:picklist-list")),
            (str(self.picklist.title), self.cancel_url()),
        ]

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("core:picklist-detail", args=[self.picklist.key])


class PicklistValueCreate(PicklistPage):
    """A value of one's own."""

    form_class = PicklistValueForm
    required_right = ("add", PicklistValue)
    title = gettext_lazy("New value")
    submit_label = gettext_lazy("Add value")
    success_message = gettext_lazy("Value added.")

    @cached_property
    def picklist(self) -> Picklist:
        """The list that it is added to."""
        return _named(self.kwargs["picklist"])

    def perform(self, form: PicklistValueForm) -> str:
        """Add it."""
        add_value(self.picklist, form.cleaned_data, by=self.person)
        return self.cancel_url()


class OneValuePage(PicklistPage):
    """What pages about a value that is there share."""

    required_right = ("change", PicklistValue)

    @cached_property
    def value(self) -> PicklistValue:
        """The value."""
        rows = PicklistValue.objects.visible_to(self.person, "change")
        found: PicklistValue = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    @cached_property
    def picklist(self) -> Picklist:
        """The list that it belongs to."""
        return _named(self.value.picklist)

    def history_record(self) -> PicklistValue:
        """The value."""
        return self.value


class PicklistValueUpdate(OneValuePage):
    """Other names for a value."""

    form_class = PicklistValueForm
    title = gettext_lazy("Edit value")
    success_message = gettext_lazy("Value saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.value}

    def perform(self, form: PicklistValueForm) -> str:
        """Store the names."""
        change_value(self.value, form.cleaned_data, by=self.person)
        return self.cancel_url()


class PicklistValueChange(RightsMixin, View):
    """One step up or down, on or off."""

    required_right = ("change", PicklistValue)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Do it and show the list."""
        value: PicklistValue = get_object_or_404(
            PicklistValue.objects.visible_to(self.person, "change"), pk=pk
        )
        if what in _STEPS:
            move_value(value, _STEPS[what], by=self.person)
        elif what in {"on", "off"}:
            change_value(value, {"is_active": what == "on"}, by=self.person)
            text = _("The value is offered again.") if what == "on" else _("The value is no longer offered.")
            messages.success(request, text)
        else:
            raise Http404
        return go_to(request, reverse("core:picklist-detail", args=[value.picklist]))


_STEPS = {"up": -1, "down": 1}


class PicklistValueMerge(OneValuePage):
    """One value in place of another."""

    form_class = PicklistMergeForm
    template_name = "core/picklist_merge.html"
    title = gettext_lazy("Merge value")
    submit_label = gettext_lazy("Merge value")

    @cached_property
    def labels(self) -> dict[str, Any]:
        """What the values of the list are called."""
        return dict(self.picklist.choices)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the other values of the list."""
        return {**super().get_form_kwargs(), "value": self.value, "labels": self.labels}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how many records are meant."""
        name = self.labels.get(self.value.code, self.value.code)
        return super().get_context_data(count=held_by(self.value), name=name, **kwargs)

    def perform(self, form: PicklistMergeForm) -> str:
        """Merge, and show the job where there are many records."""
        merged = merge_value(self.value, into=form.cleaned_data["into"], by=self.person)
        if merged.job is not None:
            return merged.job.get_absolute_url()
        count = merged.moved
        text = ngettext("Merged: %(n)d record was moved.", "Merged: %(n)d records were moved.", count)
        messages.success(self.request, text % {"n": count})
        return self.cancel_url()


class PicklistValueDelete(ConfirmPage):
    """Delete a value that nothing holds."""

    required_right = ("delete", PicklistValue)
    success_message = gettext_lazy("Value deleted.")
    nav_current = NAV

    @cached_property
    def value(self) -> PicklistValue:
        """The value to delete."""
        rows = PicklistValue.objects.visible_to(self.person, "delete")
        found: PicklistValue = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Delete the value “%(name)s”?") % {"name": self.value},
            "message": _("Only values that no record holds can be deleted."),
            "confirm_label": _("Delete value"),
            "cancel_url": reverse("core:picklist-detail", args=[self.value.picklist]),
        }

    def perform(self) -> str:
        """Delete it."""
        delete_value(self.value, by=self.person)
        return reverse("core:picklist-detail", args=[self.value.picklist])
