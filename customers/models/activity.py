"""What we do with customers: interactions, tasks, and the timeline that tells it all."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.mentions import plain
from core.models import Team
from customers.choices import Channel, Direction, EventKind, Priority, TaskState
from customers.models.base import Foreign, Recorded, Recyclable, external_identity
from customers.models.customers import Customer
from customers.models.people import Person
from customers.querysets import InteractionQuerySet, TaskQuerySet, TimelineQuerySet


class Subject(models.Model):
    """A weak pointer to a record of any package, filled by the caller from above."""

    subject_type = models.ForeignKey(
        ContentType, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    subject_id = models.BigIntegerField(null=True, blank=True, editable=False)
    subject_label = models.CharField(max_length=200, blank=True, editable=False)
    subject_url = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True


class Interaction(Recorded, Recyclable, Foreign, Subject):
    """One contact with a customer, on any channel."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="interactions"
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("with"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="interactions",
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    direction = models.CharField(_("began"), max_length=10, choices=Direction, default=Direction.OUTBOUND)
    summary = models.CharField(_("summary"), max_length=200)
    body = models.TextField(_("details"), blank=True)
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    minutes = models.PositiveIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="interactions",
    )
    expectation = models.CharField(_("the customer expects"), max_length=200, blank=True)
    expected_by = models.DateField(_("expected by"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        constraints = [
            *external_identity("interaction"),
            models.CheckConstraint(condition=~models.Q(summary=""), name="interaction_has_a_summary"),
        ]
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="interaction_of_customer"),
            models.Index(fields=["occurred_at", "id"], name="interaction_by_time"),
            # The recycle bin is small; the list above it is not.
            models.Index(
                fields=["deleted_at", "id"],
                name="interaction_deleted",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return plain(self.summary)


class Task(Recorded, Subject):
    """Something somebody has to do, usually for a customer."""

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="tasks",
    )
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    dedupe = models.CharField(max_length=200, null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(fields=["dedupe"], name="task_is_made_once"),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, closed_at__isnull=True)
                | (~models.Q(state=TaskState.OPEN) & models.Q(closed_at__isnull=False)),
                name="task_is_closed_when_it_is_not_open",
            ),
        ]
        indexes = [
            # My day: my open tasks by due date.
            models.Index(
                fields=["owner", "due_on", "id"], name="task_open_of_owner", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["customer", "due_on", "id"],
                name="task_open_of_customer",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["due_on", "id"], name="task_by_due"),
        ]

    def __str__(self) -> str:
        return self.title


class TimelineEvent(Subject):
    """One line of a customer's story, written in the transaction of what it tells."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    # What the template of the kind shows: old and new values, amounts, texts typed by people.
    data = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_pinned = models.BooleanField(_("pinned"), default=False)

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline event")
        verbose_name_plural = _("timeline")
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="timeline_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.at:%Y-%m-%d}"
