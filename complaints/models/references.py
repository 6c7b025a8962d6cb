"""Laws, regulations and standards with the days on which they hold, and where they are cited."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.choices.references import Jurisdiction, ReferenceKind
from complaints.models.complaints import Complaint
from complaints.models.conduct import Designation
from complaints.models.letters import DecisionLetter
from complaints.models.names import has_a_name
from complaints.querysets.letters import CitationQuerySet, ReferenceQuerySet
from customers.models.base import Recorded


class LegalReference(Recorded):
    """One version of one rule, as a whole or one article. `code` is common to all versions of the rule."""

    code = models.SlugField(_("code"), max_length=60, help_text=_("The same for every version of the rule."))
    kind = models.CharField(_("kind"), max_length=10, choices=ReferenceKind, default=ReferenceKind.LAW)
    jurisdiction = models.CharField(
        _("where it is in force"), max_length=6, choices=Jurisdiction, default=Jurisdiction.CN
    )
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=200, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=200, blank=True)
    article = models.CharField(
        _("article"), max_length=60, blank=True, help_text=_("Empty: the whole of it.")
    )
    excerpt = models.TextField(
        _("text"), max_length=5_000, blank=True, help_text=_("Copied word by word from the source, or empty.")
    )
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the text can be read; shown as it is.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal reference")
        verbose_name_plural = _("legal references")
        constraints = [
            has_a_name("legal_reference"),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="reference_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["code", "article", "in_force_from"], name="one_version_of_a_day"),
        ]
        indexes = [
            models.Index(fields=["code", "id"], name="reference_by_code"),
            models.Index(fields=["in_force_from", "id"], name="reference_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.article}".strip()

    def get_absolute_url(self) -> str:
        """The page of the reference."""
        return reverse("complaints:reference-detail", args=[self.pk])

    @property
    def name(self) -> str:
        """The name in the language in force, else in the nearest that has one."""
        return self.named(get_language() or "en")

    def named(self, language: str) -> str:
        """Return the name in a language, else in the nearest that has one."""
        own = {"en": self.name_en, "zh-hans": self.name_zh_hans, "zh-hant": self.name_zh_hant}
        nearest = ("zh-hans", "zh-hant", "en") if language.startswith("zh") else ("en", "zh-hans", "zh-hant")
        return own.get(language) or next((own[code] for code in nearest if own[code]), "")

    def holds_on(self, day: date) -> bool:
        """Tell whether this version holds on a day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)


class Citation(models.Model):
    """A case, a letter or a designation rests on a reference. `on` is the day that chose the version.

    `complaint` is always the case that it belongs to: citations are seen with it.
    """

    reference = models.ForeignKey(LegalReference, on_delete=models.PROTECT, related_name="citations")
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="citations")
    letter = models.ForeignKey(
        DecisionLetter, null=True, blank=True, on_delete=models.CASCADE, related_name="citations"
    )
    designation = models.ForeignKey(
        Designation, null=True, blank=True, on_delete=models.CASCADE, related_name="citations"
    )
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.CheckConstraint(
                condition=Q(letter__isnull=True) | Q(designation__isnull=True),
                name="citation_is_in_one_place",
            ),
            models.UniqueConstraint(
                fields=["complaint", "reference"],
                condition=Q(letter__isnull=True, designation__isnull=True),
                name="case_cites_a_reference_once",
            ),
            models.UniqueConstraint(
                fields=["letter", "reference"],
                condition=Q(letter__isnull=False),
                name="letter_cites_a_reference_once",
            ),
            models.UniqueConstraint(
                fields=["designation", "reference"],
                condition=Q(designation__isnull=False),
                name="designation_cites_a_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def held(self) -> bool:
        """True where the version held on the day of the case."""
        return self.reference.holds_on(self.on)

    @property
    def has_ended(self) -> bool:
        """True where the version holds no longer today."""
        until = self.reference.in_force_until
        return until is not None and until < timezone.localdate()
