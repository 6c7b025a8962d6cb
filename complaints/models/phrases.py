"""Phrase and technique cards: what to say at which step of a conversation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.choices.solving import Gap, Step
from complaints.querysets.cases import SettingQuerySet
from complaints.seeded_words import in_words
from core.wordings import nearest_text, texts_of
from customers.models.base import Recorded


class PhraseCard(Recorded):
    """One sentence to say, in the languages of the customers, and the technique behind it."""

    step = models.CharField(_("step"), max_length=10, choices=Step)
    category_code = models.CharField(
        _("category"), max_length=40, blank=True, help_text=_("Empty: fits every category.")
    )
    gap = models.CharField(
        _("service gap"), max_length=14, choices=Gap, blank=True, help_text=_("Empty: fits every gap.")
    )
    text_en = models.TextField(_("text in English"), max_length=500, blank=True)
    text_zh_hans = models.TextField(_("text in Simplified Chinese"), max_length=500, blank=True)
    text_zh_hant = models.TextField(_("text in Traditional Chinese"), max_length=500, blank=True)
    technique = models.CharField(_("technique"), max_length=300, blank=True)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase card")
        verbose_name_plural = _("phrase cards")
        ordering = ["step", "-used", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text_en="", text_zh_hans="", text_zh_hant=""),
                name="phrase_has_a_text",
            ),
        ]

    def __str__(self) -> str:
        return self.text()[:80]

    @property
    def hint(self) -> str:
        """The technique, in the language of the reader where it is the product's own."""
        return in_words(self.technique)

    def text(self, language: str = "") -> str:
        """Return the sentence in `language`, by default that in force, else in the nearest that it has."""
        return nearest_text(texts_of(self, "text"), language)
