"""Every address of the installation."""

from django.contrib.auth import views as auth
from django.urls import include, path

from core.limits import rate_limited
from core.views import probes

new_password = rate_limited("password-reset-link", "30/m", methods=frozenset())(
    auth.PasswordResetConfirmView.as_view()
)

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("", include("core.urls")),
    path("customers/", include("customers.urls")),
    path("complaints/", include("complaints.urls")),
    path("analytics/", include("analytics.urls")),
    path("accounts/reset/<uidb64>/<token>/", new_password, name="password_reset_confirm"),
    path("accounts/", include("core.urls_sign_in")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("crm.api")),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.page_not_found"
handler500 = "core.views.errors.server_error"
