"""What comes in by the public form: one case a form, however often it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from complaints.choices.cases import Intake, LinkKind
from complaints.domain.acknowledgements import acknowledge_receipt
from complaints.domain.entries import tell
from complaints.domain.matching import Given, find_sender
from complaints.domain.public_form import categories_of, kinds_of, products_of
from complaints.domain.status_links import access_to, case_of
from complaints.domain.subjects import register_about
from complaints.models import CaseLink, Complaint, FormSubmission, PublicForm
from core.domain.attachments import add_attachment
from core.errors import DomainError
from core.models import User

#: (name, bytes) of each file.
Files = Iterable[tuple[str, Any]]
#: What the form says of the case itself; the rest says who sends it.
_OF_THE_CASE = (
    "kind", "category", "title", "description", "remedy_sought", "occurred_on", "contact_name",
    "contact_email", "contact_phone", "language",
)  # fmt: skip


def submit(data: Mapping[str, Any], *, key: str, at: datetime) -> Complaint:
    """Receive what somebody filed, and return its case; the same form sent again gives the same case.

    Refused: a form that is closed, and a kind, category or product that it does not offer.
    """
    known = _case_of_form(key)
    if known is not None:
        return known
    form = PublicForm.load()
    _ensure_offered(form, data)
    try:
        with transaction.atomic():
            return _received(data, form, key=key, at=at)
    except IntegrityError:
        # The second click was a moment later: the database let one of them through.
        known = _case_of_form(key)
        if known is None:
            raise
        return known


def _case_of_form(key: str) -> Complaint | None:
    found = FormSubmission.objects.select_related("complaint").filter(key=key).first()
    return found.complaint if found is not None else None


def _ensure_offered(form: PublicForm, data: Mapping[str, Any]) -> None:
    if not form.is_open:
        raise DomainError("form_closed", str(gettext_lazy("The form is closed.")), status=409)
    if data["kind"] not in kinds_of(form):
        text = str(gettext_lazy("Choose one of these."))
        raise DomainError("kind_not_offered", text, fields={"kind": text})
    category = data.get("category")
    if category is not None and category not in categories_of(form):
        text = str(gettext_lazy("Choose one of these."))
        raise DomainError("category_not_offered", text, fields={"category": text})
    product = data.get("product")
    if product is not None and not products_of(form).filter(pk=product.pk).exists():
        text = str(gettext_lazy("Choose one of these."))
        raise DomainError("product_not_offered", text, fields={"product": text})


def _received(data: Mapping[str, Any], form: PublicForm, *, key: str, at: datetime) -> Complaint:
    given = Given(
        data["contact_name"],
        data.get("contact_email", ""),
        data.get("contact_phone", ""),
        data.get("organisation", ""),
        data.get("reference", ""),
    )
    found = find_sender(given)
    values = {name: data[name] for name in _OF_THE_CASE if name in data}
    values |= {"intake": Intake.FORM, "customer": found.customer, "person": found.person}
    case = register_about(values, by=None, at=at, subject=data.get("product"))
    FormSubmission.objects.create(
        complaint=case,
        key=key,
        at=at,
        organisation=given.organisation,
        reference=given.reference,
        match=found.match,
        consent_version=form.version,
    )
    access_to(case)
    _link_to_earlier(case, given, at=at)
    acknowledge_receipt(case, at=at)
    return case


def _link_to_earlier(case: Complaint, given: Given, *, at: datetime) -> None:
    """Put it beside the earlier case that the sender names, where that has the same address."""
    earlier = case_of(given.reference, given.email) if given.reference and given.email else None
    if earlier is not None:
        CaseLink.objects.create(source=case, target=earlier, kind=LinkKind.FOLLOWS, at=at)


def keep_files(case: Complaint, files: Files, *, at: datetime, by: User | None = None) -> list[str]:
    """Put the files on the case, and return the names of those that were not kept.

    The case is there already and stays: a file that fails is told in its log. Sent again, a file that is
    there already is left as it is.
    """
    refused = []
    for name, source in files:
        try:
            add_attachment(case, source, name=name, by=by, at=at)
        except DomainError as error:
            if error.code == "file_duplicate":
                continue
            refused.append(name)
            tell(case, "file_not_kept", at=at, by=by, name=name[:100], why=error.message)
    return refused
