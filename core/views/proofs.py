"""Weighty forms ask for the password again when it was typed too long ago."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.domain.proofs import prove
from core.errors import DomainError
from core.models import User
from core.session_marks import is_fresh, mark_proved
from core.views.base import FormPage, add_refusal


def proof_field() -> forms.CharField:
    """Return the field in which a person shows who they are."""
    return forms.CharField(
        label=_("Your password, or a code of your app"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("You signed in a while ago. We ask again before this change."),
    )


class AsksAgain:
    """A form page that asks for a proof in the form itself, so that nothing typed is lost.

    Override `needs_proof(form)` where only some of the changes are weighty. The field is there from the
    start where every change is (`always_weighty`), else from the first attempt on.
    """

    always_weighty = True
    request: HttpRequest
    person: User

    def needs_proof(self, form: Any) -> bool:
        """Tell whether what the form asks for is weighty."""
        return True

    def get_form(self, form_class: Any = None) -> Any:
        """Add the field where the last proof is too old."""
        form = super().get_form(form_class)  # type: ignore[misc]
        if not is_fresh(self.request.session, timezone.now()) and (
            self.always_weighty or "proof" in self.request.POST
        ):
            form.fields["proof"] = proof_field()
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask first; go on when the proof is there."""
        typed = form.cleaned_data.pop("proof", "")
        now = timezone.now()
        if not is_fresh(self.request.session, now) and self.needs_proof(form):
            form.fields.setdefault("proof", proof_field())
            if not typed:
                form.add_error("proof", _("Show that it is you: type your password, or a code of your app."))
                return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]
            try:
                prove(User.objects.get(pk=self.person.pk), typed, at=now)
            except DomainError as error:
                add_refusal(form, error)
                return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]
            mark_proved(self.request.session, now)
            del form.fields["proof"]  # what is refused now is not for want of it
        return self.answer(form)

    def answer(self, form: Any) -> HttpResponse:
        """Do what the form asks for, once it is clear who asks."""
        return super().form_valid(form)  # type: ignore[misc, no-any-return]


class Weighty(AsksAgain, FormPage):
    """A question before a weighty step, on a page or in the dialog, with the proof where it is due."""

    form_class = forms.Form
    template_name = "ui/confirm.html"
    partial_name = "fragment"

    def question(self) -> dict[str, Any]:
        """Return what is asked."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask; the form is shown only where it holds the field of the proof."""
        context = super().get_context_data(**{"danger": True, **self.question(), **kwargs})
        if not context["form"].fields and not context["form"].errors:
            context["form"] = None
        return context
