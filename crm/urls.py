"""Every address of the installation."""

from django.contrib.auth import views as auth
from django.http import HttpRequest
from django.urls import include, path

from core.limits import rate_limited
from core.views import probes


def _receiver(request: HttpRequest) -> str:
    """Whose letter box would be filled, whether that person is known or not."""
    return request.POST.get("email", "").strip().casefold()


# The same limits, whether the address is known or not: they give nothing away.
forgotten_password = rate_limited("password-reset", "20/h")(
    rate_limited("password-reset-receiver", "3/h", by=_receiver)(auth.PasswordResetView.as_view())
)
new_password = rate_limited("password-reset-link", "30/m", methods=frozenset())(
    auth.PasswordResetConfirmView.as_view()
)

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("", include("core.urls")),
    path("customers/", include("customers.urls")),
    path("analytics/", include("analytics.urls")),
    path("accounts/login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/password_reset/", forgotten_password, name="password_reset"),
    path("accounts/reset/<uidb64>/<token>/", new_password, name="password_reset_confirm"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("crm.api")),
]

handler404 = "core.views.errors.page_not_found"
