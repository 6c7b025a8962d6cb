"""Addresses of grading: rules, trying, grading again, and policies applied to open cases."""

from django.urls import path

from complaints.views import applying, grading, grading_trying
from complaints.views import grading_questions as asked

urlpatterns = [
    path("settings/grading/", grading.GradingRules.as_view(), name="gradingrule-list"),
    path("settings/grading/new/", grading.GradingRuleCreate.as_view(), name="gradingrule-create"),
    path("settings/grading/default/", grading.DefaultGrade.as_view(), name="gradingsetting-update"),
    path("settings/grading/try/", grading_trying.GradingTry.as_view(), name="gradingrule-try"),
    path(
        "settings/grading/restore/",
        asked.GradingRulesRestore.as_view(),
        name="gradingrule-restore",
    ),
    path("settings/grading/<int:pk>/", grading.GradingRuleUpdate.as_view(), name="gradingrule-update"),
    path("settings/grading/<int:pk>/up/", asked.GradingRuleMove.as_view(), name="gradingrule-up"),
    path(
        "settings/grading/<int:pk>/down/",
        asked.GradingRuleMove.as_view(up=False),
        name="gradingrule-down",
    ),
    path(
        "settings/grading/<int:pk>/switch/",
        asked.GradingRuleSwitch.as_view(),
        name="gradingrule-switch",
    ),
    path(
        "settings/grading/<int:pk>/delete/",
        asked.GradingRuleDelete.as_view(),
        name="gradingrule-delete",
    ),
    path("settings/policies/<int:pk>/apply/", applying.PolicyApply.as_view(), name="policy-apply"),
    path("<int:pk>/grade-again/", grading_trying.CaseGradeAgain.as_view(), name="complaint-grade-again"),
]
