"""What is due and when: policies with targets and levels, clocks, pauses, and what fired."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import (
    CaseKind,
    ClockKind,
    ClockState,
    EscalationState,
    Grade,
    LevelAction,
    MetBy,
    Recipient,
    Unit,
)
from complaints.models.calendars import BusinessCalendar
from complaints.models.complaints import Complaint
from complaints.querysets.cases import BelowComplaint, ClockQuerySet, EscalationQuerySet, SettingQuerySet
from complaints.seeded_words import in_words
from customers.choices import Tier
from customers.models.base import Recorded

OPEN_CLOCKS = (ClockState.RUNNING, ClockState.PAUSED)


class Policy(Recorded):
    """Which targets hold for which cases. The first active policy, by place, that fits a case is used.

    An empty condition fits every case, a category those below it as well; at the same place the nearest
    category goes first. Cases keep the targets of the day on which their clocks began.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind, default=CaseKind.COMPLAINT)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade, blank=True)
    tier = models.CharField(_("tier of the customer"), max_length=10, choices=Tier, blank=True)
    category_code = models.CharField(_("category"), max_length=40, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: that of the queue."),
    )
    position = models.PositiveIntegerField(_("place"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("service policy")
        verbose_name_plural = _("service policies")
        ordering = ["kind", "position", "id"]

    def __str__(self) -> str:
        return in_words(self.name)


class Target(models.Model):
    """One deadline of a policy."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="targets")
    clock = models.CharField(_("clock"), max_length=12, choices=ClockKind)
    amount = models.PositiveIntegerField(
        _("within"), validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    unit = models.CharField(_("unit"), max_length=18, choices=Unit)
    #: Of a statutory deadline: which one, such as "FCA DISP 1.6.2R", and by what it is met.
    name = models.CharField(_("name"), max_length=80, blank=True)
    met_by = models.CharField(_("met by"), max_length=10, choices=MetBy, default=MetBy.SOLUTION)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "clock", "name"], name="one_target_a_clock"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="target_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()} {self.amount} {self.get_unit_display()}"

    @property
    def label(self) -> str:
        """The name of the deadline, or what kind of clock it is."""
        return in_words(self.name) or str(self.get_clock_display())


class Level(models.Model):
    """One step of the ladder of a policy: when it fires, who is told, and what is done.

    `offset` counts from the due time of the clock: negative before, zero at, positive after it.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="levels")
    clock = models.CharField(_("clock"), max_length=12, choices=ClockKind)
    # Of a statutory deadline: which one. Empty: all of the kind that have no levels of their own.
    name = models.CharField(_("name of the deadline"), max_length=80, blank=True)
    number = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    offset = models.IntegerField(
        _("minutes from the due time"),
        default=0,
        validators=[MinValueValidator(-525_600), MaxValueValidator(525_600)],
        help_text=_("Negative: before it is due."),
    )
    in_working_time = models.BooleanField(_("counted in working time"), default=True)
    recipient = models.CharField(_("told"), max_length=14, choices=Recipient, default=Recipient.TEAM_LEAD)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_mail = models.BooleanField(_("by e-mail too"), default=True)
    through_quiet_hours = models.BooleanField(
        _("in quiet hours too"), default=False, help_text=_("Otherwise the e-mail waits for the morning.")
    )
    action = models.CharField(_("and"), max_length=13, choices=LevelAction, default=LevelAction.NOTIFY)

    class Meta:
        verbose_name = _("level of escalation")
        verbose_name_plural = _("levels of escalation")
        ordering = ["clock", "name", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "clock", "name", "number"], name="one_level_of_a_number"
            ),
            models.CheckConstraint(
                condition=Q(clock=ClockKind.STATUTORY) | Q(name=""), name="only_statutory_levels_are_named"
            ),
            models.CheckConstraint(
                condition=~Q(recipient=Recipient.PERSON) | Q(person__isnull=False),
                name="level_for_a_person_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"L{self.number}"


class Clock(models.Model):
    """One thing that is due for one case in one cycle. Its target is a copy: a policy may change later."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(_("clock"), max_length=12, choices=ClockKind)
    name = models.CharField(_("name"), max_length=80, blank=True)
    # A statutory one only; the others are met by what their kind says.
    met_by = models.CharField(_("met by"), max_length=10, choices=MetBy, default=MetBy.SOLUTION)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    # Updates are promised again and again within one cycle.
    turn = models.PositiveSmallIntegerField(_("turn"), default=1)
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    calendar = models.ForeignKey(
        BusinessCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = models.PositiveIntegerField(_("within"))
    unit = models.CharField(_("unit"), max_length=18, choices=Unit)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=ClockState, default=ClockState.RUNNING)
    met_at = models.DateTimeField(_("met"), null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "kind", "name", "cycle", "turn"], name="one_clock_a_kind_and_cycle"
            ),
            models.CheckConstraint(
                condition=Q(state=ClockState.MET, met_at__isnull=False)
                | (~Q(state=ClockState.MET) & Q(met_at__isnull=True)),
                name="met_clock_says_when",
            ),
        ]
        indexes = [
            # "What is late?" reads running clocks by due time.
            models.Index(
                fields=["due_at", "id"], name="clock_running_by_due", condition=Q(state=ClockState.RUNNING)
            ),
            models.Index(fields=["kind", "met_at"], name="clock_met_by_kind"),
        ]

    def __str__(self) -> str:
        return in_words(self.name) or str(self.get_kind_display())


class ClockChange(models.Model):
    """Why a due time is what it is: one line each time it was set."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(_("when"), default=timezone.now)
    old_due = models.DateTimeField(_("from"), null=True, blank=True)
    new_due = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("change of a due time")
        verbose_name_plural = _("changes of due times")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.reason}"


