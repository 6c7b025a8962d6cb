"""Addresses of imports; included by `core.urls` in its namespace."""

from django.urls import path

from core.views import import_runs, import_undo, imports

urlpatterns = [
    path("", imports.ImportList.as_view(), name="import-list"),
    path("new/", imports.ImportTargets.as_view(), name="import-targets"),
    path("new/<str:target>/", imports.ImportCreate.as_view(), name="import-create"),
    path("template/<str:target>/", imports.ImportTemplate.as_view(), name="import-template"),
    path("<int:pk>/", import_runs.ImportOpen.as_view(), name="import-detail"),
    path("<int:pk>/format/", imports.ImportDialect.as_view(), name="import-dialect"),
    path("<int:pk>/columns/", imports.ImportColumns.as_view(), name="import-columns"),
    path("<int:pk>/mapping/", imports.ImportMappingChoice.as_view(), name="import-mapping"),
    path("<int:pk>/row/<int:line>/", import_runs.ImportRow.as_view(), name="import-row"),
    path("<int:pk>/undo/", import_undo.ImportUndo.as_view(), name="import-undo"),
    path("<int:pk>/check/", import_runs.ImportCheck.as_view(), name="import-check"),
    path("<int:pk>/faults/", import_runs.ImportFaults.as_view(), name="import-faults"),
    path("<int:pk>/repair/", import_runs.ImportRepair.as_view(), name="import-repair"),
    path("<int:pk>/skip/", import_runs.ImportSkip.as_view(), name="import-skip"),
    path("<int:pk>/start/", import_runs.ImportStart.as_view(), name="import-run"),
    path("<int:pk>/prove/", import_runs.ImportProve.as_view(), name="import-prove"),
    path("<int:pk>/cancel/", import_runs.ImportCancel.as_view(), name="import-cancel"),
    path("<int:pk>/progress/", import_runs.ImportProgress.as_view(), name="import-progress"),
    path("<int:pk>/result/", import_runs.ImportResult.as_view(), name="import-result"),
    path("<int:pk>/failed-rows/", import_runs.ImportFailedFile.as_view(), name="import-failed-file"),
]
