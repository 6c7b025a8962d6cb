"""Decision letters: templates with their editions, the letters of cases, and how they were handed over."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Decision
from complaints.choices.letters import BEING_WRITTEN, HandoverWay, LetterLanguage, LetterState
from complaints.models.complaints import Complaint
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.letters import HandoverQuerySet, LetterQuerySet, TemplateQuerySet
from customers.models.base import Recorded

MOST_BODY = 20_000


class LetterTemplate(Recorded):
    """What a letter says for one decision in one language; `edition` counts its versions."""

    decision = models.CharField(_("decision"), max_length=10, choices=Decision, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=LetterLanguage, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=MOST_BODY)
    edition = models.PositiveIntegerField(_("edition"), default=1, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of letters")
        verbose_name_plural = _("templates of letters")
        ordering = ["decision", "language"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "language"], name="one_template_a_decision_language"),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="template_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} · {self.get_language_display()}"

    def get_absolute_url(self) -> str:
        """The page that edits it."""
        return reverse("complaints:lettertemplate-update", args=[self.pk])


class LetterTemplateEdition(models.Model):
    """One version of a template; never changed, so that a letter can name the one it began with."""

    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(_("edition"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    # Empty: it came with the product.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of a template")
        verbose_name_plural = _("editions of templates")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_template_edition_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} ({self.number})"


class LetterSettings(Recorded):
    """What every letter says about objecting; one row, made when it is first asked for."""

    objection_days = models.PositiveSmallIntegerField(
        _("days to object"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Calendar days from the day on which a letter is issued."),
    )
    object_to_en = models.TextField(_("how to object, in English"), max_length=1_000, blank=True)
    object_to_zh_hans = models.TextField(
        _("how to object, in Simplified Chinese"), max_length=1_000, blank=True
    )
    object_to_zh_hant = models.TextField(
        _("how to object, in Traditional Chinese"), max_length=1_000, blank=True
    )
    next_en = models.TextField(_("who to turn to next, in English"), max_length=1_000, blank=True)
    next_zh_hans = models.TextField(
        _("who to turn to next, in Simplified Chinese"), max_length=1_000, blank=True
    )
    next_zh_hant = models.TextField(
        _("who to turn to next, in Traditional Chinese"), max_length=1_000, blank=True
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of letters")
        verbose_name_plural = _("rules of letters")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> LetterSettings:
        """Return the row."""
        found: LetterSettings = cls.objects.get_or_create(pk=1)[0]
        return found

    def said(self, what: str, language: str) -> str:
        """Return `object_to` or `next` in the language of a letter; empty where nobody wrote it."""
        text: str = getattr(self, f"{what}_{language.replace('-', '_')}")
        return text.strip()


class DecisionLetter(Recorded):
    """One letter about one decision. Once issued its text is frozen: the database refuses to change it.

    `digest` is the SHA-256 of what was issued (`complaints.letter_text.digest_of`). A corrected letter is
    another row that `replaces` the former.
    """

    # The case that it was issued from.
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="letters")
    # Cases that this one had taken in when it was issued.
    also_about = models.ManyToManyField(Complaint, related_name="+", editable=False)
    cycle = models.PositiveSmallIntegerField(_("cycle"), editable=False)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=LetterLanguage)
    template = models.ForeignKey(
        LetterTemplateEdition,
        verbose_name=_("template"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recipient = models.CharField(_("recipient"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=MOST_BODY)
    state = models.CharField(
        _("state"), max_length=10, choices=LetterState, default=LetterState.DRAFT, editable=False
    )
    needs_approval = models.BooleanField(_("needs approval"), default=False, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Whoever touched the text, last or before, does not approve it either.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("last edited by"),
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    editors = models.ManyToManyField(settings.AUTH_USER_MODEL, editable=False, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    review_note = models.CharField(_("why it was returned"), max_length=500, blank=True, editable=False)
    number = models.CharField(_("number"), max_length=24, null=True, unique=True, editable=False)
    sender = models.CharField(_("sender"), max_length=150, blank=True, editable=False)
    issued_at = models.DateTimeField(_("issued"), null=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("issued by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    objection_until = models.DateField(_("objection until"), null=True, editable=False)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision letter")
        verbose_name_plural = _("decision letters")
        constraints = [
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="letter_says_something"),
            models.CheckConstraint(
                condition=Q(
                    state=LetterState.ISSUED,
                    number__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    objection_until__isnull=False,
                )
                & ~Q(digest="")
                | ~Q(state=LetterState.ISSUED) & Q(number__isnull=True, issued_at__isnull=True, digest=""),
                name="issued_letter_is_numbered_and_dated",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("written_by")) & ~Q(approved_by=F("edited_by")),
                name="letter_approved_by_a_second",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False)
                | Q(approved_by__isnull=False)
                | ~Q(state__in=[LetterState.APPROVED, LetterState.ISSUED]),
                name="letter_that_needs_it_is_approved",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="letter_does_not_replace_itself"),
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(state__in=BEING_WRITTEN),
                name="one_letter_of_a_case_is_written",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="letter_by_made"),
            models.Index(fields=["issued_at", "id"], name="letter_by_issued"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}" if self.number else self.subject

    def get_absolute_url(self) -> str:
        """The page of the letter."""
        return reverse("complaints:letter-detail", args=[self.pk])

    @property
    def is_being_written(self) -> bool:
        """True until it is issued or discarded."""
        return self.state in BEING_WRITTEN

    @property
    def is_replaced(self) -> bool:
        """True where an issued letter took its place."""
        later = getattr(self, "replaced_by", None)
        return later is not None and later.state == LetterState.ISSUED


class LetterHandover(models.Model):
    """A letter was handed over, how and when. Rows are added and never changed."""

    letter = models.ForeignKey(DecisionLetter, on_delete=models.CASCADE, related_name="handovers")
    way = models.CharField(_("handed over by"), max_length=8, choices=HandoverWay)
    on = models.DateField(_("handed over on"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handing over of a letter")
        verbose_name_plural = _("handing over of letters")
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "way", "on"], name="letter_handed_over_once_a_day_way")
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.way}"
