"""Phrase cards: beside a case, and in the settings."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.solving import Step
from complaints.domain.phrases import create_card, note_use, phrases_for, update_card
from complaints.filters.solving import PhraseFilterSet
from complaints.forms.solving import PhraseForm
from complaints.models import Complaint, PhraseCard
from complaints.sorting.solving import PHRASE_SORTS
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.navigation import settings_crumbs
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch


class PhrasePanel(CasePanel):
    """What to say about this case, by step."""

    required_right = ("view", PhraseCard)
    template_name = "complaints/phrase_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the cards in the language of the customer."""
        order = list(Step.values)
        cards = sorted(phrases_for(case), key=lambda card: order.index(card.step))
        labels = dict(Step.choices)
        return {
            "steps": [
                (labels[step], [(card, card.text(case.language)) for card in rows][:3])
                for step, rows in groupby(cards, key=lambda card: card.step)
            ],
            "may_change": can(self.person, "change", PhraseCard),
        }


class PhraseUse(PanelPost):
    """Counting that a phrase was said."""

    required_right = ("view", PhraseCard)
    panel = PhrasePanel
    success_message = gettext_lazy("Noted.")

    def perform(self) -> Complaint:
        """Count it."""
        case: Complaint = fetch(self.request, Complaint.objects.for_list(), self.kwargs["pk"])
        note_use(get_object_or_404(PhraseCard.objects.active(), pk=self.kwargs["card"]))
        return case


class PhraseList(RecordFilters, ListPage):
    """All cards."""

    model = PhraseCard
    filterset_class = PhraseFilterSet
    template_name = "complaints/phrase_list.html"
    sort_keys = PHRASE_SORTS
    default_sort = "step"
    nav_current = "settings"

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {"may_change": can(self.person, "change", PhraseCard)}


class PhrasePage(CustomerFormPage):
    """What the forms of cards share."""

    required_right = ("change", PhraseCard)
    form_class = PhraseForm
    nav_current = "settings"

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("complaints:phrase-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = settings_crumbs((_("Phrase cards"), "complaints:phrase-list"))
        return super().get_context_data(crumbs=crumbs, **kwargs)


class PhraseCreate(PhrasePage):
    """A new card."""

    title = gettext_lazy("New phrase card")
    submit_label = gettext_lazy("Create card")
    success_message = gettext_lazy("Card created.")
    once = True

    def perform(self, form: PhraseForm) -> str:
        """Keep it."""
        create_card(form.values, by=self.person)
        return self.cancel_url()


class PhraseUpdate(PhrasePage):
    """Changing a card."""

    title = gettext_lazy("Edit phrase card")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def card(self) -> PhraseCard:
        """The card."""
        found: PhraseCard = fetch(self.request, PhraseCard.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.card}

    def conflict_record(self) -> PhraseCard:
        """The card."""
        return self.card

    def perform(self, form: PhraseForm) -> str:
        """Write the changes."""
        update_card(self.card, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