class Pause(models.Model):
    """Time in which a case waited for the customer: a hole in the calendar of its clocks."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ended_at__isnull=True), name="one_running_pause_a_case"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.started_at:%Y-%m-%d %H:%M}"


class Escalation(models.Model):
    """One level of one clock of one case in one cycle. The row is unique, so it fires once, whoever scans."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="escalations")
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="escalations")
    number = models.PositiveSmallIntegerField(_("level"))
    # Copied from the policy: the ladder of a case does not change under it.
    offset = models.IntegerField(default=0)
    in_working_time = models.BooleanField(default=True)
    recipient = models.CharField(_("told"), max_length=14, choices=Recipient)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_mail = models.BooleanField(default=True)
    through_quiet_hours = models.BooleanField(default=False)
    action = models.CharField(_("and"), max_length=13, choices=LevelAction, default=LevelAction.NOTIFY)
    # Empty while its clock is paused, so that the scan does not meet it.
    fire_at = models.DateTimeField(_("fires"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=EscalationState, default=EscalationState.PLANNED
    )
    fired_at = models.DateTimeField(_("fired"), null=True, blank=True)
    # Set while the message waits for the end of quiet hours.
    tell_at = models.DateTimeField(_("message goes out"), null=True, blank=True)
    # Who was told and what was done, as it was then.
    evidence = models.JSONField(default=dict, blank=True)
    told = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    was_wrong = models.BooleanField(_("was a false alarm"), default=False)
    # Tries that failed since it was planned, or since somebody had it tried again.
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    retry_at = models.DateTimeField(_("tried again"), null=True, blank=True)
    # Set once it failed too often: it is not tried by itself any more. A fired one was not told.
    set_aside_at = models.DateTimeField(_("set aside"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["fire_at", "id"]
        constraints = [
            # A clock belongs to one case and one cycle.
            models.UniqueConstraint(fields=["clock", "number"], name="a_level_fires_once_a_cycle"),
            models.CheckConstraint(
                condition=Q(state=EscalationState.FIRED, fired_at__isnull=False)
                | (~Q(state=EscalationState.FIRED) & Q(fired_at__isnull=True)),
                name="fired_escalation_says_when",
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True)
                | Q(tries__gte=1, retry_at__isnull=True, tell_at__isnull=True),
                name="level_set_aside_is_not_tried",
            ),
        ]
        indexes = [
            # The scan reads planned levels whose time has come, in order.
            models.Index(
                fields=["fire_at", "id"],
                name="escalation_planned",
                condition=Q(state=EscalationState.PLANNED),
            ),
            models.Index(fields=["complaint", "fire_at"], name="escalation_of_case"),
            # The scan looks for messages that waited long enough.
            models.Index(
                fields=["tell_at", "id"], name="escalation_to_tell", condition=Q(tell_at__isnull=False)
            ),
            # Readiness looks for what failed too often: hardly ever anything.
            models.Index(
                fields=["set_aside_at"],
                name="escalation_set_aside",
                condition=Q(set_aside_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"L{self.number}"
