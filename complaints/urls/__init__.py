"""Addresses of the package, by noun."""

from complaints.urls import cases, knowledge, learning, public_form, settings, solving

app_name = "complaints"
urlpatterns = [
    *cases.urlpatterns,
    *settings.urlpatterns,
    *solving.urlpatterns,
    *knowledge.urlpatterns,
    *learning.urlpatterns,
    *public_form.urlpatterns,
]
