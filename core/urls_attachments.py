"""Addresses of files on records."""

from django.urls import path

from core.views import attachments

urlpatterns = [
    path("<int:pk>/", attachments.AttachmentDownload.as_view(), name="attachment-download"),
    path("<int:pk>/open/", attachments.AttachmentOpen.as_view(), name="attachment-open"),
    path("<int:pk>/show/", attachments.AttachmentShow.as_view(), name="attachment-show"),
    path("<int:pk>/preview/", attachments.AttachmentPreview.as_view(), name="attachment-preview"),
    path("<int:pk>/remove/", attachments.AttachmentRemove.as_view(), name="attachment-remove"),
    path("<int:pk>/restore/", attachments.AttachmentRestore.as_view(), name="attachment-restore"),
    path("<str:kind>/<int:pk>/", attachments.AttachmentList.as_view(), name="attachment-list"),
]
