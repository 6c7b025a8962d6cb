"""Addresses of the package, by noun."""

from complaints.urls import cases

app_name = "complaints"
urlpatterns = [*cases.urlpatterns]
