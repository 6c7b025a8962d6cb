"""What a case is about, a product (a course) or an order: pointed to weakly, so that reports name sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.domain.registering import register_case
from complaints.models import Complaint
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import bump
from customers.domain.timeline import weak_subject
from customers.models import Customer, Order, Product

#: What a case may be about, by the name that the API gives it.
SUBJECTS: dict[str, type[Product | Order]] = {"product": Product, "order": Order}


def columns_about(subject: models.Model | None) -> dict[str, Any]:
    """Return the columns of the pointer; empty ones for nothing."""
    if subject is None:
        return {"subject_type": None, "subject_id": None, "subject_label": "", "subject_url": ""}
    return weak_subject(subject, _url_of(subject))


def _url_of(subject: models.Model) -> str:
    if isinstance(subject, Product):
        return reverse("customers:product-detail", args=[subject.pk])
    return ""


def kind_of_subject(case: Complaint) -> str:
    """Return "product" or "order"; "" for a case about nothing, or about something else."""
    found = {ContentType.objects.get_for_model(model).pk: kind for kind, model in SUBJECTS.items()}
    return found.get(case.subject_type_id or 0, "") if case.subject_id is not None else ""


def subject_seen(kind: str, pk: int, user: User) -> models.Model | None:
    """Return the record if the person sees it, else None."""
    rows: Any = SUBJECTS[kind]._default_manager
    found: models.Model | None = rows.visible_to(user).filter(pk=pk).first()
    return found


def register_about(
    data: Mapping[str, Any],
    *,
    by: User | None,
    subject: models.Model | None,
    at: datetime | None = None,
    makes_up: bool = True,
) -> Complaint:
    """Receive a case that is about `subject`, and return it; one about an order is its customer's.

    Refused as any new case is, and for an order of another customer.
    """
    values = dict(data)
    if isinstance(subject, Order) and values.get("customer") is None:
        values["customer"] = subject.customer
    _ensure_own(subject, values.get("customer"))
    url = _url_of(subject) if subject is not None else ""
    return register_case(values, by=by, subject=subject, subject_url=url, at=at, makes_up=makes_up)


@transaction.atomic
def set_subject(
    complaint: Complaint,
    subject: models.Model | None,
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Say what the case is about; None takes it away. The same again changes nothing.

    Refused: an order of another customer, and where somebody changed the case since `version`.
    """
    stored = locked(complaint)
    ensure_fresh(stored, version)
    _ensure_own(subject, stored.customer)
    columns = columns_about(subject)
    kind = columns["subject_type"]
    if (stored.subject_type_id, stored.subject_id) == (kind and kind.pk, columns["subject_id"]):
        return stored
    return _point(stored, columns, by=by, at=at or timezone.now())


def _point(stored: Complaint, columns: dict[str, Any], *, by: User | None, at: datetime) -> Complaint:
    before = stored.subject_label
    bump(stored, at=at, **columns)
    changes = {"subject_label": (before, stored.subject_label)}
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)
    return stored


def drop_order_of_another(case: Complaint, *, by: User | None, at: datetime) -> None:
    """Forget the order that the case is about where it is another customer's. The caller holds it locked."""
    if case.customer_id is None or case.subject_id is None or kind_of_subject(case) != "order":
        return
    if Order.objects.filter(pk=case.subject_id).exclude(customer=case.customer_id).exists():
        _point(case, columns_about(None), by=by, at=at)


def _ensure_own(subject: models.Model | None, customer: Customer | None) -> None:
    if isinstance(subject, Order) and customer is not None and subject.customer_id != customer.pk:
        text = _("This order is another customer's.")
        raise DomainError("order_elsewhere", text, fields={"subject": text})
