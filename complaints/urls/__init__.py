"""Addresses of the package, by noun."""

from complaints.urls import (
    cases,
    foresight,
    grading,
    intake,
    knowledge,
    learning,
    letters,
    mail,
    public_form,
    settings,
    solving,
)

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
    *foresight.urlpatterns,
    *public_form.urlpatterns,
    *mail.urlpatterns,
]
