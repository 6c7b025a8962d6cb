"""Addresses of causes, compensations, call-backs and phrases."""

from django.urls import path

from complaints.views import callbacks, causes, compensation, phrases

urlpatterns = [
    path("<int:pk>/cause/", causes.CausePanel.as_view(), name="cause-panel"),
    path("<int:pk>/investigation/", causes.InvestigationDetail.as_view(), name="investigation-detail"),
    path("<int:pk>/investigation/edit/", causes.InvestigationEdit.as_view(), name="investigation-update"),
    path(
        "<int:pk>/investigation/confirm/", causes.InvestigationConfirm.as_view(), name="investigation-confirm"
    ),
    path("<int:pk>/cause/link/", causes.CauseLink.as_view(), name="complaintcause-link"),
    path("<int:pk>/cause/unlink/", causes.CauseLink.as_view(takes_away=True), name="complaintcause-unlink"),
    path("causes/", causes.CauseList.as_view(), name="cause-list"),
    path("causes/new/", causes.CauseCreate.as_view(), name="cause-create"),
    path("causes/<int:pk>/", causes.CauseDetail.as_view(), name="cause-detail"),
    path("causes/<int:pk>/edit/", causes.CauseUpdate.as_view(), name="cause-update"),
    path("causes/<int:pk>/fix/", causes.CauseFix.as_view(), name="cause-fix"),
    path("<int:pk>/compensation/", compensation.CompensationPanel.as_view(), name="compensation-panel"),
    path("<int:pk>/compensation/new/", compensation.CompensationCreate.as_view(), name="compensation-create"),
    path("compensations/<int:pk>/step/", compensation.CompensationStep.as_view(), name="compensation-step"),
    path(
        "compensations/<int:pk>/approve/",
        compensation.CompensationApprove.as_view(),
        name="compensation-approve",
    ),
    path(
        "compensations/<int:pk>/refuse/",
        compensation.CompensationRefuse.as_view(),
        name="compensation-refuse",
    ),
    path("approvals/", compensation.ApprovalList.as_view(), name="approval-list"),
    path("approvals/panel/", compensation.ApprovalPanel.as_view(), name="approvals-panel"),
    path("compensations/cost/", compensation.CompensationCost.as_view(), name="compensation-cost"),
    path("settings/ceilings/", compensation.CeilingList.as_view(), name="ceiling-list"),
    path("settings/ceilings/<int:pk>/", compensation.CeilingUpdate.as_view(), name="ceiling-update"),
    path("<int:pk>/callback/", callbacks.CallBackPanel.as_view(), name="callback-panel"),
    path("callbacks/", callbacks.CallBackList.as_view(), name="callback-list"),
    path("callbacks/panel/", callbacks.CallBackDay.as_view(), name="callbacks-panel"),
    path("callbacks/<int:pk>/answer/", callbacks.CallBackSettle.as_view(), name="callback-settle"),
    path("callbacks/<int:pk>/attempt/", callbacks.CallBackAttempt.as_view(), name="callback-attempt"),
    path("settings/callbacks/", callbacks.CallBackPolicyUpdate.as_view(), name="callbackpolicy-update"),
    path("feedback/<str:token>/", callbacks.CallBackAnswer.as_view(), name="callback-answer"),
    path("<int:pk>/phrases/", phrases.PhrasePanel.as_view(), name="phrases-panel"),
    path("<int:pk>/phrases/<int:card>/use/", phrases.PhraseUse.as_view(), name="phrases-use"),
    path("settings/phrases/", phrases.PhraseList.as_view(), name="phrase-list"),
    path("settings/phrases/new/", phrases.PhraseCreate.as_view(), name="phrase-create"),
    path("settings/phrases/<int:pk>/", phrases.PhraseUpdate.as_view(), name="phrase-update"),
]
