"""Cases that may be the same matter: while one is received, and on the page of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import View

from complaints.choices.cases import CaseKind
from complaints.domain.duplicates import Candidate, candidates
from complaints.domain.subjects import columns_about
from complaints.forms.cases import IntakeForm
from complaints.models import CaseLink, Complaint
from complaints.views.base import NAV
from complaints.views.panels import CasePanel
from complaints.words.duplicates import reason_alike
from core.access import can
from core.models import User
from core.views.base import Right, RightsMixin, render_page
from customers.views.base import user_of

#: Of a case that is not stored yet, only these say what it is about.
_SAID = (
    "title", "description", "category", "customer", "person", "contact_email", "contact_phone",
)  # fmt: skip


def draft_of(values: dict[str, Any], kind: str) -> Complaint:
    """Return what was typed so far as a case that is not stored."""
    said = {name: values[name] for name in _SAID if values.get(name)}
    about = columns_about(values["subject"]) if values.get("subject") else {}
    return Complaint(kind=kind, **said, **about)


def shown_candidates(found: tuple[Candidate, ...], user: User, *, about: Complaint) -> list[dict[str, Any]]:
    """Return what pages show of candidates: the case, why, and whether it may take in what this one says.

    What a customer says is never put with the case of another customer, however alike the words are.
    """
    keys = [one.case.pk for one in found]
    mine = set(Complaint.objects.visible_to(user, "change").filter(pk__in=keys).values_list("pk", flat=True))
    return [
        {
            "case": one.case,
            "reasons": [reason_alike(reason) for reason in one.reasons],
            "is_likely": one.is_likely,
            "may_take_in": one.case.pk in mine
            and (
                None in (one.case.customer_id, about.customer_id) or one.case.customer_id == about.customer_id
            ),
        }
        for one in found
    ]


class LikePreview(RightsMixin, View):
    """While a case is typed: which cases may be the same. A POST, as what people say is in no address."""

    required_right: ClassVar[Right] = ("add", Complaint)
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look with what is there; fields that are not in order yet are left out."""
        user = user_of(request)
        asked = request.POST.get("kind", "")
        kind = asked if asked in CaseKind.values else CaseKind.COMPLAINT.value
        form = IntakeForm(request.POST, user=user, kind=kind)
        form.is_valid()
        draft = draft_of(form.cleaned_data, kind)
        found = candidates(draft, seen_by=user, at=timezone.now())
        context = {
            "alike": shown_candidates(found, user, about=draft),
            "may_link": can(user, "add", CaseLink),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/like_preview.html", context, partial="panel")


class LikePanel(CasePanel):
    """On the page of a case: which others may be the same, and what can be done about it."""

    required_right: ClassVar[Right] = ("view", Complaint)
    template_name = "complaints/like_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Return the candidates, and which of the verbs the person has."""
        found = candidates(case, seen_by=self.person, at=timezone.now())
        rows = shown_candidates(found, self.person, about=case)
        may = Complaint.objects.visible_to(self.person, "change").filter(pk=case.pk).exists()
        linked = set(case.links.values_list("target", flat=True))
        linked |= set(case.linked_from.values_list("source", flat=True))
        for row in rows:
            other = row["case"]
            both_open = case.is_open and other.is_open and case.kind == other.kind
            row["may_merge"] = may and row["may_take_in"] and both_open
            row["is_linked"] = other.pk in linked
        return {"alike": rows, "may_link": may and can(self.person, "add", CaseLink)}
