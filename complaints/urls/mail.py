"""Addresses of mailboxes, received mails and mails to customers."""

from django.urls import path

from complaints.views import case_mail, mailboxes, received_mail

urlpatterns = [
    path("<int:pk>/mail/", case_mail.AnswerByMail.as_view(), name="casemail-create"),
    path("<int:pk>/log/<int:entry>/mail/", case_mail.EntryMail.as_view(), name="entry-mail"),
    path("<int:pk>/mail/<int:letter>/again/", case_mail.LetterRetry.as_view(), name="casemail-retry"),
    path("mail/", received_mail.InboundMailList.as_view(), name="inboundmail-list"),
    path("mail/<int:pk>/", received_mail.InboundMailDetail.as_view(), name="inboundmail-detail"),
    path("mail/<int:pk>/source/", received_mail.InboundMailSource.as_view(), name="inboundmail-source"),
    path("mail/<int:pk>/retry/", received_mail.InboundMailRetry.as_view(), name="inboundmail-retry"),
    path("mail/<int:pk>/take/", received_mail.InboundMailTake.as_view(), name="inboundmail-take"),
    path(
        "mail/<int:pk>/leave-out/", received_mail.InboundMailLeaveOut.as_view(), name="inboundmail-leave-out"
    ),
    path("settings/mail/", mailboxes.MailboxList.as_view(), name="mailbox-list"),
    path("settings/mail/new/", mailboxes.MailboxCreate.as_view(), name="mailbox-create"),
    path("settings/mail/rules/", mailboxes.MailPolicyUpdate.as_view(), name="mailpolicy-update"),
    path("settings/mail/<int:pk>/", mailboxes.MailboxUpdate.as_view(), name="mailbox-update"),
    path("settings/mail/<int:pk>/test/", mailboxes.MailboxTest.as_view(), name="mailbox-test"),
]
