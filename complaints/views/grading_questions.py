"""Grading rules moved with a click, or switched, deleted and restored after a question."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from complaints.choices.cases import Grade
from complaints.domain.grading_preview import Impact, impact_of, rules_with, rules_without
from complaints.domain.grading_rules import (
    delete_rule,
    move_rule,
    restore_seeded,
    seeded_rules,
    switch_rule,
)
from complaints.grading import Rule
from complaints.models import GradingRule
from complaints.views.grading import NAV
from complaints.words.grading import (
    label_of,
)
from core.views.base import ConfirmPage, Right, RightsMixin
from customers.views.base import fetch


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
