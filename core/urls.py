"""Addresses of the platform."""

from django.urls import include, path

from core.views import (
    audit,
    bulk,
    departures,
    exports,
    history,
    home,
    list_columns,
    organisation,
    profile,
    rates,
    saved_views,
    search,
    teams,
    tokens,
    users,
)

app_name = "core"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("search/", search.Search.as_view(), name="search"),
    path("settings/", home.Settings.as_view(), name="settings"),
    path("preferences/", profile.Preferences.as_view(), name="preferences"),
    path("profile/", profile.Profile.as_view(), name="profile"),
    path("profile/tokens/new/", tokens.TokenCreate.as_view(), name="token-create"),
    path("tokens/<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("settings/users/", users.UserList.as_view(), name="user-list"),
    path("settings/users/new/", users.UserCreate.as_view(), name="user-create"),
    path("settings/users/<int:pk>/", users.UserDetail.as_view(), name="user-detail"),
    path("settings/users/<int:pk>/edit/", users.UserUpdate.as_view(), name="user-update"),
    path("settings/users/<int:pk>/switch-off/", users.UserDeactivate.as_view(), name="user-deactivate"),
    path("settings/users/<int:pk>/leave/", departures.UserLeave.as_view(), name="user-leave"),
    path("settings/users/<int:pk>/switch-on/", users.UserReactivate.as_view(), name="user-reactivate"),
    path(
        "settings/users/<int:user_pk>/tokens/new/", tokens.TokenCreate.as_view(), name="service-token-create"
    ),
    path("settings/teams/", teams.TeamList.as_view(), name="team-list"),
    path("settings/teams/new/", teams.TeamCreate.as_view(), name="team-create"),
    path("settings/teams/<int:pk>/edit/", teams.TeamUpdate.as_view(), name="team-update"),
    path("settings/teams/<int:pk>/delete/", teams.TeamDelete.as_view(), name="team-delete"),
    path("settings/roles/", organisation.RoleList.as_view(), name="role-list"),
    path("settings/organisation/", organisation.OrganisationUpdate.as_view(), name="organisation"),
    path("settings/rates/", rates.RateList.as_view(), name="rate-list"),
    path("settings/rates/new/", rates.RateCreate.as_view(), name="rate-create"),
    path("settings/rates/<int:pk>/edit/", rates.RateUpdate.as_view(), name="rate-update"),
    path("settings/rates/<int:pk>/delete/", rates.RateDelete.as_view(), name="rate-delete"),
    path("settings/departures/", departures.DepartureList.as_view(), name="departure-list"),
    path("settings/departures/<int:pk>/", departures.DepartureDetail.as_view(), name="departure-detail"),
    path(
        "settings/departures/<int:pk>/cancel/", departures.DepartureCancel.as_view(), name="departure-cancel"
    ),
    path("settings/audit/", audit.AuditList.as_view(), name="audit-list"),
    path("views/<int:pk>/edit/", saved_views.ViewUpdate.as_view(), name="view-update"),
    path("views/<int:pk>/replace/", saved_views.ViewReplace.as_view(), name="view-replace"),
    path("views/<int:pk>/delete/", saved_views.ViewDelete.as_view(), name="view-delete"),
    path("views/<int:pk>/move/", saved_views.ViewMove.as_view(), name="view-move"),
    path("lists/<str:key>/views/", saved_views.ViewList.as_view(), name="view-list"),
    path("lists/<str:key>/views/new/", saved_views.ViewCreate.as_view(), name="view-create"),
    path("lists/<str:key>/columns/", list_columns.ListColumns.as_view(), name="list-columns"),
    path("lists/<str:list_key>/do/<slug:action>/", bulk.BulkStart.as_view(), name="bulk-start"),
    path("bulk/<int:pk>/", bulk.BulkDetail.as_view(), name="bulk-detail"),
    path("bulk/<int:pk>/undo/", bulk.BulkUndo.as_view(), name="bulk-undo"),
    path("settings/audit/check/", audit.AuditCheck.as_view(), name="audit-check"),
    path("settings/audit/<int:pk>/", audit.AuditDetail.as_view(), name="audit-detail"),
    path("history/<str:kind>/<int:pk>/", history.RecordHistoryPage.as_view(), name="record-history"),
    path("exports/", exports.ExportStart.as_view(), name="export-start"),
    path("exports/<str:token>/", exports.ExportDownload.as_view(), name="export-download"),
    # These stand beside their views.
    path("", include("core.urls_notifications")),
    path("jobs/", include("core.urls_jobs")),
    path("imports/", include("core.urls_imports")),
    path("files/", include("core.urls_attachments")),
]
