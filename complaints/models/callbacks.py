"""Call-backs: whether the customer is content with the solution, asked by somebody else than who gave it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Emotion
from complaints.choices.solving import AnsweredBy, AttemptResult, CallBackState
from complaints.models.complaints import Complaint
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.solving import CallBackQuerySet
from customers.models.base import Recorded

_SCORE = [MinValueValidator(1), MaxValueValidator(5)]


class CallBackPolicy(Recorded):
    """How call-backs are made; one row, made when it is first asked for."""

    most_attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    hours_between = models.PositiveSmallIntegerField(
        _("hours between attempts"), default=24, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    low_score = models.PositiveSmallIntegerField(
        _("scores up to this reopen the case"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    link_days = models.PositiveSmallIntegerField(
        _("days for which the link is valid"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    close_days = models.PositiveSmallIntegerField(
        _("working days after which a solved case is closed"),
        default=10,
        validators=[MaxValueValidator(90)],
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of call-backs")
        verbose_name_plural = _("rules of call-backs")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> CallBackPolicy:
        """Return the row."""
        found: CallBackPolicy = cls.objects.get_or_create(pk=1)[0]
        return found


class CallBack(Recorded):
    """The call-back of one cycle of one case. It is answered once, by phone or by the link."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="callbacks")
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("caller"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="callbacks",
    )
    due_at = models.DateTimeField(_("due"))
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=CallBackState, default=CallBackState.DUE)
    result_score = models.PositiveSmallIntegerField(
        _("content with the result"), null=True, blank=True, validators=_SCORE
    )
    process_score = models.PositiveSmallIntegerField(
        _("content with the handling"), null=True, blank=True, validators=_SCORE
    )
    is_accepted = models.BooleanField(_("solution accepted"), null=True, blank=True)
    emotion = models.CharField(_("emotion afterwards"), max_length=1, choices=Emotion, blank=True)
    wish = models.CharField(_("wish"), max_length=300, blank=True)
    answered_by = models.CharField(_("answered"), max_length=5, choices=AnsweredBy, blank=True)
    done_at = models.DateTimeField(_("when"), null=True, blank=True)
    # Copies, so that the database can hold that nobody calls about the own work.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handler"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answer noted by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Once for each time it was due; empty again when another attempt is due.
    late_told_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    link_sent_at = models.DateTimeField(_("link sent"), null=True, blank=True, editable=False)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "cycle"], name="one_callback_a_cycle"),
            models.CheckConstraint(
                condition=Q(state=CallBackState.DONE, is_accepted__isnull=False, done_at__isnull=False)
                | (~Q(state=CallBackState.DONE) & Q(is_accepted__isnull=True)),
                name="callback_done_has_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(handler__isnull=True)
                | (
                    (Q(owner__isnull=True) | ~Q(owner=F("handler")))
                    & (Q(done_by__isnull=True) | ~Q(done_by=F("handler")))
                ),
                name="callback_is_not_of_ones_own_case",
            ),
            models.CheckConstraint(
                condition=(Q(result_score__isnull=True) | Q(result_score__gte=1, result_score__lte=5))
                & (Q(process_score__isnull=True) | Q(process_score__gte=1, process_score__lte=5)),
                name="callback_scores_one_to_five",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="callback_due", condition=Q(state=CallBackState.DUE)),
        ]

    def __str__(self) -> str:
        return str(self.complaint)


class CallBackAttempt(models.Model):
    """One call, and what came of it."""

    callback = models.ForeignKey(CallBack, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField(_("attempt"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    result = models.CharField(_("result"), max_length=12, choices=AttemptResult)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["callback", "number"], name="attempts_are_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_result_display()}"
