"""Service policies on pages: targets and ladders, what they come to, and their forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from complaints.deadlines import due_after, level_moment
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.ladder import ladder_for
from complaints.domain.policies import delete_level, save_level, save_policy
from complaints.forms.policies import LevelForm, PolicyForm
from complaints.models import Level, Policy
from complaints.shown_clocks import offset_in_words, target_in_words
from complaints.views.settings import NAV, SettingForm
from core.access import can
from core.views.base import Right, RightsMixin
from customers.views.base import fetch


class PolicyDetail(RightsMixin, TemplateView):
    """A policy: its targets, its ladder, and what both come to for a case of any moment."""

    required_right: ClassVar[Right] = ("view", Policy)
    template_name = "complaints/policy_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Work out the preview for the moment that is asked for, or for now."""
        policy = fetch(self.request, Policy.objects.select_related("calendar"), self.kwargs["pk"])
        asked = parse_datetime(self.request.GET.get("at", "")) if self.request.GET.get("at") else None
        at = timezone.make_aware(asked) if asked is not None and timezone.is_naive(asked) else asked
        at = at or timezone.now()
        return super().get_context_data(
            policy=policy,
            at=timezone.localtime(at),
            preview=preview_of(policy, at),
            may_change=can(self.person, "change", Policy),
            nav_current=NAV,
            **kwargs,
        )


def preview_of(policy: Policy, at: datetime) -> list[dict[str, Any]]:
    """Return each target with its due time for a case received at that moment, and its levels with theirs."""
    calendar = working_calendar(policy.calendar or default_calendar(), since=at)
    shown = []
    for target in policy.targets.all():
        due = due_after(at, target.amount, target.unit, calendar)
        rows = [
            {
                "level": level,
                "at": level_moment(due, level.offset, calendar if level.in_working_time else None),
                "when": offset_in_words(level.offset, working=level.in_working_time),
            }
            for level in ladder_for(policy.pk, target.clock, target.name)
        ]
        words = target_in_words(target.amount, target.unit)
        shown.append({"target": target, "words": words, "due": due, "levels": rows})
    return shown


class PolicyEdit(SettingForm):
    """A policy, new or changed."""

    required_right: ClassVar[Right] = ("change", Policy)
    model = Policy
    form_class = PolicyForm
    title = gettext_lazy("Service policy")
    submit_label = gettext_lazy("Save policy")
    success_message = gettext_lazy("Policy saved. Open cases keep their targets until you apply it to them.")

    def save(self, form: PolicyForm) -> Policy:
        """Save the policy with its targets."""
        return save_policy(
            form.values,
            form.targets,
            by=self.person,
            policy=self.row,
            version=form.seen_version,
            statutory=form.statutory,
        )

    def url_after(self, record: Policy) -> str:
        """The page of the policy."""
        return reverse("complaints:policy-detail", args=[record.pk])


class LevelEdit(SettingForm):
    """A level of a ladder, new or changed."""

    required_right: ClassVar[Right] = ("change", Policy)
    form_class = LevelForm
    title = gettext_lazy("Level of escalation")
    submit_label = gettext_lazy("Save level")
    success_message = gettext_lazy("Level saved. New cases carry it.")

    @cached_property
    def policy(self) -> Policy:
        """The policy of the ladder."""
        found: Policy = fetch(self.request, Policy.objects.all(), self.kwargs["policy"], "change")
        return found

    @cached_property
    def row(self) -> Any:
        """The level that is edited; None for a new one."""
        key = self.kwargs.get("pk")
        return get_object_or_404(Level, pk=key, policy=self.policy) if key is not None else None

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the policy, whose deadlines it offers."""
        return {**super().form_arguments(), "policy": self.policy}

    def cancel_url(self) -> str:
        """Back to the policy."""
        return reverse("complaints:policy-detail", args=[self.policy.pk])

    def save(self, form: LevelForm) -> Level:
        """Save the level."""
        return save_level(self.policy, form.values, by=self.person, level=self.row)


class LevelDelete(RightsMixin, View):
    """A level taken off the ladder."""

    required_right: ClassVar[Right] = ("change", Policy)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, policy: int, pk: int) -> HttpResponse:
        """Take it off and go back."""
        row = fetch(request, Policy.objects.all(), policy, "change")
        level = get_object_or_404(Level.objects.select_related("policy"), pk=pk, policy=row)
        delete_level(level, by=self.person)
        messages.success(request, _("Level deleted. Cases that run keep theirs."))
        return redirect(reverse("complaints:policy-detail", args=[row.pk]))
