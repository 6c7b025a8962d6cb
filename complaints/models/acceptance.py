"""Whether a complaint is dealt with at all, as the complainant was told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Acceptance

MOST_REASON = 500


class Accepted(models.Model):
    """Part of a case: accepted or not, since when the complainant knows, and why not. Told once."""

    acceptance = models.CharField(
        _("acceptance"), max_length=8, choices=Acceptance, blank=True, editable=False
    )
    acceptance_at = models.DateTimeField(_("acceptance told"), null=True, blank=True, editable=False)
    acceptance_reason = models.CharField(
        _("why it was not accepted"), max_length=MOST_REASON, blank=True, editable=False
    )

    class Meta:
        abstract = True


ACCEPTANCE_CONSTRAINTS = (
    models.CheckConstraint(
        condition=Q(acceptance="", acceptance_at__isnull=True)
        | (~Q(acceptance="") & Q(acceptance_at__isnull=False)),
        name="acceptance_says_when",
    ),
    models.CheckConstraint(
        condition=~Q(acceptance=Acceptance.REFUSED) | ~Q(acceptance_reason=""),
        name="refused_acceptance_says_why",
    ),
)
