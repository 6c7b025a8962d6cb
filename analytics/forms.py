"""Forms: cleaning of input, no decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.choices import DismissReason, Segment, WarningState
from analytics.domain.policy import EDITABLE
from analytics.domain.segment_maps import cells_of
from analytics.models import ScoringPolicy, SegmentMap


class RunForm(forms.Form):
    """As of which day to compute."""

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Orders dated later are left out. Today, unless the history ended earlier."),
    )


class MoveForm(forms.Form):
    """A step of a warning."""

    state = forms.ChoiceField(label=_("State"), choices=WarningState)
    reason = forms.ChoiceField(
        label=_("Why is this no risk?"), choices=[("", "—"), *DismissReason.choices], required=False
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-wide": "1"}),
    )


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The scoring policy."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ScoringPolicy
        fields = list(EDITABLE)

    fieldsets = (
        (
            _("Who is warned about"),
            (
                "min_risk",
                "min_stake",
                "min_purchase_days",
                "silence_factor",
                "lost_after_windows",
                "max_new_per_owner",
            ),
        ),
        (_("Risk"), ("risk_high", "risk_mid", "window_percentile", "window_min", "window_max")),
        (_("Value"), ("model", "discount_per_month", "margin_share", "rfm_window")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version


class SegmentMapForm(forms.Form):
    """A segment for each cell of a map."""

    name = forms.CharField(label=_("Name"), max_length=100)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, segment_map: SegmentMap, prefix: Any = None
    ) -> None:
        initial = {"name": segment_map.name, "version": segment_map.version} | {
            f"cell_{cell}": key for cell, key in segment_map.cells.items()
        }
        super().__init__(data, files, prefix=prefix, initial=initial)
        for cell in cells_of(segment_map.uses):
            self.fields[f"cell_{cell}"] = forms.ChoiceField(
                label=_("Cell %(cell)s") % {"cell": " · ".join(cell)},
                choices=[("", "—"), *Segment.choices],
                error_messages={"required": _("Choose a segment."), "invalid_choice": _("Choose a segment.")},
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )

    @property
    def cells(self) -> dict[str, str]:
        """The cells chosen."""
        return {
            name.removeprefix("cell_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("cell_")
        }
