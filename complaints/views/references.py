"""Legal references: the library, one version, editing, and citing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.domain.references import Citing, cite, day_of, save_reference, take_citation_away
from complaints.filters.letters import ReferenceFilterSet
from complaints.forms.conduct import CiteForm, ReferenceForm
from complaints.models import (
    Citation,
    Complaint,
    DecisionLetter,
    Designation,
    LegalReference,
    PhraseCard,
)
from complaints.sorting.letters import REFERENCE_SORTS
from complaints.views.base import PARTS, case_for
from complaints.views.conduct import phrases_url
from complaints.views.panels import CasePanel
from core.access import can, require
from core.errors import DomainError
from core.views.base import Right, RightsMixin, next_url, number_in, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch

NAV = "settings"
MOST_CITING = 50


class ReferencePanel(CasePanel):
    """What a case rests on."""

    required_right = ("view", Citation)
    template_name = "complaints/reference_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the citations of the case itself, and what may be cited."""
        rows = Citation.objects.visible_to(self.person).for_screen().filter(complaint=case)
        may_cite = can(self.person, "add", Citation) and self.acts_on(case)
        return {
            "citations": list(rows.filter(letter__isnull=True, designation__isnull=True)),
            "cite_form": CiteForm(case=case) if may_cite else None,
            "cite_url": reverse("complaints:citation-case", args=[case.pk]),
            "phrases_url": phrases_url() if can(self.person, "view", PhraseCard) else "",
            "today": timezone.localdate(),
            "day": day_of(case),
        }


class CitationCreate(RightsMixin, View):
    """Citing a reference in a case, a letter or a designation."""

    required_right: ClassVar[Right] = ("add", Citation)
    http_method_names = ["post"]
    cites: ClassVar[type[Any]] = Complaint

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cite it and go back to where it was asked."""
        require(self.person, "add", Citation)
        citing: Citing
        if self.cites is Complaint:
            citing = case_for(request, pk, PARTS)
        else:
            citing = fetch(request, self.cites.objects.all(), pk, "change")
        chosen = number_in(request.POST.get("reference", "")) or 0
        offered = LegalReference.objects.visible_to(self.person).active()
        reference = offered.filter(pk=chosen).first()
        if reference is None:
            raise DomainError("no_reference", _("Choose a reference"))
        row = cite(citing, reference, by=self.person)
        if row.held:
            messages.success(request, _("Cited."))
        else:
            messages.warning(request, _("Cited, though this version did not hold on the day of the case."))
        return redirect(next_url(request, citing.get_absolute_url()))


class CaseCite(CitationCreate):
    """In a case."""

    model = Complaint


class LetterCite(CitationCreate):
    """In a letter that is being written."""

    required_right: ClassVar[Right] = ("change", DecisionLetter)
    cites = DecisionLetter
    model = DecisionLetter


class DesignationCite(CitationCreate):
    """In a designation."""

    required_right: ClassVar[Right] = ("change", Designation)
    cites = Designation
    model = Designation


class CitationDelete(RightsMixin, View):
    """Taking a citation away."""

    required_right = ("delete", Citation)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it away and go back to where it was asked."""
        rows = Citation.objects.select_related("complaint", "letter", "designation", "reference")
        row: Citation = fetch(request, rows, pk, "delete")
        citing: Citing = row.letter or row.designation or row.complaint
        take_citation_away(row, by=self.person)
        messages.success(request, _("Citation taken away."))
        return redirect(next_url(request, citing.get_absolute_url()))


class ReferenceList(RecordFilters, ListPage):
    """The library."""

    model = LegalReference
    filterset_class = ReferenceFilterSet
    template_name = "complaints/reference_list.html"
    sort_keys = REFERENCE_SORTS
    default_sort = "code"
    export_key = "complaints.legalreference"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do, and what has ended."""
        return {"may_change": can(self.person, "change", LegalReference), "today": timezone.localdate()}


class ReferenceDetail(RightsMixin, View):
    """One version, the others of the rule, and where it is cited."""

    required_right = ("view", LegalReference)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        row: LegalReference = fetch(request, LegalReference.objects.all(), pk)
        same = LegalReference.objects.filter(code=row.code, article=row.article).exclude(pk=row.pk)
        cited = Citation.objects.visible_to(self.person).filter(reference=row)
        cited = cited.select_related("complaint", "letter").order_by("-at", "-id")
        context = {
            "row": row,
            "others": list(same.order_by("-in_force_from")),
            "cited": list(cited[:MOST_CITING]),
            "has_ended": row.in_force_until is not None and row.in_force_until < timezone.localdate(),
            "may_change": can(self.person, "change", LegalReference),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/reference_detail.html", context)


class ReferencePage(CustomerFormPage):
    """What the forms of references share."""

    required_right = ("change", LegalReference)
    form_class = ReferenceForm
    nav_current = NAV

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the library."""
        return reverse("complaints:reference-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [(_("Legal references"), reverse("complaints:reference-list"))]
        return super().get_context_data(**{"crumbs": crumbs, **kwargs})


class ReferenceCreate(ReferencePage):
    """A new version, or a new rule."""

    title = gettext_lazy("New legal reference")
    submit_label = gettext_lazy("Create reference")
    success_message = gettext_lazy("Reference created.")
    once = True

    def get_initial(self) -> dict[str, Any]:
        """The names of the rule of which this is a new version, where the address names one."""
        pk = number_in(self.request.GET.get("version_of", "")) or 0
        former = LegalReference.objects.visible_to(self.person).filter(pk=pk).first()
        names = ("code", "kind", "jurisdiction", "name_en", "name_zh_hans", "name_zh_hant", "article")
        return {name: getattr(former, name) for name in names} if former is not None else {}

    def perform(self, form: ReferenceForm) -> str:
        """Make it."""
        return save_reference(None, form.values, by=self.person).get_absolute_url()


class ReferenceUpdate(ReferencePage):
    """Changing one."""

    title = gettext_lazy("Edit legal reference")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def row(self) -> LegalReference:
        """The reference."""
        found: LegalReference = fetch(self.request, LegalReference.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def conflict_record(self) -> LegalReference:
        """The reference."""
        return self.row

    def cancel_url(self) -> str:
        """Back to its page."""
        return self.row.get_absolute_url()

    def perform(self, form: ReferenceForm) -> str:
        """Write it."""
        save_reference(self.row, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
