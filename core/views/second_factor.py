"""The second factor on the profile: set up, moved to another app, taken away; its recovery codes."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import totp
from core.domain.second_factor import (
    has_factor,
    needs_factor,
    new_offer,
    offered_secret,
    remove_factor,
    renew_codes,
    reset_factor,
    set_up_factor,
)
from core.errors import Conflict, DomainError
from core.forms_sign_in import SetUpForm
from core.models import Organisation, User
from core.session_marks import keep_offer, offer_in
from core.views.base import SIGNED_IN, FormPage, add_refusal
from core.views.one_user import OneUser
from core.views.proofs import AsksAgain, Weighty


class FactorSetUp(AsksAgain, FormPage):
    """Scan the QR code, type what the app shows; then the recovery codes, once."""

    required_right = SIGNED_IN
    form_class = SetUpForm
    template_name = "core/factor_set_up.html"
    title = gettext_lazy("Set up the second factor")
    submit_label = gettext_lazy("Set up")
    form_columns = 1

    @cached_property
    def secret(self) -> str:
        """The secret on offer, the same until a code has proved it."""
        try:
            return offered_secret(offer_in(self.request.session))
        except Conflict:
            keep_offer(self.request.session, new_offer())
            return offered_secret(offer_in(self.request.session))

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way back."""
        return [(_("Profile"), reverse("core:profile"))]

    def cancel_url(self) -> str:
        """Back to the profile, unless the organisation insists."""
        return "" if self._is_held_up() else reverse("core:profile")

    def _is_held_up(self) -> bool:
        return not self._has_factor and needs_factor(self.person, Organisation.load().second_factor)

    @cached_property
    def _has_factor(self) -> bool:
        return has_factor(self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the secret as a picture and as text."""
        organisation = Organisation.load()
        address = totp.address_of(self.secret, account=self.person.username, issuer=organisation.name)
        return super().get_context_data(
            qr=qr_code(address, title=_("QR code for your authenticator app")),
            secret=self.secret,
            shown_secret=totp.in_groups(self.secret),
            is_held_up=self._is_held_up(),
            has_factor=self._has_factor,
            **kwargs,
        )

    def answer(self, form: Any) -> HttpResponse:
        """Store the factor and show the recovery codes, now or never."""
        user, session = User.objects.get(pk=self.person.pk), self.request.session
        try:
            codes = set_up_factor(
                user,
                offer=offer_in(session),
                code=form.cleaned_data["code"],
                keep=str(session.session_key),
                at=timezone.now(),
            )
        except DomainError as error:
            add_refusal(form, error)
            return self.form_invalid(form)
        keep_offer(session, "")
        update_session_auth_hash(self.request, user)
        return show_codes(self.request, codes)


class FactorCodes(Weighty):
    """New recovery codes."""

    required_right = SIGNED_IN

    def question(self) -> dict[str, Any]:
        """Ask, and say what follows."""
        return {
            "title": _("Make new recovery codes?"),
            "message": _("The codes that you have now stop working."),
            "confirm_label": _("Make new codes"),
            "cancel_url": reverse("core:profile"),
            "danger": False,
        }

    def answer(self, form: Any) -> HttpResponse:
        """Show the codes, now or never."""
        try:
            codes = renew_codes(User.objects.get(pk=self.person.pk))
        except DomainError as error:
            add_refusal(form, error)
            return self.form_invalid(form)
        return show_codes(self.request, codes)


class FactorRemove(Weighty):
    """Sign in with the password alone again."""

    required_right = SIGNED_IN
    success_message = gettext_lazy("Second factor removed.")

    def question(self) -> dict[str, Any]:
        """Ask, and say what follows."""
        return {
            "title": _("Remove the second factor?"),
            "message": _("Your password alone opens your account then."),
            "consequences": [
                _("Your recovery codes stop working."),
                _("Your other browsers are signed out."),
            ],
            "confirm_label": _("Remove second factor"),
            "cancel_url": reverse("core:profile"),
        }

    def perform(self, form: Any) -> str:
        """Remove it."""
        user = User.objects.get(pk=self.person.pk)
        remove_factor(user, keep=str(self.request.session.session_key))
        update_session_auth_hash(self.request, user)
        return reverse("core:profile")


class UserFactorReset(OneUser, Weighty):
    """Help who lost the app."""

    required_right = ("change", User)
    success_message = gettext_lazy("Second factor reset.")
    nav_current = "settings"

    def question(self) -> dict[str, Any]:
        """Ask, and say what follows."""
        return {
            "title": _("Reset the second factor of %(name)s?") % {"name": self.shown.display_name},
            "message": _("Make sure that it is really this person who asks: call them, or meet them."),
            "consequences": [
                _("Until a new one is set up, the password alone opens the account."),
                _("The person is signed out everywhere, and told."),
            ],
            "confirm_label": _("Reset second factor"),
            "cancel_url": reverse("core:user-detail", args=[self.shown.pk]),
        }

    def perform(self, form: Any) -> str:
        """Reset it."""
        reset_factor(self.shown, by=self.person)
        return reverse("core:user-detail", args=[self.shown.pk])


def qr_code(text: str, *, title: str) -> SafeString:
    """Draw the text as an SVG without styles: dark on light in either theme, as cameras want it."""
    drawn = segno.make(text, error="m").svg_inline(
        omitsize=True, dark="#000", light="#fff", border=3, svgclass="qr", lineclass=None, title=title
    )
    return mark_safe(drawn.replace("<svg ", '<svg role="img" ', 1))  # noqa: S308 (drawn by us; segno escapes the title)


def show_codes(request: Any, codes: list[str]) -> HttpResponse:
    """Show recovery codes; they are not stored, so there is no page to redirect to."""
    context = {"codes": codes, "all_codes": "\n".join(codes), "back_url": reverse("core:profile")}
    response = render(request, "core/factor_codes.html", context, status=201)
    response["Cache-Control"] = "no-store"
    return response
