"""Addresses of the package, by noun."""

from complaints.urls import cases, grading, intake, knowledge, learning, settings, solving, letters

app_name = "complaints"
urlpatterns = [
    *cases.urlpatterns,
    *intake.urlpatterns,
    *settings.urlpatterns,
    *solving.urlpatterns,
    *knowledge.urlpatterns,
    *learning.urlpatterns,
    *grading.urlpatterns,
    *letters.urlpatterns,
]
