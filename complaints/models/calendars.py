"""Business calendars: opening hours, holidays, make-up days, each with the days on which they hold."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.querysets.cases import SettingQuerySet
from complaints.seeded_words import in_words
from customers.models.base import Recorded


class BusinessCalendar(Recorded):
    """When people work, in a zone of its own."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    is_default = models.BooleanField(_("used where no other is named"), default=False, editable=False)
    follows_china = models.BooleanField(
        _("Chinese public holidays"),
        default=True,
        help_text=_("Holidays and make-up working days of mainland China are entered by the product."),
    )
    # One typed day of a year is no notice: whoever entered a whole one says so.
    notices_until = models.PositiveSmallIntegerField(
        _("notices entered by hand up to the year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2999)],
        help_text=_("Of years that the product does not know yet; empty: none."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_calendar"
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.name)


class CalendarHours(models.Model):
    """One span of one weekday, from a day on. New hours end the old ones; what is past stays as it was."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"))
    # Not after `opens`: it closes on the next day; equal: the whole day.
    closes = models.TimeField(_("closes"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_are_of_a_weekday"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="hours_end_after_they_begin",
            ),
            models.UniqueConstraint(
                fields=["calendar", "weekday", "opens", "valid_from"], name="one_span_a_weekday_and_opening"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}–{self.closes:%H:%M}"


class CalendarDay(models.Model):
    """A day that is not as its weekday: closed, or worked on (`spans`: [["09:00", "18:00"], …])."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_open = models.BooleanField(_("working day"), default=False)
    spans = models.JSONField(_("hours"), default=list, blank=True)
    # Rows of the product's own holiday list, which a later list may correct; typed ones are left alone.
    is_seeded = models.BooleanField(_("entered by the product"), default=False, editable=False)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="one_special_day_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.label}".strip()

    @property
    def label(self) -> str:
        """The name of the day, in the language of the reader where it is the product's own."""
        return in_words(self.name)
