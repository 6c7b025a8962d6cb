"""Portraits of complainants: who complains of what, from what root, and how it ends. Computed at night."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.foresight import OF_CASES, Attribute, PortraitKind
from complaints.querysets.foresight import PortraitQuerySet, TraitQuerySet
from complaints.trait_words import trait_label


class Portrait(models.Model):
    """The portrait of one type of complaint over the last year, as it stood when it was made.

    `code` is that of a category, which counts for those below it too, or a kind of crisis. `content`
    holds roots, endings and returns: see `complaints.domain.portraits`. Figures are over the whole house.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=PortraitKind)
    code = models.CharField(_("type"), max_length=40, blank=True)
    day = models.DateField(_("until"))
    days = models.PositiveSmallIntegerField(_("days"), default=365)
    cases = models.PositiveIntegerField(_("complaints"), default=0)
    customers = models.PositiveIntegerField(_("complainants"), default=0)
    active = models.PositiveIntegerField(_("active customers"), default=0)
    content = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = PortraitQuerySet.as_manager()

    class Meta:
        verbose_name = _("portrait of complainants")
        verbose_name_plural = _("portraits of complainants")
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="one_portrait_a_type")]
        indexes = [models.Index(fields=["cases", "id"], name="portrait_by_cases")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}".strip()

    def get_absolute_url(self) -> str:
        """The page of the portrait."""
        return reverse("complaints:portrait-detail", args=[self.pk])


class PortraitTrait(models.Model):
    """One value of one attribute: how many complainants have it, against those who might have complained.

    `share` is that among complainants (of the attribute, those known), with Wilson's interval; `lift` is
    it divided by `base_share`. Where fewer than five complainants have the value, figures are empty, so
    that nobody can be picked out. `is_clear` holds when it stands among all that were looked at.
    """

    portrait = models.ForeignKey(Portrait, on_delete=models.CASCADE, related_name="traits")
    attribute = models.CharField(_("attribute"), max_length=10, choices=Attribute)
    value = models.CharField(_("value"), max_length=60)
    n = models.PositiveIntegerField(_("number"), null=True, blank=True)
    cases = models.PositiveIntegerField(_("complaints"), null=True, blank=True)
    total = models.PositiveIntegerField(_("of"))
    share = models.FloatField(_("share"), null=True, blank=True)
    low = models.FloatField(_("95% lower limit"), null=True, blank=True)
    high = models.FloatField(_("95% upper limit"), null=True, blank=True)
    base_n = models.PositiveIntegerField(_("with it among all"))
    base_total = models.PositiveIntegerField(_("all"))
    lift = models.FloatField(_("times as often"), null=True, blank=True)
    is_clear = models.BooleanField(_("clear"), default=False)

    objects = TraitQuerySet.as_manager()

    class Meta:
        verbose_name = _("trait of complainants")
        verbose_name_plural = _("traits of complainants")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["portrait", "attribute", "value"], name="a_trait_is_told_once"),
            models.CheckConstraint(
                condition=Q(n__isnull=True, cases__isnull=True, share__isnull=True, lift__isnull=True)
                | Q(n__isnull=False, cases__isnull=False, share__isnull=False),
                name="small_trait_tells_no_figures",
            ),
        ]
        indexes = [models.Index(fields=["lift", "id"], name="trait_by_lift")]

    def __str__(self) -> str:
        return f"{self.get_attribute_display()}: {self.label}"

    @property
    def label(self) -> Any:
        """The value in words."""
        return trait_label(self.attribute, self.value)

    @property
    def is_of_cases(self) -> bool:
        """True where complaints are compared with complaints, and not customers with customers."""
        return self.attribute in OF_CASES

    @property
    def base_share(self) -> float:
        """The share among all active customers, or among all complaints."""
        return self.base_n / self.base_total if self.base_total else 0.0

    @property
    def lift_low(self) -> float | None:
        """The lower limit of the lift."""
        return self.low / self.base_share if self.low is not None and self.base_share else None

    @property
    def lift_high(self) -> float | None:
        """The upper limit of the lift."""
        return self.high / self.base_share if self.high is not None and self.base_share else None
