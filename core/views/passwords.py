"""One's own password: changed, or forgotten."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from core.client_address import client_address
from core.domain.password_letters import ask_for_letter
from core.forms_sign_in import OwnPasswordForm
from core.session_marks import mark_proved


class PasswordChange(auth.PasswordChangeView):
    """A new password; other browsers are signed out."""

    form_class = OwnPasswordForm

    def get_form(self, form_class: Any = None) -> Any:
        """Tell the form from where it is tried."""
        form: Any = super().get_form(form_class)
        form.request = self.request
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        """Who has just typed the old password need not prove it again."""
        response = super().form_valid(form)
        mark_proved(self.request.session, timezone.now())
        return response


class PasswordReset(auth.PasswordResetView):
    """A letter with a link, if the address is somebody's; the answer is the same, and as quick, if not."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Leave the looking up and the sending to a job."""
        ask_for_letter(form.cleaned_data["email"], address=client_address(self.request), at=timezone.now())
        return HttpResponseRedirect(str(self.get_success_url()))
