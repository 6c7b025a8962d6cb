"""A changed policy applied to open cases: what was asked for, how far it is, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.grading import ApplyState
from complaints.models.clocks import Policy
from complaints.querysets.cases import SettingQuerySet
from core.models import Job


class PolicyApplying(models.Model):
    """One applying of one policy. `last_case` is the place reached: it is written with each case, so a
    killed job goes on where it was, and no case is done twice.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="applyings")
    state = models.CharField(_("state"), max_length=8, choices=ApplyState, default=ApplyState.RUNNING)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    expected = models.PositiveIntegerField(_("cases counted"), default=0)
    # Cases that come later have the policy from their beginning.
    up_to = models.PositiveBigIntegerField(default=0)
    last_case = models.PositiveBigIntegerField(default=0)
    moved = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("left as they were"), default=0)
    skipped = models.PositiveIntegerField(_("ended meanwhile"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("applying of a policy")
        verbose_name_plural = _("applyings of policies")
        ordering = ["-asked_at", "-id"]
        constraints = [
            # Two people who ask at the same moment ask for one job.
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(state=ApplyState.RUNNING),
                name="one_running_applying_a_policy",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplyState.RUNNING, finished_at__isnull=True)
                | (~Q(state=ApplyState.RUNNING) & Q(finished_at__isnull=False)),
                name="applying_that_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.asked_at:%Y-%m-%d %H:%M}"
