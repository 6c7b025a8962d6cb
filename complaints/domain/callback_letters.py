"""The mail that asks one question."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.solving import CallBackState
from complaints.domain.callback_answers import link_token
from complaints.domain.callbacks import address_of
from complaints.domain.last_word import answered_for_good
from complaints.models import CallBack
from core.domain.mails.addresses import absolute
from core.domain.mails.composing import sender
from core.models import Organisation


def send_link(callback_id: int) -> bool:
    """Mail the link once; True where it was sent just now. A matter that is answered for good is left alone.

    A worker that dies between sending and noting sends it again, under the same message ID and with a
    link to the same single answer.
    """
    callback = CallBack.objects.for_list().filter(pk=callback_id, link_sent_at__isnull=True).first()
    if callback is None or callback.state != CallBackState.DUE:
        return False
    to = address_of(callback.complaint)
    if not to or answered_for_good(callback.complaint, at=timezone.now()) is not None:
        return False
    with translation.override(callback.complaint.language or settings.LANGUAGE_CODE):
        message = _letter(callback, to)
    message.send()
    CallBack.objects.filter(pk=callback.pk).update(link_sent_at=timezone.now())
    return True


def _letter(callback: CallBack, to: str) -> EmailMessage:
    case, organisation = callback.complaint, Organisation.load().name
    url = absolute(reverse("complaints:callback-answer", args=[link_token(callback)]))
    text = _(
        "We gave you a solution to “%(title)s” (%(number)s). Are you content with it?\n\n"
        "One click answers: %(url)s\n\n%(organisation)s"
    ) % {"title": case.title, "number": case.number, "url": url, "organisation": organisation}
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    digest = hashlib.sha256(f"callback-{callback.pk}".encode()).hexdigest()[:24]
    return EmailMessage(
        subject=_("Are you content with our solution? %(number)s") % {"number": case.number},
        body=text,
        from_email=sender(organisation),
        to=[to],
        headers={"Message-ID": f"<{digest}@{host}>", "Auto-Submitted": "auto-generated"},
    )
