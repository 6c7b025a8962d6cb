"""What the pages of the package share: fetching within reach, forms in a dialog, the second click."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.access import holds
from core.domain.once import do_once, token_in
from core.errors import DomainError
from core.masking import note_shown
from core.models import Organisation, User
from core.views.base import FormPage, go_to, next_url, render_page
from customers.models import Customer

MOST_BOXES = 20


def say_who_was_not_told(request: HttpRequest, people: Iterable[User]) -> None:
    """Give the author a hint where a text mentions colleagues who may not see its record."""
    names = ", ".join(user.display_name for user in people)
    if names:
        text = _("Not told, because this record is out of their reach: %(names)s.") % {"names": names}
        messages.warning(request, text)


def within_reach(user: User, action: str, model: type[models.Model], customer: Customer) -> bool:
    """Tell whether `user` may do `action` to rows of `model` below `customer`; no query but the teams'."""
    return holds(
        user, action, model, owner_id=customer.owner_id, team_id=customer.team_id, root_id=customer.pk
    )


def user_of(request: HttpRequest) -> User:
    """Return who is signed in: no page of the package opens to anybody else."""
    return cast("User", request.user)


def base_currency_of(request: HttpRequest) -> str:
    """Return the currency in which the organisation counts."""
    organisation: Organisation = request.organisation  # type: ignore[attr-defined]
    return organisation.base_currency


def fetch(request: HttpRequest, rows: Any, pk: int, action: str = "view") -> Any:
    """Return the row with this key if `action` on it is within reach; else it does not exist."""
    return get_object_or_404(rows.visible_to(user_of(request), action), pk=pk)


def customer_for(request: HttpRequest, pk: int, action: str, model: type[models.Model]) -> Customer:
    """Return the customer below which the user may do `action` to rows of `model`; else it does not exist."""
    customer: Customer = fetch(request, Customer.objects.select_related("owner", "team"), pk)
    if not within_reach(user_of(request), action, model, customer):
        raise Http404
    return customer


def prepare_filter_form(form: forms.Form, by_link: tuple[str, ...]) -> None:
    """Hide what is set by links, and turn short lists of several choices into boxes to tick."""
    for name, field in form.fields.items():
        if name in by_link:
            field.widget = forms.HiddenInput()
        elif type(field.widget) is forms.SelectMultiple and len(list(field.choices)) <= MOST_BOXES:  # type: ignore[attr-defined]
            field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[attr-defined]


class RecordFilters:
    """A list whose filter form is read when it is asked for (`?sheet=1`), not with every page of the list.

    Filters by one of very many records are set by links: the form keeps them without a menu of them all.
    """

    by_link = ("parent", "customer", "person")
    nav_current: ClassVar[str]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the list, or its filter form."""
        if request.GET.get("sheet") != "1":
            return super().get(request, *args, **kwargs)  # type: ignore[misc, no-any-return]
        filterset = self.filterset  # type: ignore[attr-defined]
        prepare_filter_form(filterset.form, self.by_link)
        context = {
            "filterset": filterset,
            "sort": request.GET.get("sort", ""),
            "view_id": self.chosen.view.pk if self.chosen.view is not None else "",  # type: ignore[attr-defined]
            "nav_current": self.nav_current,
        }
        return render_page(request, "customers/filter_sheet.html", context, partial="fields")


class CustomerFormPage(FormPage):
    """A form page of the package: also shown in a dialog, and safe against a second click.

    `once` marks forms that make something new: each carries a token that is spent when the domain has
    done its work, so that the same form sent twice makes one record.
    """

    template_name = "customers/form.html"
    nav_current = "customers"
    once: ClassVar[bool] = False

    def get_template_names(self) -> list[str]:
        """A page of its own, or the same form inside the page's dialog."""
        is_own = self.template_name != CustomerFormPage.template_name
        if self.request.headers.get("HX-Target") == "dialog" and not is_own:
            return [f"{self.template_name}#dialog"]
        return [self.template_name or ""]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give forms the person."""
        return {**super().get_form_kwargs(), **self.form_arguments()}

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form needs beyond the data."""
        return {}

    def shown_records(self, record: models.Model) -> list[models.Model]:
        """Return the records whose fields the form shows."""
        return [record]

    def form_valid(self, form: Any) -> HttpResponse:
        """Hand over to the domain, once, and show what it refuses."""
        try:
            url, first = self._perform_once(form)
        except DomainError as error:
            return self.refused(form, error)
        if not first:
            messages.info(self.request, _("This was saved already."))
        elif self.success_message:
            messages.success(self.request, str(self.success_message))
        return go_to(self.request, url or self.cancel_url() or "/")

    def _perform_once(self, form: Any) -> tuple[str, bool]:
        """Do the work, and tell whether this form did it just now."""
        token = token_in(self.request.POST)
        if not (self.once and token):
            return self.perform(form), True
        return do_once(token, lambda: self.perform(form), by=self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the token and the way back; log that the sensitive fields of the record are on the form."""
        record = self.conflict_record()
        if record is not None:
            note_shown(self.request, *self.shown_records(record))
        context = super().get_context_data(**kwargs)
        context["once"] = (self.request.POST.get("once") or secrets.token_urlsafe(16)) if self.once else ""
        context["next"] = next_url(self.request, "")
        context["form_action"] = self.request.get_full_path()
        return context
