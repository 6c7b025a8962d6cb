"""Forms of signing in: name and password, and the code of the second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import sign_ins
from core.client_address import client_address
from core.domain.second_factor import accept_code
from core.domain.sign_in_guard import (
    Counter,
    TooManyAttempts,
    code_counters,
    count_attempt,
    forgive,
    password_counters,
    proof_counters,
)
from core.known_device import known_device
from core.models import User


class GuardedForm(forms.Form):
    """A form that may be tried a few times only."""

    request: HttpRequest | None
    #: Seconds to wait, when there were too many attempts.
    wait: int = 0

    def attempt(self, counters: list[Counter], name: str, is_right: Any) -> bool:
        """Count an attempt, then ask `is_right`; refuses when there were too many, and notes the lock."""
        now = timezone.now()
        try:
            counted = count_attempt(counters, at=now)
        except TooManyAttempts as refused:
            raise self._must_wait(refused) from refused
        if is_right():
            forgive(counted)
            return True
        if counted.locked_until is not None:
            sign_ins.note_lock(self.request, name, until=counted.locked_until)
            raise self._must_wait(TooManyAttempts(counted.locked_until, now))
        return False

    def _must_wait(self, refused: TooManyAttempts) -> ValidationError:
        self.wait = refused.seconds
        return ValidationError(refused.message, code=refused.code)


class SignInForm(GuardedForm, AuthenticationForm):
    """Name and password. Unknown names take the same time and read the same words as wrong passwords."""

    user_cache: Any

    def clean(self) -> dict[str, Any]:
        """Count the attempt, then look at the password."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password or self.request is None:
            return self.cleaned_data
        device = known_device(self.request, sign_ins.user_named(name))
        counters = password_counters(name, address=client_address(self.request), device=device)

        def is_right() -> bool:
            self.user_cache = authenticate(self.request, username=name, password=password)
            return self.user_cache is not None

        if not self.attempt(counters, name, is_right):
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse services, whatever password they have: nobody stands behind them with a second factor."""
        super().confirm_login_allowed(user)
        if user.is_service:
            raise self.get_invalid_login_error()


class CodeForm(GuardedForm):
    """The six digits of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "autocapitalize": "off"}
        ),
        help_text=_("The six digits that your authenticator app shows now, or one of your recovery codes."),
    )

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_code(self) -> str:
        """Count the attempt, then look at the code; a right one is spent."""
        code: str = self.cleaned_data["code"]
        device = known_device(self._asking(), self.user)
        counters = code_counters(self.user, address=client_address(self.request), device=device)
        if not self.attempt(
            counters, self.user.username, lambda: accept_code(self.user, code, at=timezone.now())
        ):
            sign_ins.note_wrong_code(self.request, self.user)
            raise ValidationError(_("This code is wrong, or it was used already. Wait for the next one."))
        return code

    def _asking(self) -> HttpRequest:
        assert self.request is not None
        return self.request


class SetUpForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("Code"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
        help_text=_("The six digits that the app shows now."),
    )


class OwnPasswordForm(GuardedForm, PasswordChangeForm):
    """A new password for oneself; the old one cannot be guessed at leisure in a browser left open."""

    request: HttpRequest | None = None

    def clean_old_password(self) -> str:
        """Count the attempt, then look at the old password."""
        old: str = self.cleaned_data["old_password"]
        counters = proof_counters(self.user)
        if not self.attempt(counters, self.user.get_username(), lambda: self.user.check_password(old)):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old
