"""Addresses of rights that are explained, shared and lent; `core.urls` includes them in its namespace."""

from django.urls import path

from core.views import absences, rights, shares

urlpatterns = [
    path("settings/rights/", rights.Rights.as_view(), name="rights"),
    path("profile/absence/", absences.AbsenceCreate.as_view(), name="absence-create"),
    path("settings/users/<int:pk>/absence/", absences.AbsenceCreate.as_view(), name="user-absence"),
    path("absences/<int:pk>/end/", absences.AbsenceEnd.as_view(), name="absence-end"),
    path("shares/<str:kind>/<int:pk>/", shares.RecordShares.as_view(), name="record-shares"),
    path("shares/<int:pk>/stop/", shares.ShareStop.as_view(), name="share-stop"),
]
