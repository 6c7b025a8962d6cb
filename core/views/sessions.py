"""Where a person is signed in: out of one browser, of all others, and, for administrators, of all."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout, update_session_auth_hash
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.sessions import end_session, end_sessions, end_sessions_of
from core.models import User, UserSession
from core.views.base import SIGNED_IN, ConfirmPage
from core.views.one_user import OneUser


class SessionEnd(ConfirmPage):
    """Sign out of one browser."""

    required_right = SIGNED_IN
    success_message = gettext_lazy("That browser is signed out.")

    @cached_property
    def session(self) -> UserSession:
        """One of the person's own."""
        found: UserSession = get_object_or_404(UserSession.objects.of(self.person), pk=self.kwargs["pk"])
        return found

    def question(self) -> dict[str, Any]:
        """Ask, and name the browser."""
        name = self.session.browser or _("Unknown browser")
        return {
            "title": _("Sign out there?"),
            "message": _("%(browser)s at %(address)s")
            % {"browser": name, "address": self.session.address or "–"},
            "confirm_label": _("Sign out"),
            "cancel_url": reverse("core:profile"),
        }

    def perform(self) -> str:
        """Sign out; the own browser goes the usual way."""
        if self.session.session_key == self.request.session.session_key:
            logout(self.request)
            return reverse("login")
        end_session(self.session, by=self.person)
        return reverse("core:profile")


class SessionsEnd(ConfirmPage):
    """Sign out everywhere else."""

    required_right = SIGNED_IN
    success_message = gettext_lazy("You are signed out everywhere else.")

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Sign out everywhere else?"),
            "message": _("Every other browser asks for your password again. This one stays signed in."),
            "confirm_label": _("Sign out everywhere else"),
            "cancel_url": reverse("core:profile"),
        }

    def perform(self) -> str:
        """Sign out, and let this session know the new mark."""
        user = User.objects.get(pk=self.person.pk)
        end_sessions(user, by=user, keep=str(self.request.session.session_key))
        update_session_auth_hash(self.request, user)
        return reverse("core:profile")


class UserSessionsEnd(OneUser, ConfirmPage):
    """Sign somebody out everywhere."""

    required_right = ("change", User)
    success_message = gettext_lazy("The user is signed out everywhere.")
    nav_current = "settings"

    def question(self) -> dict[str, Any]:
        """Ask, and say what follows."""
        return {
            "title": _("Sign out %(name)s everywhere?") % {"name": self.shown.display_name},
            "message": _("The person may sign in again. API tokens go on working."),
            "confirm_label": _("Sign out everywhere"),
            "cancel_url": reverse("core:user-detail", args=[self.shown.pk]),
        }

    def perform(self) -> str:
        """Sign out; who means oneself keeps this browser."""
        is_own = self.shown.pk == self.person.pk
        keep = str(self.request.session.session_key) if is_own else ""
        end_sessions_of(self.shown, by=self.person, keep=keep)
        if is_own:
            update_session_auth_hash(self.request, self.shown)
        return reverse("core:user-detail", args=[self.shown.pk])
