"""The form where a person chooses how to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.domain.notice_choices import Choice
from core.models import NotificationTiming
from core.notices import Kind, MailMode, NoticeGroup

DAYS = [
    ("0", _("Monday")), ("1", _("Tuesday")), ("2", _("Wednesday")), ("3", _("Thursday")),
    ("4", _("Friday")), ("5", _("Saturday")), ("6", _("Sunday")),
]  # fmt: skip
TIMING_FIELDS = (
    "quiet_from", "quiet_to", "quiet_days", "digest_at", "digest_on_workdays", "paused_until",
)  # fmt: skip


class NoticeForm(forms.Form):
    """A switch and a choice for each kind, and when mail may come."""

    digest_at = forms.TimeField(label=_("Daily summary at"), widget=forms.TimeInput)
    digest_on_workdays = forms.BooleanField(label=_("Only Monday to Friday"), required=False)
    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput,
        help_text=_("Mails wait until the quiet hours end. Leave both empty for none."),
    )
    quiet_to = forms.TimeField(label=_("Quiet until"), required=False, widget=forms.TimeInput)
    quiet_days = forms.MultipleChoiceField(
        label=_("Quiet hours begin on"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    paused_until = forms.DateField(
        label=_("No mail before"),
        required=False,
        widget=forms.DateInput,
        help_text=_("For holidays. What comes meanwhile is in the first summary after it."),
    )

    def __init__(
        self,
        *args: Any,
        kinds: list[Kind],
        choices: Mapping[str, Choice],
        timing: NotificationTiming,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for name in TIMING_FIELDS:
            self.fields[name].initial = getattr(timing, name)
        self.fields["quiet_days"].initial = list(timing.quiet_days or "0123456")
        for kind in kinds:
            choice = choices[kind.key]
            self.fields[f"app:{kind.key}"] = forms.BooleanField(
                label=str(kind.label), required=False, initial=choice.in_app, disabled=kind.required
            )
            self.fields[f"mail:{kind.key}"] = forms.ChoiceField(
                label=str(kind.label), choices=MailMode.choices, initial=choice.mail, disabled=kind.required
            )

    def clean_paused_until(self) -> Any:
        """A pause that has ended is none."""
        day = self.cleaned_data["paused_until"]
        return None if day is not None and day <= timezone.localdate() else day

    @property
    def chosen(self) -> dict[str, Choice]:
        """What was chosen, by kind."""
        values = self.cleaned_data
        return {
            kind.key: Choice(values[f"app:{kind.key}"], values[f"mail:{kind.key}"]) for kind in self.kinds
        }

    @property
    def timing(self) -> dict[str, Any]:
        """When mail may come, as it is stored."""
        values = {name: self.cleaned_data[name] for name in TIMING_FIELDS}
        return values | {"quiet_days": "".join(sorted(values["quiet_days"]))}

    def groups(self) -> list[dict[str, Any]]:
        """Return the rows of the table under their headings."""
        found = []
        for group in NoticeGroup:
            rows = [
                {"kind": kind, "app": self[f"app:{kind.key}"], "mail": self[f"mail:{kind.key}"]}
                for kind in self.kinds
                if kind.group == group
            ]
            if rows:
                found.append({"label": group.label, "rows": rows})
        return found
