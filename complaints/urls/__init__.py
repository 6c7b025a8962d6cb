"""Addresses of the package, by noun."""

from complaints.urls import cases, settings, solving

app_name = "complaints"
urlpatterns = [*cases.urlpatterns, *settings.urlpatterns, *solving.urlpatterns]
