"""Addresses of the public form and of status pages."""

from django.urls import path

from complaints.views import public_form, public_settings, status

urlpatterns = [
    path("form/", public_form.PublicCase.as_view(), name="public-form"),
    path("form/find/", public_form.PublicFind.as_view(), name="public-find"),
    path("form/thanks/<str:token>/", public_form.PublicThanks.as_view(), name="public-thanks"),
    path("status/<str:token>/", status.CaseStatus.as_view(), name="case-status"),
    path("status/<str:token>/message/", status.CaseMessage.as_view(), name="case-status-message"),
    path("status/<str:token>/withdraw/", status.CaseTakeBack.as_view(), name="case-status-withdraw"),
    path("settings/form/", public_settings.PublicFormUpdate.as_view(), name="publicform-update"),
    path("<int:pk>/status/", public_settings.StatusPanel.as_view(), name="status-panel"),
    path("<int:pk>/status/send/", public_settings.StatusLinkSend.as_view(), name="statusaccess-send"),
    path("<int:pk>/status/revoke/", public_settings.StatusLinkRevoke.as_view(), name="statusaccess-revoke"),
]
