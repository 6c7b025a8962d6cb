"""Forms of what is foreseen."""

from __future__ import annotations

from complaints.domain.satisfaction import POLICY_FIELDS
from complaints.models import SatisfactionPolicy
from core.forms import VersionMixin
from customers.forms.base import RecordForm


class SatisfactionPolicyForm(VersionMixin, RecordForm):
    """From where on a fall of satisfaction is warned of."""

    class Meta:
        model = SatisfactionPolicy
        fields = list(POLICY_FIELDS)
