"""Receiving a case, and correcting its facts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from complaints.choices.cases import CaseKind, Grade, LinkKind
from complaints.domain.merging import link_cases
from complaints.domain.subjects import register_about, set_subject
from complaints.domain.submitting import keep_files
from complaints.domain.updating import proposed_grade, update_case
from complaints.forms.cases import CaseForm, IntakeForm
from complaints.models import Complaint
from complaints.views.base import NAV, CaseVerb
from complaints.views.public_base import body_text
from complaints.views.same_matter import SameMatterMixin
from core.access import can
from core.errors import DomainError
from core.models import Attachment
from core.uploads import AttachmentUploadHandler, body_is_too_large
from core.views.base import number_in, refusal
from customers.models import Customer
from customers.views.base import CustomerFormPage


@method_decorator(csrf_exempt, name="dispatch")
class CaseCreate(SameMatterMixin, CustomerFormPage):
    """A complaint or a service request that somebody brings to us, with its files.

    The token against forgery is checked once the upload is bounded: reading it begins the upload.
    """

    required_right = ("add", Complaint)
    form_class = IntakeForm
    template_name = "complaints/case_form.html"
    nav_current = NAV
    once = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Bound the upload before anything reads it."""
        self.handler = AttachmentUploadHandler(request)
        if request.method == "POST" and body_is_too_large(request):
            return refusal(request, DomainError("body_too_large", body_text(), status=413))
        request.upload_handlers = [self.handler]
        return self._protected(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def _protected(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def kind(self) -> str:
        """Which of the two; the address says it."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in CaseKind.values else CaseKind.COMPLAINT.value

    def form_arguments(self) -> dict[str, Any]:
        """Begin with the customer that the page names; files are for who may add some."""
        asked = number_in(self.request.GET.get("customer", ""))
        found = Customer.objects.visible_to(self.person).filter(pk=asked or 0).first()
        dropped = self.handler.dropped if can(self.person, "add", Attachment) else None
        return {"user": self.person, "kind": self.kind, "initial": {"customer": found}, "dropped": dropped}

    def perform(self, form: IntakeForm) -> str:
        """Receive it and go to its page; or keep it with the case that it belongs to."""
        known = self.added_to(form.values)
        if known is not None:
            self._keep_files(known, form)
            return f"{known.get_absolute_url()}#log"
        twin = self.twin()
        with transaction.atomic():
            values, subject = {**form.values, "kind": self.kind}, form.cleaned_data["subject"]
            case = register_about(values, by=self.person, subject=subject, makes_up=False)
            if twin is not None:
                link_cases(case, twin, LinkKind.RELATED, by=self.person)
        self._keep_files(case, form)
        messages.success(self.request, _("Received: it has its number, and its clocks run."))
        return case.get_absolute_url()

    def _keep_files(self, case: Complaint, form: IntakeForm) -> None:
        """Put the files on the case, and name those that it does not take; the log says why."""
        files = form.cleaned_data.get("attachments", [])
        refused = keep_files(case, files, at=timezone.now(), by=self.person)
        if refused:
            text = _("Not kept: %(names)s. The log says why.") % {"names": ", ".join(refused)}
            messages.warning(self.request, text)

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("complaints:complaint-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the kind, and tell who sees the form again that browsers keep no files."""
        is_complaint = self.kind == CaseKind.COMPLAINT
        context = {
            "title": _("New complaint") if is_complaint else _("New service request"),
            "submit_label": _("Receive complaint") if is_complaint else _("Receive request"),
            "crumbs": [(_("Complaints"), self.cancel_url())],
            "had_files": self.request.method == "POST" and bool(self.request.FILES or self.handler.dropped),
        }
        return super().get_context_data(**{**context, **kwargs})


class CaseUpdate(CaseVerb):
    """Correcting the facts; the grade is proposed, not changed."""

    form_class = CaseForm
    title = gettext_lazy("Edit case")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    form_columns = 2

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.case, "kind": self.case.kind}

    def conflict_record(self) -> Complaint:
        """The case."""
        return self.case

    def perform(self, form: CaseForm) -> str:
        """Write the changes, and say where the rules would grade it otherwise now."""
        with transaction.atomic():
            case = update_case(self.case, form.values, by=self.person, version=form.seen_version)
            if "subject" in form.changed_data:
                case = set_subject(case, form.cleaned_data["subject"], by=self.person)
        proposed = proposed_grade(case)
        if proposed:
            text = _("By the rules this complaint would be “%(grade)s” now. Change the grade if you agree.")
            messages.info(self.request, text % {"grade": Grade(proposed).label})
        return self.cancel_url()
