"""Addresses of cases."""

from django.urls import path

from complaints.choices.cases import WorkState
from complaints.views import acceptance, case_forms, case_list, detail, queueing, verbs, work_orders

urlpatterns = [
    path("", case_list.ComplaintList.as_view(), name="complaint-list"),
    path("board/", case_list.ComplaintBoard.as_view(), name="complaint-board"),
    path("new/", case_forms.CaseCreate.as_view(), name="complaint-create"),
    path("panel/", case_list.CaseDay.as_view(), name="case-panel"),
    path("of-customer/<int:pk>/", case_list.CustomerCases.as_view(), name="for-customer"),
    path("<int:pk>/", detail.ComplaintDetail.as_view(), name="complaint-detail"),
    path("<int:pk>/edit/", case_forms.CaseUpdate.as_view(), name="complaint-update"),
    path("<int:pk>/take/", verbs.CaseTake.as_view(), name="complaint-take"),
    path("<int:pk>/assign/", verbs.CaseAssign.as_view(), name="complaint-assign"),
    path("<int:pk>/give-back/", queueing.CaseGiveBack.as_view(), name="complaint-give-back"),
    path("<int:pk>/queue/", queueing.CaseMoveQueue.as_view(), name="complaint-queue"),
    path("<int:pk>/acknowledge/", verbs.CaseAcknowledge.as_view(), name="complaint-acknowledge"),
    path("<int:pk>/acceptance/", acceptance.CaseAcceptance.as_view(), name="complaint-acceptance"),
    path("<int:pk>/wait/", verbs.CaseWait.as_view(), name="complaint-wait"),
    path("<int:pk>/go-on/", verbs.CaseGoOn.as_view(), name="complaint-go-on"),
    path("<int:pk>/solve/", verbs.CaseSolve.as_view(), name="complaint-solve"),
    path("<int:pk>/close/", verbs.CaseClose.as_view(), name="complaint-close"),
    path("<int:pk>/withdraw/", verbs.CaseWithdraw.as_view(), name="complaint-withdraw"),
    path("<int:pk>/reopen/", verbs.CaseReopen.as_view(), name="complaint-reopen"),
    path("<int:pk>/grade/", verbs.CaseRegrade.as_view(), name="complaint-regrade"),
    path("<int:pk>/priority/", verbs.CasePriority.as_view(), name="complaint-priority"),
    path("<int:pk>/merge/", verbs.CaseMerge.as_view(), name="complaint-merge"),
    path("<int:pk>/unmerge/", verbs.CaseUnmerge.as_view(), name="complaint-unmerge"),
    path("<int:pk>/log/", verbs.EntryCreate.as_view(), name="entry-create"),
    path("<int:pk>/links/new/", verbs.CaseLinkCreate.as_view(), name="link-create"),
    path("<int:pk>/links/<int:link>/delete/", verbs.CaseLinkDelete.as_view(), name="link-delete"),
    path("<int:pk>/dispatch/", detail.DispatchPreview.as_view(), name="complaint-dispatch"),
    path("<int:pk>/first-contact/", detail.FirstContactBegin.as_view(), name="contact-begin"),
    path(
        "<int:pk>/first-contact/<int:contact>/step/<str:step>/",
        detail.FirstContactStep.as_view(),
        name="contact-step",
    ),
    path("<int:pk>/first-contact/<int:contact>/end/", detail.FirstContactEnd.as_view(), name="contact-end"),
    path("<int:pk>/work-orders/new/", work_orders.WorkOrderCreate.as_view(), name="work-order-create"),
    path("escalations/<int:pk>/take/", detail.EscalationTake.as_view(), name="escalation-take"),
    path(
        "escalations/<int:pk>/wrong/",
        detail.EscalationTake.as_view(was_wrong=True),
        name="escalation-wrong",
    ),
    path("escalations/<int:pk>/again/", detail.EscalationRetry.as_view(), name="escalation-retry"),
    path("work-orders/", work_orders.WorkOrderList.as_view(), name="work-order-list"),
    path("work-orders/panel/", work_orders.WorkOrderDay.as_view(), name="work-order-panel"),
    path("work-orders/<int:pk>/accept/", work_orders.WorkOrderMove.as_view(), name="work-order-accept"),
    path(
        "work-orders/<int:pk>/reopen/",
        work_orders.WorkOrderMove.as_view(state=WorkState.OPEN.value),
        name="work-order-reopen",
    ),
    path("work-orders/<int:pk>/done/", work_orders.WorkOrderDone.as_view(), name="work-order-done"),
    path("work-orders/<int:pk>/cancel/", work_orders.WorkOrderCancel.as_view(), name="work-order-cancel"),
]
