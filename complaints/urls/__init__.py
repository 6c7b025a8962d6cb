"""Addresses of the package, by noun."""

from complaints.urls import cases, knowledge, learning

app_name = "complaints"
urlpatterns = [*cases.urlpatterns, *knowledge.urlpatterns, *learning.urlpatterns]
