"""Signing in, in one step or two; open to strangers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from core.domain.second_factor import has_factor
from core.forms_sign_in import CodeForm, SignInForm
from core.known_device import remember_device
from core.models import User
from core.session_marks import Waiting, stop_waiting, wait_for_code, who_waits


class SignIn(auth.LoginView):
    """Name and password; who has a second factor goes on to the code."""

    form_class = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the code first."""
        user, url = form.get_user(), self.get_success_url()
        if not has_factor(user):
            return _signed_in(self.request, user, user.backend, url)
        wait_for_code(self.request.session, user, next_url=url, at=timezone.now())
        return HttpResponseRedirect(reverse("sign_in_code"))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again; who must wait is told for how long, programs too."""
        return _shown_again(super().form_invalid(form), form)


@method_decorator([login_not_required, sensitive_post_parameters(), never_cache], name="dispatch")
class SignInCode(FormView):  # type: ignore[type-arg]
    """The code of the second factor, for who has just typed the right password."""

    http_method_names = ["get", "post", "head", "options"]
    form_class = CodeForm
    template_name = "registration/sign_in_code.html"
    waiting: Waiting

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send whoever has not typed a password, or took too long, back to the beginning."""
        waiting = who_waits(request.session, timezone.now())
        if waiting is None:
            if request.method == "POST":
                messages.warning(request, _("That took too long. Begin again with your password."))
            return HttpResponseRedirect(reverse("login"))
        self.waiting = waiting
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose code it asks for."""
        return {**super().get_form_kwargs(), "request": self.request, "user": self.waiting.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in."""
        stop_waiting(self.request.session)
        waiting = self.waiting
        return _signed_in(self.request, waiting.user, waiting.backend, waiting.next_url)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, empty: a wrong code is not mended by changing a digit."""
        form.data = form.data.copy()
        form.data["code"] = ""
        return _shown_again(super().form_invalid(form), form)


def _signed_in(request: HttpRequest, user: User, backend: str, url: str) -> HttpResponse:
    login(request, user, backend=backend)
    response = HttpResponseRedirect(url)
    remember_device(request, response, user)
    return response


def _shown_again(response: HttpResponse, form: Any) -> HttpResponse:
    if form.wait:
        response.status_code = 429
        response["Retry-After"] = str(form.wait)
    return response
