"""What a person sets for oneself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from core.access import can
from core.choices import Density, Theme
from core.domain.absences import absences_of, may_arrange, represented_by
from core.domain.second_factor import codes_left, needs_factor
from core.domain.sessions import sessions_of
from core.domain.users import update_user
from core.errors import DomainError
from core.forms import ProfileForm
from core.models import Absence, ApiToken, Organisation, SecondFactor, User
from core.views.base import SIGNED_IN, FormPage, RightsMixin, go_to, is_fragment, next_url
from core.views.proofs import AsksAgain
from core.views.users import rights_of


class Profile(AsksAgain, FormPage):
    """One's own name, address, preferences, tokens, rights, and the safety of the account."""

    always_weighty = False

    required_right = SIGNED_IN
    form_class = ProfileForm
    template_name = "core/profile.html"
    submit_label = gettext_lazy("Save profile")
    success_message = gettext_lazy("Profile saved.")

    @cached_property
    def own(self) -> User:
        """The person's own record, read anew: the page around the form shows the old one."""
        user: User = User.objects.get(pk=self.person.pk)
        return user

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.own}

    def conflict_record(self) -> User:
        """The record: an administrator may edit it meanwhile."""
        return self.own

    def history_record(self) -> None:
        """Nothing: its history is for who administers users."""

    def perform(self, form: ProfileForm) -> str:
        """Store the changes."""
        data = {**form.cleaned_data}
        update_user(self.own, data, by=self.person, version=data.pop("version"))
        return reverse("core:profile")

    def needs_proof(self, form: ProfileForm) -> bool:
        """Ask again before the address changes to which letters for a new password go."""
        return bool(form.cleaned_data["email"] != form.instance.email)

    def answer(self, form: ProfileForm) -> HttpResponse:
        """Say "saved" in the language just chosen."""
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            return super().answer(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the tokens and the rights beside the form."""
        user = self.person
        tokens = ApiToken.objects.filter(user=user, revoked_at__isnull=True)
        return super().get_context_data(
            may_have_tokens=can(user, "add", ApiToken),
            tokens=list(tokens),
            rights=rights_of(user),
            factor=SecondFactor.objects.of(user).first(),
            codes_left=codes_left(user),
            factor_required=needs_factor(user, Organisation.load().second_factor),
            sessions=sessions_of(user, at=timezone.now()),
            this_session=self.request.session.session_key,
            absences=absences_of(user, on=timezone.localdate()),
            represented=represented_by(user, on=timezone.localdate()),
            may_be_absent=can(user, "add", Absence) and may_arrange(user, user),
            **kwargs,
        )


class Preferences(RightsMixin, View):
    """Language, theme and density, changed from any page."""

    required_right = SIGNED_IN
    choices = {
        "language": {code for code, _name in settings.LANGUAGES},
        "theme": set(Theme.values),
        "density": set(Density.values),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store what was sent and go back; a script gets an empty answer."""
        data = {name: request.POST[name] for name in self.choices if name in request.POST}
        for name, value in data.items():
            if value not in self.choices[name]:
                raise DomainError("unknown_choice", _("There is no such choice."), fields={name: value})
        user = User.objects.get(pk=self.person.pk)
        update_user(user, data, by=user)
        if is_fragment(request) or request.headers.get("HX-Request"):
            return HttpResponse(status=204)
        return go_to(request, next_url(request, reverse("core:home")))
