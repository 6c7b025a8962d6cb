"""Phrase cards: beside a case, and in the settings."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.solving import Gap, Step
from complaints.domain.first_contact import next_step
from complaints.domain.phrases import create_card, note_use, phrases_for, update_card
from complaints.filters.solving import PhraseFilterSet
from complaints.forms.solving import PhraseForm
from complaints.models import Complaint, Investigation, PhraseCard
from complaints.sorting.solving import PHRASE_SORTS
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.navigation import settings_crumbs
from core.views.base import is_fragment
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch

#: Of each step, so many cards are offered.
MOST_OF_A_STEP = 5


class PhrasePanel(CasePanel):
    """What to say about this case, by step."""

    required_right = ("view", PhraseCard)
    template_name = "complaints/phrase_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the cards in the language of the customer, and what they were chosen for."""
        order = list(Step.values)
        cards = sorted(phrases_for(case), key=lambda card: order.index(card.step))
        labels = dict(Step.choices)
        writes = Complaint.objects.visible_to(self.person, "change").filter(pk=case.pk).exists()
        return {
            "steps": [
                (step, labels[step], [(card, card.text(case.language)) for card in rows][:MOST_OF_A_STEP])
                for step, rows in groupby(cards, key=lambda card: card.step)
            ],
            "fits": _chosen_for(case),
            "now_at": self._step_of(case),
            "may_use": can(self.person, "use", PhraseCard),
            "into": "id_body" if writes and case.is_open and is_fragment(self.request) else "",
            "may_change": can(self.person, "change", PhraseCard),
        }

    def _step_of(self, case: Complaint) -> str:
        """Return the step whose cards are open: the one just used, else the one that the talk has reached."""
        asked = self.request.POST.get("step", "")
        if asked in Step.values:
            return asked
        contact = case.first_contacts.filter(cycle=case.cycle).first()
        return next_step(contact) if contact is not None else Step.ACCEPT.value


def _chosen_for(case: Complaint) -> list[str]:
    """Return the category and the gap by which the cards were chosen, as far as they are known."""
    gap = Investigation.objects.filter(complaint=case).values_list("gap", flat=True).first()
    words = [case.category.name if case.category is not None else "", str(Gap(gap).label) if gap else ""]
    return [word for word in words if word]


class PhraseUse(PanelPost):
    """Counting that a phrase was said, or went into an answer, by somebody who may write in the log."""

    required_right = ("use", PhraseCard)
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
