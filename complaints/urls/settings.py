"""Addresses of what administrators set up for cases."""

from django.urls import path

from complaints.views import calendars, policies, quiet_hours
from complaints.views import settings as pages

urlpatterns = [
    path("settings/", pages.SettingsHome.as_view(), name="settings"),
    path("settings/queues/new/", pages.QueueEdit.as_view(), name="queue-create"),
    path("settings/queues/<int:pk>/", pages.QueueEdit.as_view(), name="queue-update"),
    path("settings/handlers/new/", pages.HandlerCreate.as_view(), name="handler-create"),
    path("settings/handlers/<int:pk>/", pages.HandlerEdit.as_view(), name="handler-update"),
    path("settings/categories/new/", pages.CategoryEdit.as_view(), name="category-create"),
    path("settings/categories/<int:pk>/", pages.CategoryEdit.as_view(), name="category-update"),
    path("settings/categories/<int:pk>/retire/", pages.CategoryRetire.as_view(), name="category-retire"),
    path("settings/policies/new/", policies.PolicyEdit.as_view(), name="policy-create"),
    path("settings/policies/<int:pk>/", policies.PolicyDetail.as_view(), name="policy-detail"),
    path("settings/policies/<int:pk>/edit/", policies.PolicyEdit.as_view(), name="policy-update"),
    path("settings/policies/<int:policy>/levels/new/", policies.LevelEdit.as_view(), name="level-create"),
    path(
        "settings/policies/<int:policy>/levels/<int:pk>/", policies.LevelEdit.as_view(), name="level-update"
    ),
    path(
        "settings/policies/<int:policy>/levels/<int:pk>/delete/",
        policies.LevelDelete.as_view(),
        name="level-delete",
    ),
    path("settings/quiet/<int:pk>/", quiet_hours.QuietHoursEdit.as_view(), name="quiet-hours-update"),
    path("settings/calendars/new/", calendars.CalendarEdit.as_view(), name="calendar-create"),
    path("settings/calendars/<int:pk>/", calendars.CalendarDetail.as_view(), name="calendar-detail"),
    path("settings/calendars/<int:pk>/edit/", calendars.CalendarEdit.as_view(), name="calendar-update"),
    path("settings/calendars/<int:pk>/hours/", calendars.HoursEdit.as_view(), name="calendar-hours"),
    path("settings/calendars/<int:pk>/days/new/", calendars.DayEdit.as_view(), name="calendar-day"),
    path(
        "settings/calendars/<int:pk>/days/<int:day>/remove/",
        calendars.DayRemove.as_view(),
        name="calendar-day-remove",
    ),
]
