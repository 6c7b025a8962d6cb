"""From a letter to a message: in the customer's language, from the mailbox, with the chain of the mails."""

from __future__ import annotations

from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, Intake
from complaints.choices.mail import LetterKind
from complaints.domain.status_links import access_to, status_url
from complaints.domain.status_page import due_times
from complaints.models import CaseLetter, Complaint
from core.display import format_moment
from core.domain.attachments import open_stored
from core.domain.mails.composing import sender
from core.domain.notifications import one_line
from core.models import Organisation

_LANGUAGES = frozenset(dict(settings.LANGUAGES))


def compose(letter: CaseLetter) -> EmailMultiAlternatives:
    """Return the message of a letter. The words of the customer are never sent back by a machine."""
    case, house = letter.complaint, Organisation.load()
    language = case.language if case.language in _LANGUAGES else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(house.time_zone):
        title = subject_of(letter)
        context: dict[str, Any] = {
            "title": title,
            "number": case.number,
            # Never the name that a mail gave itself: anybody could have us send words to anybody.
            "name": one_line(case.person.name) if case.person is not None else "",
            "body": letter.entry.body if letter.entry is not None else "",
            "organisation": house.name,
            "language": language,
        }
        if letter.kind == LetterKind.ACKNOWLEDGEMENT:
            context |= _promised(case) | {"can_answer": letter.mailbox is not None}
        template = "answer" if letter.kind == LetterKind.ANSWER else "acknowledgement"
        message = EmailMultiAlternatives(
            subject=title,
            body=render_to_string(f"complaints/mail/{template}.txt", context),
            from_email=_from(letter, house.name),
            to=[letter.to],
            headers=_headers(letter),
        )
        message.attach_alternative(render_to_string(f"complaints/mail/{template}.html", context), "text/html")
    for file in letter.files.all():
        with open_stored(file) as content:
            message.attach(file.name, content.read(), file.file_kind.media_type)
    return message


def _promised(case: Complaint) -> dict[str, Any]:
    """Until when we answer, and where the customer sees how it stands."""
    due = due_times(case).get(ClockKind.RESPOND)
    return {
        "answer_by": format_moment(due) if due is not None else "",
        "status_url": status_url(access_to(case)),
        # Anybody may type an address into the form.
        "may_be_mistyped": case.intake == Intake.FORM,
    }


def subject_of(letter: CaseLetter) -> str:
    """Return the subject, with the number of the case by which an answer finds it."""
    case = letter.complaint
    if letter.kind == LetterKind.ANSWER:
        return one_line(f"Re: {case.title} [{case.number}]")
    return one_line(_("We have received your message [%(number)s]") % {"number": case.number})


def _from(letter: CaseLetter, organisation: str) -> str:
    if letter.mailbox is None:
        return sender(organisation)
    return formataddr((one_line(organisation), letter.mailbox.address))


def _headers(letter: CaseLetter) -> dict[str, str]:
    headers = {"Message-ID": letter.message_id}
    ids = letter.references.split()
    if ids:
        headers |= {"In-Reply-To": ids[-1], "References": " ".join(ids)}
    if letter.mailbox is not None:
        headers["Reply-To"] = letter.mailbox.address
    if letter.kind == LetterKind.ACKNOWLEDGEMENT:
        headers |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    return headers
