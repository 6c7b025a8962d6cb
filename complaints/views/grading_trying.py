"""Trying the grading rules on a case or on facts, and grading one complaint again by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import Grade
from complaints.domain.assessing import regrade_by_rules, verdict_of
from complaints.domain.grading_facts import facts_of
from complaints.domain.grading_rules import (
    default_grade,
    rules_in_force,
)
from complaints.forms.grading import GradeAgainForm, TryForm
from complaints.grading import graded
from complaints.models import Complaint, GradingRule
from complaints.views.base import CaseVerb
from complaints.views.grading import NAV, RULES_HOME
from complaints.words.grading import (
    category_names,
    condition_in_words,
    label_of,
    seen_in_words,
    why_of,
)
from complaints.words.rules import name_in_force
from core.navigation import settings_crumbs
from core.views.base import Right, RightsMixin


class GradingTry(RightsMixin, View):
    """Which rules fire for a case, and why."""

    required_right: ClassVar[Right] = ("view", GradingRule)
    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form; a number in the address is tried at once."""
        if request.GET.get("number"):
            return self._answer(TryForm(request.GET, user=self.person))
        return self._answer(TryForm(user=self.person))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Try what was typed; nothing is kept."""
        return self._answer(TryForm(request.POST, user=self.person))

    def _answer(self, form: TryForm) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "crumbs": settings_crumbs(RULES_HOME), "nav_current": NAV}
        status = 200
        if form.is_bound and form.is_valid():
            case = form.cleaned_data["number"]
            facts = facts_of(case) if case is not None else form.facts
            context |= {"case": case, **tried(facts)}
        elif form.is_bound:
            status = 422
        return render(self.request, "complaints/grading_try.html", context, status=status)


def tried(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict over the facts, and for each rule which of its conditions hold and what they saw."""
    names, rules = category_names(), rules_in_force()
    verdict = graded(facts, rules, default_grade())
    rows = [
        {
            "name": name_in_force(rule.names, rule.code),
            "grade": rule.grade,
            "grade_label": label_of(Grade, rule.grade),
            "applies": rule.applies(facts),
            "decides": rule.code in verdict.rules,
            "conditions": [
                {
                    "clause": condition_in_words(one, names),
                    "seen": seen_in_words(one, one.seen(facts), names),
                    "holds": one.holds(facts),
                }
                for one in rule.conditions
            ],
        }
        for rule in rules
    ]
    rows.sort(key=lambda row: (not row["decides"], not row["applies"]))
    return {"verdict": verdict, "grade_label": label_of(Grade, verdict.grade), "rows": rows}


class CaseGradeAgain(CaseVerb):
    """Grading a complaint again by the rules of today, with the result before it is written."""

    required_right: ClassVar[Right] = ("grade", Complaint)
    action = "grade"
    form_class = GradeAgainForm
    template_name = "complaints/grade_again.html"
    title = gettext_lazy("Grade again by the rules")
    submit_label = gettext_lazy("Grade again")
    success_message = gettext_lazy("Graded again; the clocks follow it.")

    def get_template_names(self) -> list[str]:
        """A page of its own, or the same in the dialog of the case's page."""
        if self.request.headers.get("HX-Target") == "dialog":
            return [f"{self.template_name}#dialog"]
        return [self.template_name]

    @cached_property
    def verdict(self) -> Any:
        """What the rules say now."""
        return verdict_of(self.case)

    def get_initial(self) -> dict[str, Any]:
        """Remember what the person sees."""
        return {"grade": self.verdict.grade}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show old and new, and why."""
        return super().get_context_data(
            case=self.case,
            new_grade=self.verdict.grade,
            new_label=label_of(Grade, self.verdict.grade),
            is_same=self.verdict.grade == self.case.grade,
            why=why_of(self.verdict.as_evidence(), category_names()),
            **kwargs,
        )

    def perform(self, form: GradeAgainForm) -> str:
        """Grade it again and go back."""
        data = form.cleaned_data
        regrade_by_rules(self.case, reason=data["reason"], by=self.person, seen=data["grade"])
        return self.cancel_url()
