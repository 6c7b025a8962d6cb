"""Which queue a case lies in, on pages: given back, moved to another one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from complaints.domain import queueing
from complaints.forms.cases import QueueForm
from complaints.models import Complaint
from complaints.views.base import CaseVerb
from complaints.views.verbs import WithReason


class CaseGiveBack(WithReason):
    """Back into the queue."""

    title = gettext_lazy("Give back to the queue")
    submit_label = gettext_lazy("Give back")
    success_message = gettext_lazy("The case is in its queue again.")
    verb = queueing.give_back


class CaseMoveQueue(CaseVerb):
    """To the people of another queue."""

    form_class = QueueForm
    title = gettext_lazy("Move to another queue")
    submit_label = gettext_lazy("Move case")
    success_message = gettext_lazy("Moved: it is dispatched there.")

    def form_arguments(self) -> dict[str, Any]:
        """Offer the other queues of its kind."""
        return {"case": self.case}

    def perform(self, form: QueueForm) -> str:
        """Move it; who no longer sees it goes back to the list."""
        data = form.cleaned_data
        queueing.move_to_queue(self.case, data["queue"], reason=data["reason"], by=self.person)
        is_seen = Complaint.objects.visible_to(self.person).filter(pk=self.case.pk).exists()
        return self.cancel_url() if is_seen else reverse("complaints:complaint-list")
