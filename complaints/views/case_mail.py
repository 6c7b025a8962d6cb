"""Mails to customers: an answer written as one, an answer of the log sent as one, one sent again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import EntryKind
from complaints.choices.mail import DeliveryState, LetterKind
from complaints.domain.callbacks import address_of
from complaints.domain.mail.letters import answer_by_mail, mail_entry, send_again
from complaints.domain.mail.mailboxes import mailbox_of
from complaints.forms.mail import AnswerMailForm, EntryMailForm
from complaints.models import CaseLetter, Complaint, Entry, InboundMail
from complaints.views.base import CaseVerb, case_for
from complaints.views.meanwhile import MeanwhileMixin
from complaints.views.suggestions import SuggestingMixin
from core.access import sees_field
from core.masking import note_shown
from core.views.base import Right, RightsMixin
from customers.views.base import fetch, user_of

_UNDELIVERED = (DeliveryState.FAILED, DeliveryState.BOUNCED)


def can_be_mailed(case: Complaint) -> bool:
    """Tell whether an answer could leave by e-mail: there is an address, and a mailbox that speaks."""
    return bool(address_of(case)) and mailbox_of(case) is not None


def with_mails(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of the log with the mail that each came by or left by; two queries for all of them."""
    keys = [line["entry"].pk for line in lines]
    rows = InboundMail.objects.filter(entry__in=keys).select_related("meant_for").defer("raw")
    mails = {mail.entry_id: mail for mail in rows}
    letters = CaseLetter.objects.filter(entry__in=keys).prefetch_related("files")
    sent = {letter.entry_id: letter for letter in letters}
    for line in lines:
        letter = sent.get(line["entry"].pk)
        line["mail"], line["letter"] = mails.get(line["entry"].pk), letter
        line["files"] = list(letter.files.all()) if letter is not None else []
        line["undelivered"] = letter is not None and letter.state in _UNDELIVERED and _is_here(line)
    return lines


def _is_here(line: dict[str, Any]) -> bool:
    """Tell whether the line is of the case that is shown, or of one that it has taken in."""
    return line["elsewhere"] is None or line["elsewhere"].merged_into_id is not None


def acknowledgement_of(case: Complaint) -> dict[str, Any]:
    """Return the acknowledgement of receipt, and whether it did not arrive."""
    rows = CaseLetter.objects.filter(complaint=case, kind=LetterKind.ACKNOWLEDGEMENT)
    letter = rows.first()
    failed = letter is not None and letter.state in _UNDELIVERED
    return {"acknowledgement": letter, "acknowledgement_failed": failed}


class _ToCustomer(CaseVerb):
    required_right: ClassVar[Right] = ("add", CaseLetter)
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Files are those of the case."""
        return {"case": self.case}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say to whom and from where, as far as the person may read it."""
        case, mailbox = self.case, mailbox_of(self.case)
        to = address_of(case)
        if sees_field(self.person, case, "contact_email"):
            note_shown(self.request, case)
        else:
            to = _("the customer")
        intro = _("%(case)s · to %(to)s from %(sender)s") % {
            "case": case.number,
            "to": to or _("nobody: no address is known"),
            "sender": mailbox.address if mailbox is not None else _("nowhere: no mailbox is in use"),
        }
        return super().get_context_data(**{"intro": intro, **kwargs})

    def log_url(self) -> str:
        """Back to the log."""
        return f"{self.case.get_absolute_url()}#log"


class AnswerByMail(MeanwhileMixin, SuggestingMixin, _ToCustomer):
    """An answer, sent by e-mail."""

    answer_field = "body"
    form_class = AnswerMailForm
    title = gettext_lazy("Answer by e-mail")
    submit_label = gettext_lazy("Send")
    success_message = gettext_lazy("Answer saved; the e-mail is on its way.")

    def perform(self, form: AnswerMailForm) -> str:
        """Keep it, have it sent and go back to the log."""
        data = form.cleaned_data
        files = list(data.get("attachments", []))
        said = {"seen": data.get("seen"), "despite": data.get("despite", "")}
        answer_by_mail(self.case, data["body"], by=self.person, files=files, **said)
        return self.log_url()


class EntryMail(_ToCustomer):
    """An answer that is in the log, sent by e-mail."""

    form_class = EntryMailForm
    title = gettext_lazy("Send this answer by e-mail")
    submit_label = gettext_lazy("Send")
    success_message = gettext_lazy("The e-mail is on its way.")

    @cached_property
    def entry(self) -> Entry:
        """The answer."""
        rows = Entry.objects.filter(complaint=self.case, kind=EntryKind.OUTBOUND)
        found: Entry = get_object_or_404(rows, pk=self.kwargs["entry"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse lines that are none of this case before anything is shown."""
        return super().get_context_data(**{"note": self.entry.body[:300], **kwargs})

    def perform(self, form: EntryMailForm) -> str:
        """Have it sent and go back to the log."""
        mail_entry(self.entry, by=self.person, files=list(form.cleaned_data.get("attachments", [])))
        return self.log_url()


class LetterRetry(RightsMixin, View):
    """A mail that did not arrive, sent again."""

    required_right: ClassVar[Right] = ("change", CaseLetter)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, letter: int) -> HttpResponse:
        """Send it again and go back to the log."""
        case = case_for(request, pk, "change")
        row = fetch(request, CaseLetter.objects.filter(complaint=case), letter, "change")
        send_again(row, by=user_of(request))
        messages.success(request, _("The e-mail is on its way."))
        return redirect(f"{case.get_absolute_url()}#log")
