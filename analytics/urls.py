"""Addresses of the package."""

from django.urls import path

from analytics.views import complaint_kpis, dashboard, runs, settings, warnings

app_name = "analytics"
urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="dashboard"),
    path("definitions/", dashboard.Definitions.as_view(), name="definitions"),
    path("charts/<slug:name>.csv", dashboard.ChartDownload.as_view(), name="chart-download"),
    path("figures/<slug:kpi>/<slug:period>/<slug:part>/", dashboard.FigureRows.as_view(), name="figure-rows"),
    path("complaints/", complaint_kpis.ComplaintKpis.as_view(), name="complaint-kpis"),
    path(
        "complaints/definitions/",
        complaint_kpis.ComplaintKpiDefinitions.as_view(),
        name="complaint-kpi-definitions",
    ),
    path("complaints/export/", complaint_kpis.ComplaintKpiExport.as_view(), name="complaint-kpi-export"),
    path("complaints/now/", complaint_kpis.ComplaintKpiRun.as_view(), name="complaint-kpi-run"),
    path("runs/", runs.RunList.as_view(), name="run-list"),
    path("runs/now/", runs.RunNightly.as_view(), name="run-nightly"),
    path("runs/<int:pk>/", runs.RunDetail.as_view(), name="run-detail"),
    path("warnings/", warnings.WarningList.as_view(), name="warning-list"),
    path("warnings/panel/", warnings.WarningPanel.as_view(), name="warning-panel"),
    path("warnings/<int:pk>/", warnings.WarningDetail.as_view(), name="warning-detail"),
    path("warnings/<int:pk>/move/", warnings.WarningMove.as_view(), name="warning-move"),
    path("warnings/<int:pk>/plan/", warnings.WarningPlan.as_view(), name="warning-plan"),
    path("policy/", settings.Policy.as_view(), name="settings"),
    path("segment-maps/", settings.SegmentMapList.as_view(), name="segment-map-list"),
    path("segment-maps/<int:pk>/", settings.SegmentMapUpdate.as_view(), name="segment-map-update"),
    path("segment-maps/<int:pk>/use/", settings.SegmentMapUse.as_view(), name="segment-map-use"),
]
