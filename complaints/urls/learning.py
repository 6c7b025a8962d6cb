"""Addresses of crises, early warnings, improvements and reports."""

from django.urls import path

from complaints.views import alerts, crises, crisis_forms, improvements, reports

urlpatterns = [
    path("crises/", crises.CrisisList.as_view(), name="crisis-list"),
    path("crises/new/", crisis_forms.CrisisCreate.as_view(), name="crisis-create"),
    path("crises/plans/", crises.PlanList.as_view(), name="plan-list"),
    path("crises/plans/<int:pk>/edit/", crises.PlanStepUpdate.as_view(), name="plan-step-update"),
    path("crises/<int:pk>/", crises.CrisisDetail.as_view(), name="crisis-detail"),
    path("crises/<int:pk>/edit/", crisis_forms.CrisisUpdate.as_view(), name="crisis-update"),
    path("crises/<int:pk>/open/", crisis_forms.CrisisOpen.as_view(), name="crisis-open"),
    path("crises/<int:pk>/move/", crisis_forms.CrisisMove.as_view(), name="crisis-move"),
    path("crises/<int:pk>/steps/new/", crisis_forms.CrisisStepCreate.as_view(), name="crisis-step-create"),
    path("crises/<int:pk>/told/", crisis_forms.CrisisTold.as_view(), name="crisis-told"),
    path("crises/<int:pk>/cases/", crises.CrisisAddCases.as_view(), name="crisis-add-cases"),
    path("crises/<int:pk>/statements/new/", crisis_forms.StatementCreate.as_view(), name="crisis-statement"),
    path("crises/steps/<int:pk>/edit/", crisis_forms.CrisisStepUpdate.as_view(), name="crisis-step-update"),
    path("crises/steps/<int:pk>/done/", crises.CrisisStepDone.as_view(), name="crisis-step-done"),
    path("crises/statements/<int:pk>/move/", crises.StatementMove.as_view(), name="statement-move"),
    path("alerts/", alerts.AlertList.as_view(), name="alert-list"),
    path("alerts/<int:pk>/", alerts.AlertDetail.as_view(), name="alert-detail"),
    path("alerts/<int:pk>/move/", alerts.AlertMove.as_view(), name="alert-move"),
    path("improvements/", improvements.ImprovementList.as_view(), name="improvement-list"),
    path("improvements/new/", improvements.ImprovementCreate.as_view(), name="improvement-create"),
    path("improvements/<int:pk>/", improvements.ImprovementDetail.as_view(), name="improvement-detail"),
    path("improvements/<int:pk>/edit/", improvements.ImprovementUpdate.as_view(), name="improvement-update"),
    path("improvements/<int:pk>/move/", improvements.ImprovementMove.as_view(), name="improvement-move"),
    path("top3/", reports.ReportList.as_view(), name="report-list"),
    path("top3/<int:pk>/", reports.ReportDetail.as_view(), name="report-detail"),
]
