"""Addresses of the package, by noun."""

from complaints.urls import cases, solving

app_name = "complaints"
urlpatterns = [*cases.urlpatterns, *solving.urlpatterns]
