"""Addresses of cases."""

from django.urls import path

from complaints.views import detail

urlpatterns = [path("<int:pk>/", detail.ComplaintDetail.as_view(), name="complaint-detail")]
