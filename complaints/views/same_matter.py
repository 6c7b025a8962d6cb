"""The question before a new case is made: is it there already? Nothing typed is lost, whatever the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from complaints.domain.adding import add_to_case, left_in_words
from complaints.domain.duplicates import candidates
from complaints.models import CaseLink, Complaint
from complaints.views.base import case_for
from complaints.views.duplicates import draft_of, shown_candidates
from core.access import can, require
from core.domain.once import token_in
from core.models import SpentForm
from core.views.base import number_in
from customers.views.base import CustomerFormPage


class SameMatterMixin(CustomerFormPage):
    """A form that receives a case: likely duplicates are shown once, each with what can be done.

    `add_to` and `link_to` are buttons of the same form: keep it with that case, or receive it and link the
    two. `seen` names the cases that the person has seen and passed by.
    """

    @cached_property
    def kind(self) -> str:
        """Of which kind the new case is."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask about likely duplicates that the person has not seen."""
        if not (self._chosen("add_to") or self._chosen("link_to") or self._was_sent()):
            draft = draft_of(form.cleaned_data, self.kind)
            found = candidates(draft, seen_by=self.person, at=timezone.now())
            passed = set(",".join(self.request.POST.getlist("seen")).split(","))
            if any(one.is_likely and str(one.case.pk) not in passed for one in found):
                context = self.get_context_data(
                    form=form,
                    alike=shown_candidates(found, self.person, about=draft),
                    is_asked=True,
                    may_link=can(self.person, "add", CaseLink),
                    submit_label=_("Receive as a new case"),
                )
                return self.render_to_response(context, status=409)
        return super().form_valid(form)

    def _was_sent(self) -> bool:
        """The second click on a form that made its case: that case is no duplicate of itself."""
        token = token_in(self.request.POST)
        return bool(token) and SpentForm.objects.filter(user=self.person, token=token).exists()

    def _chosen(self, name: str) -> int | None:
        return number_in(self.request.POST.get(name, ""))

    def added_to(self, values: dict[str, Any]) -> Complaint | None:
        """Keep it with the case that was chosen, and return that; None where none was."""
        chosen = self._chosen("add_to")
        if chosen is None:
            return None
        added = add_to_case(case_for(self.request, chosen, "change"), values, by=self.person)
        text = _("Added to %(number)s; no new case was made.") % {"number": added.case.number}
        messages.success(self.request, text)
        if left := left_in_words(added):
            messages.warning(self.request, left)
        return added.case

    def twin(self) -> Complaint | None:
        """Return the case with which the new one is to be linked; None where none was chosen."""
        chosen = self._chosen("link_to")
        if chosen is None:
            return None
        require(self.person, "add", CaseLink)
        return case_for(self.request, chosen)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the kind for the look that is taken while typing."""
        return super().get_context_data(**{"kind": self.kind, **kwargs})
