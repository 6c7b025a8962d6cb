"""Addresses of the package, by noun."""

from complaints.urls import cases, settings

app_name = "complaints"
urlpatterns = [*cases.urlpatterns, *settings.urlpatterns]
