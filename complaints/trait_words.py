"""Values of traits in words."""

from __future__ import annotations

from typing import Any, Final

from complaints.choices.cases import Intake
from complaints.choices.foresight import Attribute, History, Spend, Tenure
from customers import segments
from customers.choices import Size, Stage, Tier
from customers.picklists import industries

_LABELS: Final[dict[str, Any]] = {
    Attribute.TIER: lambda: Tier.choices,
    Attribute.SEGMENT: segments.names,
    Attribute.INDUSTRY: industries,
    Attribute.SIZE: lambda: Size.choices,
    Attribute.STAGE: lambda: Stage.choices,
    Attribute.TENURE: lambda: Tenure.choices,
    Attribute.SPEND: lambda: Spend.choices,
    Attribute.CHANNEL: lambda: Intake.choices,
    Attribute.HISTORY: lambda: History.choices,
}


def trait_label(attribute: str, value: str) -> Any:
    """Return the value in words; what has no words is shown as it is."""
    offered = _LABELS.get(attribute)
    return dict(offered()).get(value, value) if offered is not None else value
