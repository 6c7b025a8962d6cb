"""Grading rules on pages: the list, and a rule with its effect before it is saved."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from complaints.choices.cases import Grade
from complaints.domain.grading_preview import Impact, impact_of, rules_with
from complaints.domain.grading_rules import (
    checked_rule,
    default_grade,
    rules_in_force,
    save_rule,
    set_default_grade,
)
from complaints.forms.grading import DefaultGradeForm, GradingRuleForm
from complaints.models import GradingRule, GradingSetting
from complaints.words.grading import (
    category_names,
    label_of,
    sentence_of,
)
from core.access import can
from core.errors import DomainError
from core.navigation import settings_crumbs
from core.views.base import Right, RightsMixin
from customers.views.base import CustomerFormPage, fetch

NAV = "settings"
RULES_HOME = (gettext_lazy("Grading rules"), "complaints:gradingrule-list")


class GradingRules(RightsMixin, TemplateView):
    """All rules in their order, each as a sentence; the grade where none applies."""

    required_right: ClassVar[Right] = ("view", GradingRule)
    template_name = "complaints/gradingrule_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the rules and put them into words."""
        names = category_names()
        rows = list(GradingRule.objects.visible_to(self.person).order_by("position", "id"))
        for row in rows:
            row.sentence = sentence_of(row.grade, row.conditions, names)
        return super().get_context_data(
            rules=rows,
            last=len(rows),
            default=GradingSetting(default_grade=default_grade()),
            may_change=can(self.person, "change", GradingRule),
            may_add=can(self.person, "add", GradingRule),
            may_delete=can(self.person, "delete", GradingRule),
            nav_current=NAV,
            **kwargs,
        )


class _RulePage(CustomerFormPage):
    """A form about grading."""

    nav_current = NAV
    template_name = "complaints/gradingrule_form.html"

    def cancel_url(self) -> str:
        """Back to the rules."""
        return reverse("complaints:gradingrule-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(crumbs=settings_crumbs(RULES_HOME), **kwargs)

    def impact(self, form: Any) -> Impact:
        """Return what saving the form would do to the last complaints."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        """Show the effect where that is asked for, else save."""
        if "preview" not in self.request.POST:
            return super().form_valid(form)
        try:
            impact = self.impact(form)
        except DomainError as error:
            return self.refused(form, error)
        shown = shown_impact(impact)
        return self.render_to_response(self.get_context_data(form=form, impact=shown, **self.asked(form)))

    def asked(self, form: Any) -> dict[str, Any]:
        """Return what the preview says of the form."""
        return {}


def shown_impact(impact: Impact) -> dict[str, Any]:
    """Return the effect with its grades in words."""
    return {
        "impact": impact,
        "moves": [(label_of(Grade, old), label_of(Grade, new), count) for old, new, count in impact.moves],
        "examples": [
            {"case": one.case, "old": label_of(Grade, one.old), "new": label_of(Grade, one.new)}
            for one in impact.examples
        ],
    }


class _RuleForm(_RulePage):
    """A rule, new or changed."""

    form_class = GradingRuleForm
    submit_label = gettext_lazy("Save rule")
    success_message = gettext_lazy("Rule saved. New complaints are graded by it.")

    @cached_property
    def row(self) -> GradingRule | None:
        """The rule that is edited; None for a new one."""
        return None

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def impact(self, form: Any) -> Impact:
        """Judge the last complaints by the rules with this one as it is typed."""
        return impact_of(rules_with(self._typed(form)), user=self.person)

    def asked(self, form: Any) -> dict[str, Any]:
        """Say what the rule would say."""
        typed = self._typed(form)
        return {"sentence": sentence_of(typed.grade, typed.conditions, category_names())}

    def _typed(self, form: Any) -> GradingRule:
        row = self.row
        code = row.code if row is not None else "new"
        return GradingRule(pk=row.pk if row is not None else None, code=code, **checked_rule(form.rule, row))

    def perform(self, form: Any) -> str:
        """Save it and go back."""
        version = form.seen_version if self.row is not None else None
        save_rule(form.rule, by=self.person, rule=self.row, version=version)
        return self.cancel_url()


class GradingRuleCreate(_RuleForm):
    """A new rule."""

    required_right: ClassVar[Right] = ("add", GradingRule)
    title = gettext_lazy("New grading rule")
    once = True


class GradingRuleUpdate(_RuleForm):
    """Changing a rule."""

    required_right: ClassVar[Right] = ("change", GradingRule)
    title = gettext_lazy("Edit grading rule")

    @cached_property
    def row(self) -> GradingRule | None:
        """The rule."""
        found: GradingRule = fetch(self.request, GradingRule.objects.all(), self.kwargs["pk"], "change")
        return found

    def conflict_record(self) -> GradingRule | None:
        """The rule."""
        return self.row


class DefaultGrade(_RulePage):
    """The grade where no rule applies."""

    required_right: ClassVar[Right] = ("change", GradingSetting)
    form_class = DefaultGradeForm
    title = gettext_lazy("Grade where no rule applies")
    submit_label = gettext_lazy("Save grade")
    success_message = gettext_lazy("Saved. New complaints that no rule applies to get this grade.")
    form_columns = 1

    @cached_property
    def row(self) -> GradingSetting:
        """The row of the setting."""
        return GradingSetting.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def conflict_record(self) -> GradingSetting:
        """The row of the setting."""
        return self.row

    def impact(self, form: Any) -> Impact:
        """Judge the last complaints with the other grade."""
        grade = form.cleaned_data["default_grade"]
        return impact_of(rules_in_force(), default=grade, user=self.person)

    def perform(self, form: Any) -> str:
        """Save it and go back."""
        set_default_grade(form.cleaned_data["default_grade"], by=self.person, version=form.seen_version)
        return self.cancel_url()
