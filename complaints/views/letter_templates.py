"""Templates of letters: the table of them, editing with a preview on a real case, and their history."""

from __future__ import annotations

import difflib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import Decision
from complaints.choices.letters import LetterLanguage
from complaints.domain.letter_templates import previewed, update_letter_rules, update_template
from complaints.forms.letters import LetterRulesForm, TemplateForm
from complaints.letter_text import LATE, PLACEHOLDERS, pieces_of
from complaints.models import Complaint, LetterSettings, LetterTemplate, LetterTemplateEdition
from core.access import can
from core.views.base import RightsMixin, number_in, render_page
from customers.views.base import CustomerFormPage, fetch

NAV = "settings"


class TemplateList(RightsMixin, View):
    """A row a decision, a column a language."""

    required_right = ("view", LetterTemplate)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the table and the rules."""
        rows = {(row.decision, row.language): row for row in LetterTemplate.objects.visible_to(self.person)}
        table = [
            (label, [(name, rows.get((decision, language))) for language, name in LetterLanguage.choices])
            for decision, label in Decision.choices
        ]
        context = {
            "table": table,
            "languages": [name for _key, name in LetterLanguage.choices],
            "rules": LetterSettings.load(),
            "may_change": can(self.person, "change", LetterTemplate),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/lettertemplate_list.html", context)


class TemplateUpdate(CustomerFormPage):
    """Editing one; the list of placeholders and a preview stand beside it."""

    required_right = ("change", LetterTemplate)
    form_class = TemplateForm
    template_name = "complaints/lettertemplate_form.html"
    submit_label = gettext_lazy("Save as new edition")
    success_message = gettext_lazy("Changes saved.")
    nav_current = NAV
    form_columns = 1

    @cached_property
    def row(self) -> LetterTemplate:
        """The template."""
        found: LetterTemplate = fetch(self.request, LetterTemplate.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def conflict_record(self) -> LetterTemplate:
        """The template."""
        return self.row

    def cancel_url(self) -> str:
        """Back to the table."""
        return reverse("complaints:lettertemplate-list")

    def perform(self, form: TemplateForm) -> str:
        """Write the next edition and stay here."""
        update_template(self.row, form.values, by=self.person, version=form.seen_version)
        return self.row.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the placeholders and the cases on which it may be tried."""
        context = {
            "title": str(self.row),
            "crumbs": [(_("Letters"), self.cancel_url())],
            "row": self.row,
            "placeholders": [("{" + name + "}", text, name in LATE) for name, text in PLACEHOLDERS.items()],
            "cases": _cases(self.person, self.row.decision),
        }
        return super().get_context_data(**{**context, **kwargs})


def _cases(user: Any, decision: str) -> list[Complaint]:
    """The latest cases decided so that the person sees; where there are none, the latest decided ones."""
    rows = Complaint.objects.visible_to(user).complaints().exclude(decision="").order_by("-decided_at", "-id")
    return list(rows.filter(decision=decision)[:10]) or list(rows[:10])


class TemplatePreview(RightsMixin, View):
    """What a template would say about a case, as it is typed."""

    required_right = ("change", LetterTemplate)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is stored."""
        row: LetterTemplate = fetch(request, LetterTemplate.objects.all(), pk, "change")
        return self._show(row, row.subject, row.body, request.GET.get("case", ""))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is typed; nothing is stored."""
        row: LetterTemplate = fetch(request, LetterTemplate.objects.all(), pk, "change")
        given = request.POST
        return self._show(
            row, given.get("subject", "")[:200], given.get("body", "")[:20_000], given.get("case", "")
        )

    def _show(self, row: LetterTemplate, subject: str, body: str, asked: str) -> HttpResponse:
        cases = Complaint.objects.visible_to(self.person).for_list()
        case = cases.filter(pk=number_in(asked) or 0).first()
        if case is None:
            latest = _cases(self.person, row.decision)
            case = cases.filter(pk=latest[0].pk).first() if latest else None
        said = previewed(subject, body, case, row.language) if case is not None else ("", "")
        context = {
            "row": row,
            "case": case,
            "subject_pieces": pieces_of(said[0]),
            "pieces": pieces_of(said[1]),
            "nav_current": NAV,
        }
        template = "complaints/lettertemplate_preview.html"
        return render_page(self.request, template, context, partial="panel")


class TemplateEditions(RightsMixin, View):
    """The versions of a template, and what changed in each."""

    required_right = ("view", LetterTemplateEdition)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one against the one before."""
        row: LetterTemplate = fetch(request, LetterTemplate.objects.all(), pk)
        editions = list(row.editions.select_related("by"))
        asked = number_in(request.GET.get("edition", "")) or row.edition
        chosen = next((one for one in editions if one.number == asked), None)
        before = next((one for one in editions if chosen and one.number == chosen.number - 1), None)
        context = {
            "row": row,
            "editions": editions,
            "chosen": chosen,
            "before": before,
            "lines": _differences(before, chosen),
            "may_change": can(self.person, "change", LetterTemplate),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/lettertemplate_editions.html", context)


def _differences(
    before: LetterTemplateEdition | None, chosen: LetterTemplateEdition | None
) -> list[tuple[str, str]]:
    """Return (sign, line): "+" new, "-" gone, " " as before."""
    if chosen is None:
        return []
    new = [chosen.subject, "", *chosen.body.splitlines()]
    if before is None:
        return [(" ", line) for line in new]
    old = [before.subject, "", *before.body.splitlines()]
    return [(line[0], line[2:]) for line in difflib.ndiff(old, new) if line[0] != "?"]


class LetterRulesUpdate(CustomerFormPage):
    """How customers may object, and who they turn to next."""

    required_right = ("change", LetterSettings)
    form_class = LetterRulesForm
    title = gettext_lazy("Rules of letters")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = NAV
    form_columns = 1

    @cached_property
    def rules(self) -> LetterSettings:
        """The row."""
        return LetterSettings.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.rules}

    def conflict_record(self) -> LetterSettings:
        """The row."""
        return self.rules

    def cancel_url(self) -> str:
        """Back to the table."""
        return reverse("complaints:lettertemplate-list")

    def perform(self, form: LetterRulesForm) -> str:
        """Write it."""
        update_letter_rules(self.rules, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(**{"crumbs": [(_("Letters"), self.cancel_url())], **kwargs})
