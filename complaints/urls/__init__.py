"""Addresses of the package, by noun."""

from complaints.urls import cases, knowledge, learning, mail, settings, solving

app_name = "complaints"
urlpatterns = [
    *cases.urlpatterns,
    *settings.urlpatterns,
    *solving.urlpatterns,
    *knowledge.urlpatterns,
    *learning.urlpatterns,
    *mail.urlpatterns,
]
