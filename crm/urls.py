"""Every address of the installation."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("customers/", include("customers.urls")),
    path("analytics/", include("analytics.urls")),
    path("accounts/", include("core.urls_sign_in")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("crm.api")),
]

handler404 = "core.views.errors.page_not_found"
