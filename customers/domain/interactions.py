"""Interactions: what was said and done with a customer, on any channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import as_json, record
from core.domain.mentions import mentioned_in_vain, settled, tell_mentioned
from core.domain.sequence import note_changes
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.mentions import plain
from core.models import User
from customers.choices import Channel, EventKind
from customers.domain.changes import bump, ensure_known, ensure_valid, write_changes
from customers.domain.duplicates import ensure_identity_is_free
from customers.domain.tasks import create_task
from customers.domain.timeline import events_about, record_event, weak_subject
from customers.models import Customer, Interaction, Person
from customers.rules import ensure_day, ensure_live, ensure_may_add

INTERACTION_FIELDS = (
    "person", "channel", "direction", "summary", "body", "occurred_at", "minutes", "by", "expectation",
    "expected_by", "next_step", "next_step_on", "source_system", "external_id",
)  # fmt: skip
#: Texts in which colleagues may be mentioned.
MENTIONS_IN = ("summary", "body", "next_step")
#: Clocks of phones and other systems differ a little.
_CLOCK_SKEW = timedelta(minutes=10)


@transaction.atomic
def record_interaction(
    customer: Customer,
    data: Mapping[str, Any],
    *,
    by: User | None,
    follow_up: bool = False,
    subject: models.Model | None = None,
    subject_url: str = "",
) -> Interaction:
    """Keep what happened, on the timeline too, and return it; the customer's last contact follows.

    `follow_up` makes a task of the next step. Colleagues whom the texts mention are told. Refuses
    customers in the recycle bin, times to come, and persons who never had a place at this customer.
    """
    ensure_known(data, INTERACTION_FIELDS)
    stored = locked(customer)
    ensure_live(stored)
    ensure_may_add(Interaction, stored, by=by)
    values = {"by": by, **_with_real_names(data)}
    interaction = Interaction(customer=stored, created_by=by, **values, **weak_subject(subject, subject_url))
    _ensure_sound(interaction, values)
    ensure_valid(interaction, {*values, "summary"})
    ensure_identity_is_free(interaction, by=by)
    try:
        with transaction.atomic():
            interaction.save(force_insert=True)
    except IntegrityError:
        ensure_identity_is_free(interaction, by=by)
        raise
    _tell(interaction, by)
    record(AuditAction.CREATED, by=by, subject=interaction)
    refresh_last_contact(stored)
    customer.last_contact_at = stored.last_contact_at
    _tell_mentioned(interaction, before="", by=by)
    if follow_up:
        plan_next_step(interaction, by=by)
    return interaction


def _with_real_names(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: settled(value or "") if key in MENTIONS_IN else value for key, value in data.items()}


def _texts(interaction: Interaction) -> str:
    return "\n".join(getattr(interaction, field) for field in MENTIONS_IN)


def _tell_mentioned(interaction: Interaction, *, before: str, by: User | None) -> None:
    url = interaction.customer.get_absolute_url()
    tell_mentioned(interaction, after=_texts(interaction), before=before, by=by, url=url)


def unreached_by(interaction: Interaction) -> list[User]:
    """Return those whom the interaction mentions though they may not see it, and who were told nothing."""
    return mentioned_in_vain(interaction, _texts(interaction))


def _ensure_sound(interaction: Interaction, values: Mapping[str, Any]) -> None:
    if interaction.occurred_at > timezone.now() + _CLOCK_SKEW:
        raise DomainError(
            "in_future",
            _("An interaction has happened. Plan what is to come as a task."),
            fields={"occurred_at": _("This lies in the future.")},
        )
    for field in ("expected_by", "next_step_on"):
        if values.get(field) is not None:
            ensure_day(values[field], field)
    ensure_day(timezone.localdate(interaction.occurred_at), "occurred_at")
    _ensure_belongs(interaction.person, interaction.customer)


def _ensure_belongs(person: Person | None, customer: Customer) -> None:
    if person is not None and not person.contacts.filter(customer=customer).exists():
        raise DomainError(
            "person_elsewhere",
            _("%(person)s is not a contact of this customer.") % {"person": person},
            fields={"person": _("Choose a contact of this customer.")},
        )


def _shown(interaction: Interaction) -> dict[str, Any]:
    names = (
        "channel",
        "direction",
        "summary",
        "body",
        "minutes",
        "expectation",
        "expected_by",
        "next_step",
        "next_step_on",
    )
    shown = {name: getattr(interaction, name) for name in names}
    return {**shown, "person": str(interaction.person or ""), "done_by": str(interaction.by or "")}


def _tell(interaction: Interaction, by: User | None) -> None:
    record_event(
        interaction.customer,
        EventKind.INTERACTION,
        at=interaction.occurred_at,
        by=interaction.by or by,
        data=_shown(interaction),
        subject=interaction,
        subject_url=interaction.subject_url or interaction.customer.get_absolute_url(),
    )


def plan_next_step(interaction: Interaction, *, by: User | None) -> None:
    """Make a task of the interaction's next step, once. Refuses an interaction without one."""
    if not interaction.next_step:
        raise DomainError(
            "next_step_missing",
            _("Say what the next step is."),
            fields={"next_step": _("Needed for the task.")},
        )
    create_task(
        plain(interaction.next_step),
        customer=interaction.customer,
        owner=interaction.by if interaction.by is not None and interaction.by.is_active else None,
        due_on=interaction.next_step_on,
        subject=interaction,
        subject_url=interaction.customer.get_absolute_url(),
        dedupe=f"interaction-{interaction.pk}-next-step",
        by=by,
    )


