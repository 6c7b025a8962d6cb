"""Addresses of receiving cases, of turning them over, and of who else is there."""

from django.urls import path

from complaints.views import conversion, duplicates, presence, subjects

urlpatterns = [
    path("like/", duplicates.LikePreview.as_view(), name="like-preview"),
    path("subjects/options/", subjects.SubjectOptions.as_view(), name="subject-options"),
    path("<int:pk>/like/", duplicates.LikePanel.as_view(), name="like-panel"),
    path("<int:pk>/presence/", presence.CasePresence.as_view(), name="complaint-presence"),
    path("<int:pk>/convert/", conversion.CaseConvert.as_view(), name="complaint-convert"),
    path("number/<str:number>/", conversion.CaseByNumber.as_view(), name="complaint-by-number"),
]
