"""Where cases belong: queues with their people, and a taxonomy whose old words stay readable."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind
from complaints.models.calendars import BusinessCalendar
from complaints.models.names import Named, has_a_name
from complaints.querysets.cases import HandlerQuerySet, SettingQuerySet
from core.models import Team
from customers.models.base import Recorded


class Queue(Named, Recorded):
    """A line in which cases of one kind wait, the team that works on them, and its hours."""

    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind, default=CaseKind.COMPLAINT)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_automatic = models.BooleanField(
        _("dispatched automatically"), default=True, help_text=_("Otherwise people take cases themselves.")
    )
    is_default = models.BooleanField(_("takes what belongs nowhere else"), default=False)
    position = models.PositiveIntegerField(_("place"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["kind", "position", "id"]
        constraints = [
            has_a_name("queue"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(is_default=True), name="one_default_queue_a_kind"
            ),
        ]


class Category(Named):
    """One edition of a category. A change makes a new edition; complaints keep the one of their day.

    `code` says which category it is through all editions; counts over time group by it.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind, default=CaseKind.COMPLAINT)
    code = models.CharField(
        _("code"),
        max_length=40,
        validators=[RegexValidator(r"^[a-z0-9_.-]+$", _("Small letters, digits, dots and dashes."))],
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1, editable=False)
    # By code and not by row, so that a new edition of the parent needs none of its children.
    parent_code = models.CharField(_("belongs to"), max_length=40, blank=True)
    queue = models.ForeignKey(
        Queue, verbose_name=_("queue"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    skill = models.CharField(
        _("skill"), max_length=40, blank=True, help_text=_("What a handler must be able to do.")
    )
    position = models.PositiveIntegerField(_("place"), default=0)
    valid_from = models.DateTimeField(_("from"), default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("until"), null=True, blank=True, editable=False)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["kind", "position", "code"]
        constraints = [
            has_a_name("category"),
            models.UniqueConstraint(fields=["kind", "code", "edition"], name="one_edition_of_a_category"),
            models.UniqueConstraint(
                fields=["kind", "code"], condition=Q(retired_at__isnull=True), name="one_current_category"
            ),
            models.CheckConstraint(
                condition=~Q(parent_code=models.F("code")), name="category_is_not_its_parent"
            ),
        ]


class Handler(Recorded):
    """Somebody who handles cases: in which queues, with which skills, and how many at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="handler"
    )
    queues = models.ManyToManyField(Queue, verbose_name=_("queues"), related_name="handlers")
    skills = models.JSONField(_("skills"), default=list, blank=True)
    cap = models.PositiveSmallIntegerField(
        _("most open cases"), default=15, validators=[MaxValueValidator(500)]
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("working hours"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: those of the queue."),
    )
    is_active = models.BooleanField(_("gets cases"), default=True)

    objects = HandlerQuerySet.as_manager()

    class Meta:
        verbose_name = _("handler")
        verbose_name_plural = _("handlers")
        ordering = ["user__full_name", "id"]

    def __str__(self) -> str:
        return str(self.user)
