"""Addresses of portraits, likely complainers, and the limits of falling satisfaction."""

from django.urls import path

from complaints.views import likely, portraits, satisfaction

urlpatterns = [
    path("portraits/", portraits.PortraitList.as_view(), name="portrait-list"),
    path("portraits/traits/", portraits.TraitList.as_view(), name="trait-list"),
    path("portraits/<int:pk>/", portraits.PortraitDetail.as_view(), name="portrait-detail"),
    path("likely/", likely.LikelyList.as_view(), name="likely-list"),
    path("likely/model/", likely.ForecastDetail.as_view(), name="forecast-detail"),
    path("likely/<int:pk>/call/", likely.LikelyCall.as_view(), name="likely-call"),
    path("likely/customer/<int:pk>/", likely.CustomerLikely.as_view(), name="likely-for-customer"),
    path(
        "settings/satisfaction/",
        satisfaction.SatisfactionPolicyUpdate.as_view(),
        name="satisfactionpolicy-update",
    ),
]
