"""Grading rules on pages: the list, a rule with its effect before it is saved, a case to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import TemplateView

from complaints.choices.cases import Grade
from complaints.domain.assessing import regrade_by_rules, verdict_of
from complaints.domain.grading_facts import facts_of
from complaints.domain.grading_preview import Impact, impact_of, rules_with, rules_without
from complaints.domain.grading_rules import (
    checked_rule,
    default_grade,
    delete_rule,
    move_rule,
    restore_seeded,
    rules_in_force,
    save_rule,
    seeded_rules,
    set_default_grade,
    switch_rule,
)
from complaints.forms.grading import DefaultGradeForm, GradeAgainForm, GradingRuleForm, TryForm
from complaints.grading import Rule, graded
from complaints.models import Complaint, GradingRule, GradingSetting
from complaints.views.base import CaseVerb
from complaints.words.grading import (
    category_names,
    condition_in_words,
    label_of,
    seen_in_words,
    sentence_of,
    why_of,
)
from complaints.words.rules import name_in_force
from core.access import can
from core.errors import DomainError
from core.navigation import settings_crumbs
from core.views.base import ConfirmPage, Right, RightsMixin
from customers.views.base import CustomerFormPage, fetch

NAV = "settings"
_HOME = (gettext_lazy("Grading rules"), "complaints:gradingrule-list")


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
        return super().get_context_data(crumbs=settings_crumbs(_HOME), **kwargs)

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


# ---- one click, or a question -----------------------------------------------------------------------
class GradingRuleMove(RightsMixin, View):
    """A rule one place up or down."""

    required_right: ClassVar[Right] = ("change", GradingRule)
    http_method_names = ["post"]
    up = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move it and go back to it."""
        row = fetch(request, GradingRule.objects.all(), pk, "change")
        if move_rule(row, up=self.up, by=self.person):
            text = _("“%(name)s” moved up.") if self.up else _("“%(name)s” moved down.")
            messages.success(request, text % {"name": row.name})
        return redirect(f"{reverse('complaints:gradingrule-list')}#rule-{row.pk}")


class _RuleQuestion(ConfirmPage):
    """A question about a rule, with what would follow for the last complaints."""

    nav_current = NAV
    action: ClassVar[str] = "change"

    @cached_property
    def row(self) -> GradingRule:
        """The rule."""
        found: GradingRule = fetch(self.request, GradingRule.objects.all(), self.kwargs["pk"], self.action)
        return found

    def consequences(self, rules: list[Rule], default: str | None = None) -> list[str]:
        """Return what follows, in words."""
        return impact_in_words(impact_of(rules, default=default, user=self.person))


def impact_in_words(impact: Impact) -> list[str]:
    """Return the effect as lines: how many of how many, and from which grade to which."""
    if not impact.changed:
        return [_("None of the last %(n)d complaints would be graded otherwise.") % {"n": impact.looked_at}]
    words = ngettext(
        "Of the last %(all)d complaints %(n)d would be graded otherwise.",
        "Of the last %(all)d complaints %(n)d would be graded otherwise.",
        impact.changed,
    )
    told = [words % {"n": impact.changed, "all": impact.looked_at}]
    return told + [
        f"{label_of(Grade, old)} → {label_of(Grade, new)}: {count}" for old, new, count in impact.moves
    ]


class GradingRuleSwitch(_RuleQuestion):
    """A rule switched off, or on again."""

    required_right: ClassVar[Right] = ("change", GradingRule)

    def question(self) -> dict[str, Any]:
        """Ask."""
        row, to = self.row, "off" if self.row.is_active else "on"
        if row.is_active:
            rules, title = rules_without(row), _("Switch rule off")
            message = _("Grade new complaints without “%(name)s”? Complaints keep the grade that they have.")
        else:
            row.is_active = True
            rules, title = rules_with(row), _("Switch rule on")
            message = _("Grade new complaints by “%(name)s” again? Complaints keep the grade that they have.")
        return {
            "title": title,
            "message": message % {"name": row.name},
            "consequences": self.consequences(rules),
            "confirm_label": title,
            "cancel_url": reverse("complaints:gradingrule-list"),
            "confirm_url": f"{self.request.path}?to={to}",
            "danger": False,
        }

    def perform(self) -> str:
        """Switch it to what the question said: a second click changes nothing."""
        asked = self.request.GET.get("to")
        is_active = asked == "on" if asked in {"on", "off"} else not self.row.is_active
        switch_rule(self.row, is_active=is_active, by=self.person)
        text = _("“%(name)s” is switched on.") if is_active else _("“%(name)s” is switched off.")
        messages.success(self.request, text % {"name": self.row.name})
        return reverse("complaints:gradingrule-list")


class GradingRuleDelete(_RuleQuestion):
    """A rule deleted."""

    required_right: ClassVar[Right] = ("delete", GradingRule)
    action = "delete"
    success_message = gettext_lazy("Rule deleted.")

    def question(self) -> dict[str, Any]:
        """Ask."""
        kept = _("Complaints that it graded keep their grade, its name and what it saw.")
        return {
            "title": _("Delete rule"),
            "message": _("Delete “%(name)s”?") % {"name": self.row.name},
            "consequences": [kept, *self.consequences(rules_without(self.row))],
            "confirm_label": _("Delete rule"),
            "cancel_url": reverse("complaints:gradingrule-list"),
        }

    def perform(self) -> str:
        """Delete it."""
        delete_rule(self.row, by=self.person)
        return reverse("complaints:gradingrule-list")


class GradingRulesRestore(_RuleQuestion):
    """Back to the rules that the product came with."""

    required_right: ClassVar[Right] = ("change", GradingRule)

    def question(self) -> dict[str, Any]:
        """Ask."""
        own = _("Rules of your own are switched off, not deleted; the grade where no rule applies is minor.")
        return {
            "title": _("Back to the rules of the product"),
            "message": _("Bring the rules back as they came, in their order?"),
            "consequences": [own, *self.consequences(seeded_rules(), Grade.MINOR)],
            "confirm_label": _("Bring the rules back"),
            "cancel_url": reverse("complaints:gradingrule-list"),
        }

    def perform(self) -> str:
        """Bring them back."""
        changed = restore_seeded(by=self.person)
        words = ngettext("%(n)d rule changed.", "%(n)d rules changed.", changed) % {"n": changed}
        messages.success(self.request, words if changed else _("The rules are as they came already."))
        return reverse("complaints:gradingrule-list")


# ---- trying -----------------------------------------------------------------------------------------
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
        context: dict[str, Any] = {"form": form, "crumbs": settings_crumbs(_HOME), "nav_current": NAV}
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


# ---- one complaint ----------------------------------------------------------------------------------
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
