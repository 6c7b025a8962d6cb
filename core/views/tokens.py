"""API tokens: listed, made, shown once, revoked."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can, reach_of
from core.domain.tokens import make_token, revoke_token
from core.errors import DomainError
from core.forms import TokenForm
from core.models import ApiToken, User
from core.roles import Reach
from core.token_filters import TokenFilterSet
from core.token_list import TOKEN_SORTS, TOKENS
from core.views.base import ConfirmPage, FormPage, add_refusal, next_url
from core.views.lists import ListPage
from core.views.proofs import AsksAgain
from core.zones import zone_of


class TokenList(ListPage):
    """Who has which token; whoever administers nobody sees the own ones."""

    model = ApiToken
    filterset_class = TokenFilterSet
    template_name = "core/token_list.html"
    nav_current = "settings"
    sort_keys = TOKEN_SORTS
    default_sort = TOKENS.default_sort
    export_key = TOKENS.key

    def extra_context(self) -> dict[str, Any]:
        """Say whether these are everybody's tokens, and offer what the person may do."""
        return {
            "of_everybody": reach_of(self.person, ApiToken) == Reach.ALL,
            "sees_users": can(self.person, "view", User),
            "may_add": can(self.person, "add", ApiToken),
            "here": self.request.get_full_path(),
        }


class TokenCreate(AsksAgain, FormPage):
    """A new token for oneself, or for a service when `user` names one."""

    required_right = ("add", ApiToken)
    form_class = TokenForm
    title = gettext_lazy("New API token")
    submit_label = gettext_lazy("Make token")
    form_columns = 1

    @cached_property
    def owner(self) -> User:
        """The user as whom the token will act."""
        pk = self.kwargs.get("user_pk", self.person.pk)
        action = "view" if pk == self.person.pk else "change"
        owner: User = get_object_or_404(User.objects.visible_to(self.person, action), pk=pk)
        return owner

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way back to whose token it is."""
        return [(self.owner.display_name, self.cancel_url())]

    def cancel_url(self) -> str:
        """Go back to where the tokens are listed."""
        return _place_of(self.owner, self.person)

    def answer(self, form: TokenForm) -> HttpResponse:
        """Show the secret, now or never: it is not stored, so there is no page to redirect to."""
        now = timezone.now()
        zone = zone_of(self.person)
        end = datetime.combine(form.cleaned_data["expires_on"], time.min, tzinfo=zone) + timedelta(days=1)
        try:
            token, secret = make_token(
                self.owner,
                name=form.cleaned_data["name"],
                expires_at=end,
                scopes=form.cleaned_data["scopes"],
                by=self.person,
                at=now,
            )
        except DomainError as error:
            add_refusal(form, error)
            return self.form_invalid(form)
        context = {"token": token, "secret": secret, "back_url": self.cancel_url()}
        response = render(self.request, "core/token_created.html", context, status=201)
        response["Cache-Control"] = "no-store"
        return response


class TokenRevoke(ConfirmPage):
    """Make a token useless."""

    required_right = ("delete", ApiToken)
    success_message = gettext_lazy("Token revoked.")

    @cached_property
    def token(self) -> ApiToken:
        """The token, if it is the person's to revoke."""
        rows = ApiToken.objects.visible_to(self.person, "delete").select_related("user")
        token: ApiToken = get_object_or_404(rows, pk=self.kwargs["pk"])
        return token

    def question(self) -> dict[str, Any]:
        """Ask, and say what will stop working."""
        return {
            "title": _("Revoke token “%(name)s”?") % {"name": self.token.name},
            "message": _("What uses it can no longer call the API. A token cannot be taken back into use."),
            "confirm_label": _("Revoke token"),
            "cancel_url": self.way_back(),
        }

    def perform(self) -> str:
        """Revoke it."""
        revoke_token(self.token, by=self.person, at=timezone.now())
        return self.way_back()

    def way_back(self) -> str:
        """Where the person came from, or the page of whose token it is."""
        return next_url(self.request, _place_of(self.token.user, self.person))


def _place_of(owner: User, viewer: User) -> str:
    """Return the page that lists the tokens of `owner`."""
    if owner.pk == viewer.pk:
        return reverse("core:profile")
    return reverse("core:user-detail", args=[owner.pk])
