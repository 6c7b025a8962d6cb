"""Crises: what is done when one trouble hits many, with a plan, an owner, statements and who is affected."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import CRISIS_ENDED, CrisisKind, CrisisState, KindReason, StatementState
from complaints.models.complaints import Complaint
from complaints.models.taxonomy import Category
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.learning import CrisisQuerySet
from core.wordings import nearest_text, texts_of
from customers.models.base import Recorded


class PlanStep(Recorded):
    """One step of the plan for a kind of crisis; a crisis copies the steps when it opens."""

    kind = models.CharField(_("kind"), max_length=12, choices=CrisisKind)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    text_en = models.CharField(_("step in English"), max_length=300, blank=True)
    text_zh_hans = models.CharField(_("step in Simplified Chinese"), max_length=300, blank=True)
    text_zh_hant = models.CharField(_("step in Traditional Chinese"), max_length=300, blank=True)
    due_hours = models.PositiveIntegerField(_("due after, hours"), default=24)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a crisis plan")
        verbose_name_plural = _("steps of crisis plans")
        ordering = ["kind", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_en="", text_zh_hans="", text_zh_hant=""), name="plan_step_has_a_text"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The step in the language in force, else in the nearest that has one."""
        return nearest_text(texts_of(self, "text"))


class Crisis(Recorded):
    """One crisis. `key` names the surge that it comes from, so that each surge proposes one only."""

    kind = models.CharField(_("kind"), max_length=12, choices=CrisisKind, default=CrisisKind.SERVICE)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=CrisisState, default=CrisisState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("leads"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="crises",
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.TextField(_("what happened"), blank=True)
    stop_rule = models.CharField(
        _("over when"),
        max_length=300,
        blank=True,
        help_text=_("By what you will know that it is over, such as: three days without a new complaint."),
    )
    evidence = models.JSONField(default=dict, blank=True, editable=False)
    key = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    contained_at = models.DateTimeField(_("contained"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    outcome = models.TextField(_("what was learned"), blank=True, editable=False)

    objects = CrisisQuerySet.as_manager()

    class Meta:
        verbose_name = _("crisis")
        verbose_name_plural = _("crises")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="crisis_has_a_title"),
            models.CheckConstraint(
                condition=Q(state=CrisisState.PROPOSED)
                | Q(state=CrisisState.DISMISSED)
                | Q(owner__isnull=False),
                name="open_crisis_has_a_lead",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CRISIS_ENDED, closed_at__isnull=False)
                | (~Q(state__in=CRISIS_ENDED) & Q(closed_at__isnull=True)),
                name="ended_crisis_says_when",
            ),
        ]
        indexes = [models.Index(fields=["opened_at", "id"], name="crisis_by_opened")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the crisis."""
        return reverse("complaints:crisis-detail", args=[self.pk])

    @property
    def kind_reason(self) -> str:
        """Why it was taken for one of its kind when it was proposed; empty where nothing spoke for it."""
        code = self.evidence.get("kind_from", "")
        return str(dict(KindReason.choices).get(code, ""))

    @property
    def is_running(self) -> bool:
        """True while people work on it."""
        return self.state in (CrisisState.OPEN, CrisisState.CONTAINED)


class CrisisStep(models.Model):
    """One step of a running crisis: who does what until when."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    # The texts of the plan in each language, or one text typed in.
    texts = models.JSONField(default=dict)
    plan = models.CharField(
        _("from the plan"),
        max_length=12,
        choices=CrisisKind,
        blank=True,
        help_text=_("Empty: added by hand."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a crisis")
        verbose_name_plural = _("steps of crises")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["crisis", "position"], name="one_step_a_place"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The step in the language in force, else in the nearest that has one."""
        return nearest_text(self.texts)


class Statement(models.Model):
    """What we say about a crisis. Approved by another person than its author, before anybody hears it."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="statements")
    audience = models.CharField(_("for whom"), max_length=120)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=StatementState, default=StatementState.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=StatementState.DRAFT, approved_by__isnull=True)
                | (
                    ~Q(state=StatementState.DRAFT)
                    & Q(approved_by__isnull=False)
                    & ~Q(approved_by=F("author"))
                ),
                name="statement_is_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]


class Affected(models.Model):
    """A case that belongs to a crisis; each once. `told_at` says when its customer was told of the crisis."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="affected")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="crises")
    at = models.DateTimeField(_("added"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("told by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("affected case")
        verbose_name_plural = _("affected cases")
        constraints = [
            models.UniqueConstraint(fields=["crisis", "complaint"], name="case_is_in_a_crisis_once"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=False) | Q(told_by__isnull=True),
                name="who_told_a_customer_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crisis_id} ← {self.complaint_id}"
