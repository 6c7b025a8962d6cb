"""Addresses of notifications and mail; `core.urls` includes them in its namespace."""

from django.urls import path

from core.views import mails, mentions, notice_choices, notifications

urlpatterns = [
    path("notifications/", notifications.NotificationList.as_view(), name="notification-list"),
    path("notifications/panel/", notifications.NotificationPanel.as_view(), name="notification-panel"),
    path("notifications/count/", notifications.NotificationCount.as_view(), name="notification-count"),
    path("notifications/read/", notifications.NotificationRead.as_view(), name="notification-read"),
    path("notifications/<int:pk>/open/", notifications.NotificationOpen.as_view(), name="notification-open"),
    path("profile/notifications/", notice_choices.NoticeChoices.as_view(), name="notification-choices"),
    path("profile/notifications/sample/", notice_choices.NoticeSample.as_view(), name="notification-sample"),
    path("profile/notifications/test/", notice_choices.NoticeTest.as_view(), name="notification-test"),
    path("unsubscribe/<str:token>/", notice_choices.Unsubscribe.as_view(), name="unsubscribe"),
    path("mentions/", mentions.MentionList.as_view(), name="mention-list"),
    path("settings/mail/", mails.MailList.as_view(), name="mail-list"),
    path("settings/mail/test/", mails.MailTest.as_view(), name="mail-test"),
    path("settings/mail/retry/", mails.MailRetry.as_view(), name="mail-retry-all"),
    path("settings/mail/<int:pk>/retry/", mails.MailRetry.as_view(), name="mail-retry"),
]