@transaction.atomic
def update_interaction(
    interaction: Interaction,
    data: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    follow_up: bool = False,
) -> Interaction:
    """Write the fields that differ; the timeline shows the corrected text, the audit line both.

    Refuses deleted interactions, a stale `version`, and what `record_interaction` refuses.
    """
    ensure_known(data, INTERACTION_FIELDS)
    stored = _locked_with_customer(interaction)
    _ensure_not_deleted(stored)
    ensure_fresh(stored, version)
    data, before = _with_real_names(data), _texts(stored)
    _ensure_sound(_preview(stored, data), data)
    if {"source_system", "external_id"} & set(data):
        ensure_identity_is_free(_preview(stored, data), by=by)
    changes = write_changes(stored, data, by=by, at=timezone.now())
    if changes:
        rows = events_about(stored).filter(kind=EventKind.INTERACTION)
        for event in rows:
            event.data, event.at = {**event.data, **_as_data(stored)}, stored.occurred_at
            event.save(update_fields=["data", "at"])
        refresh_last_contact(stored.customer)
        _tell_mentioned(stored, before=before, by=by)
    if follow_up:
        plan_next_step(stored, by=by)
    return stored


def _preview(stored: Interaction, data: Mapping[str, Any]) -> Interaction:
    shown = Interaction(
        **{field.attname: getattr(stored, field.attname) for field in Interaction._meta.concrete_fields}
    )
    for field, value in data.items():
        setattr(shown, field, value)
    return shown


def _as_data(interaction: Interaction) -> dict[str, Any]:
    return {key: as_json(value) for key, value in _shown(interaction).items()}


def _locked_with_customer(interaction: Interaction) -> Interaction:
    """Lock the customer first, as every verb does, then the interaction."""
    customer = locked(interaction.customer)
    ensure_live(customer)
    stored = locked(interaction)
    stored.customer = customer
    return stored


def _ensure_not_deleted(interaction: Interaction) -> None:
    if interaction.deleted_at is not None:
        raise Conflict("already_deleted", _("This interaction is in the recycle bin."))


@transaction.atomic
def delete_interaction(
    interaction: Interaction, *, by: User | None, version: int | None = None
) -> Interaction:
    """Put the interaction into the recycle bin; its timeline line keeps only that there was one.

    Refuses one that is there already, and a stale `version`.
    """
    stored = _locked_with_customer(interaction)
    _ensure_not_deleted(stored)
    ensure_fresh(stored, version)
    now = timezone.now()
    bump(stored, at=now, deleted_at=now, deleted_by=by)
    record(AuditAction.DELETED, by=by, subject=stored)
    for event in events_about(stored).filter(kind=EventKind.INTERACTION):
        event.data = {"channel": stored.channel, "deleted": True, "deleted_by": str(by or "")}
        event.save(update_fields=["data"])
    refresh_last_contact(stored.customer)
    return stored


@transaction.atomic
def restore_interaction(interaction: Interaction, *, by: User | None) -> Interaction:
    """Take the interaction out of the recycle bin, back to its place on the timeline."""
    stored = _locked_with_customer(interaction)
    if stored.deleted_at is None:
        raise Conflict("not_deleted", _("This interaction is not in the recycle bin."))
    bump(stored, at=timezone.now(), deleted_at=None, deleted_by=None)
    record(AuditAction.RESTORED, by=by, subject=stored)
    for event in events_about(stored).filter(kind=EventKind.INTERACTION):
        event.data = _as_data(stored)
        event.save(update_fields=["data"])
    refresh_last_contact(stored.customer)
    return stored


def refresh_last_contact(customer: Customer) -> datetime | None:
    """Recompute when we were last in contact with the locked customer; notes to ourselves are no contact."""
    rows = Interaction.objects.filter(customer=customer, deleted_at__isnull=True).exclude(
        channel=Channel.NOTE
    )
    last: datetime | None = rows.aggregate(last=Max("occurred_at"))["last"]
    if last != customer.last_contact_at:
        Customer.objects.filter(pk=customer.pk).update(last_contact_at=last)
        customer.last_contact_at = last
        note_changes(Customer, [customer.pk])
    return last
