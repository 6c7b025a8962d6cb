"""What every page builds on: the right it needs, refusals where they can be mended, fragments for htmx."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from core.access import require
from core.errors import DomainError
from core.filters import MOST_DIGITS
from core.models import User
from core.views.conflict import conflict_context

#: The right of pages that concern only the person who opens them.
SIGNED_IN: Final = ("signed-in", None)

Right = tuple[str, type[models.Model] | None]


class RightsMixin:
    """A page that says which right it needs, and shows refusals of the domain as a page, not as a crash.

    `required_right` is (action, model), or SIGNED_IN. A page without one does not answer at all.
    """

    required_right: ClassVar[Right]
    request: HttpRequest

    @property
    def person(self) -> User:
        """Who asks. No page answers before somebody has signed in."""
        return cast(User, self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the right, then answer; what the domain refuses outside of a form becomes a page."""
        if getattr(self, "required_right", None) is None:
            raise ImproperlyConfigured(f"{type(self).__name__} declares no required_right")
        action, model = self.required_right
        if model is not None:
            require(request.user, action, model)
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except DomainError as error:
            return refusal(request, error)
        return response


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Show a refusal that belongs to no form: a toast in answer to htmx, else a page that says what to do."""
    if is_fragment(request):
        response = HttpResponse(status=error.status)
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = json.dumps({"toast": {"text": error.message, "kind": "error"}})
        return response
    return render(request, "core/refused.html", {"error": error}, status=error.status)


def number_in(text: str) -> int | None:
    """Return the record number in a parameter; None for anything that no database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a piece of a page, not for a whole one in its place."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not getattr(htmx, "boosted", False)


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str = "", status: int = 200
) -> HttpResponse:
    """Render a page; htmx gets only the named partial of the same template."""
    name = f"{template}#{partial}" if partial and is_fragment(request) else template
    return render(request, name, context, status=status)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect: the browser follows a 302, htmx loads the whole page at `url`."""
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)


def next_url(request: HttpRequest, default: str) -> str:
    """Return where the person came from when the form says so and it is a page of ours, else `default`."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and safe else default


def place_in_navigation(key: str) -> dict[str, Any]:
    """Mark a navigation entry as current where the address alone does not say it."""
    return {"nav_current": key} if key else {}


def add_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Show a refusal of the domain in the form: at its fields where it names them, else on top."""
    known = {name: text for name, text in error.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, error.message)


class FormPage(RightsMixin, FormView):  # type: ignore[type-arg]
    """A form whose cleaned data goes to one domain function.

    Override `perform(form)`: call the domain, return the address to go to next. What the domain refuses
    is shown in the form with everything typed kept. An invalid form answers 422.
    """

    # Django's form views take PUT as POST: one door is enough.
    http_method_names = ["get", "post", "head", "options"]
    template_name = "core/form.html"
    partial_name: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    submit_label: ClassVar[str | Promise] = gettext_lazy("Save")
    success_message: ClassVar[str | Promise] = ""
    nav_current: ClassVar[str] = ""
    form_columns: ClassVar[int] = 2

    def perform(self, form: Any) -> str:
        """Do what the form asks for and return the next address."""
        raise NotImplementedError

    def cancel_url(self) -> str:
        """Where "Cancel" leads."""
        return ""

    def crumbs(self) -> list[tuple[Any, str]]:
        """The pages above this one, as (label, address)."""
        return []

    def conflict_record(self) -> models.Model | None:
        """Return the record that is edited, where two people may edit it at once."""
        return None

    def history_record(self) -> models.Model | None:
        """Return the record whose history the page leads to, where it edits one."""
        return self.conflict_record()

    def form_valid(self, form: Any) -> HttpResponse:
        """Hand over to the domain; show what it refuses."""
        try:
            url = self.perform(form)
        except DomainError as error:
            return self.refused(form, error)
        if self.success_message:
            messages.success(self.request, str(self.success_message))
        return go_to(self.request, url)

    def refused(self, form: Any, error: DomainError) -> HttpResponse:
        """Show a refusal in the form; where somebody saved meanwhile, both versions side by side."""
        record = self.conflict_record()
        if error.code != "stale" or record is None:
            add_refusal(form, error)
            return self.form_invalid(form)
        record.refresh_from_db()
        shown = conflict_context(form, record, seen=form.seen_version or 0)
        return self.render_to_response(
            self.get_context_data(form=form, submit_label=_("Save my version"), **shown), status=409
        )

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_template_names(self) -> list[str]:
        """Name the template, or its partial for htmx."""
        name = self.template_name or ""
        if self.partial_name and is_fragment(self.request):
            return [f"{name}#{self.partial_name}"]
        return [name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the form page its title, buttons and place in the navigation."""
        context = {
            "title": self.title,
            "submit_label": self.submit_label,
            "cancel_url": self.cancel_url(),
            "crumbs": self.crumbs(),
            "form_columns": self.form_columns,
            "history_record": self.history_record(),
            **place_in_navigation(self.nav_current),
        }
        return super().get_context_data(**{**context, **kwargs})


class ConfirmPage(RightsMixin, View):
    """A question before something that cannot be taken back: GET asks, POST does it.

    `question()` returns the context of `ui/confirm.html` (title, message, consequences, confirm_label,
    cancel_url, danger); `perform()` calls the domain and returns the next address.
    """

    success_message: ClassVar[str | Promise] = ""
    nav_current: ClassVar[str] = ""

    def question(self) -> dict[str, Any]:
        """Return what is asked."""
        raise NotImplementedError

    def perform(self) -> str:
        """Do it and return the next address."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask."""
        context = {"danger": True, **place_in_navigation(self.nav_current), **self.question()}
        return render_page(request, "ui/confirm.html", context, partial="fragment")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it."""
        url = self.perform()
        if self.success_message:
            messages.success(request, str(self.success_message))
        return go_to(request, url)
