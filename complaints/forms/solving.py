"""Forms of investigating, redressing, calling back and phrases."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Emotion
from complaints.choices.solving import AttemptResult, Branch, Gap
from complaints.domain.causes import Bone
from complaints.models import (
    CallBackPolicy,
    Category,
    Cause,
    Compensation,
    CompensationCeiling,
    Investigation,
    PhraseCard,
)
from complaints.models.causes import MOST_WHYS
from core.forms import VersionMixin
from core.models import Organisation, Team
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices

_BONE = re.compile(r"^(?P<root>\*?)\s*(?P<text>.*?)\s*(?:[\[(（](?P<weight>[1-5])[\])）])?$")


class InvestigationForm(forms.Form):
    """Findings, the chain of whys, and the fishbone: one line a cause."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    summary = forms.CharField(
        label=_("Findings"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.CharField(
        label=_("Evidence"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    gap = forms.ChoiceField(label=_("Service gap"), required=False, choices=[("", "—"), *Gap.choices])

    def __init__(self, *args: Any, found: Investigation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chain = list(found.whys.all()) if found is not None else []
        for place in range(1, MOST_WHYS + 1):
            why = chain[place - 1] if place <= len(chain) else None
            self.fields[f"question_{place}"] = forms.CharField(
                label=_("Why? %(n)s") % {"n": place}, max_length=200, required=False
            )
            self.fields[f"answer_{place}"] = forms.CharField(
                label=_("Because"), max_length=300, required=False
            )
            if why is not None:
                self.initial.update({f"question_{place}": why.question, f"answer_{place}": why.answer})
        for branch, label in Branch.choices:
            self.fields[f"bone_{branch}"] = forms.CharField(
                label=label, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.fields["bone_man"].help_text = _(
            "One cause a line. A star before it marks the root cause; (1) to (5) behind it weighs it."
        )
        if found is not None:
            self._begin_with(found)
        self.fieldsets = (
            (_("What was found"), ("version", "summary", "evidence", "gap")),
            (
                _("Chain of whys"),
                tuple(f"{part}_{n}" for n in range(1, MOST_WHYS + 1) for part in ("question", "answer")),
            ),
            (_("Fishbone"), tuple(f"bone_{branch}" for branch in Branch.values)),
        )

    def _begin_with(self, found: Investigation) -> None:
        names = ("summary", "evidence", "gap", "version")
        self.initial.update({name: getattr(found, name) for name in names})
        for branch in Branch.values:
            rows = [row for row in found.bones.all() if row.branch == branch]
            self.initial[f"bone_{branch}"] = "\n".join(
                f"{'* ' if row.is_root else ''}{row.text} ({row.weight})" for row in rows
            )

    def clean(self) -> dict[str, Any]:
        """Read the lines of the bones; one that is too long for the diagram is refused at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.bones: list[Bone] = []
        for branch in Branch.values:
            for line in cleaned.get(f"bone_{branch}", "").splitlines():
                found = _BONE.match(line.strip())
                if found is None or not found["text"]:
                    continue
                if len(found["text"]) > 120:
                    self.add_error(f"bone_{branch}", _("At most 120 characters a line."))
                    continue
                weight = int(found["weight"] or 3)
                self.bones.append(Bone(branch, found["text"], weight, bool(found["root"])))
        return cleaned

    @property
    def whys(self) -> list[tuple[str, str]]:
        """The chain as (question, answer)."""
        data = self.cleaned_data
        return [(data[f"question_{n}"], data[f"answer_{n}"]) for n in range(1, MOST_WHYS + 1)]

    @property
    def values(self) -> dict[str, Any]:
        """The texts."""
        return {name: self.cleaned_data[name] for name in ("summary", "evidence", "gap")}


def category_choices() -> list[tuple[str, str]]:
    """The codes of the categories in use, with nothing first."""
    rows = Category.objects.current().order_by("position", "code")
    return [("", "—"), *((row.code, row.name) for row in rows)]


class CauseForm(VersionMixin, RecordForm):
    """A cause of the register."""

    class Meta:
        model = Cause
        fields = [
            "code", "name_zh_hans", "name_zh_hant", "name_en", "branch", "gap", "category_code", "owner",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())
        self.fields["category_code"].widget = forms.Select(choices=category_choices())


class PickCauseForm(forms.Form):
    """A cause for a complaint."""

    cause = forms.ModelChoiceField(label=_("Cause"), queryset=Cause.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].queryset = Cause.objects.order_by("code")  # type: ignore[attr-defined]


class CompensationForm(RecordForm):
    """What is proposed."""

    class Meta:
        model = Compensation
        fields = ["measure", "amount", "currency", "cost_team", "note"]
        widgets = {"note": forms.TextInput(attrs={"data-wide": "1"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cost_team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["currency"].initial = Organisation.load().base_currency


class ReasonForm(forms.Form):
    """Why."""

    note = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class CeilingForm(VersionMixin, RecordForm):
    """What a grade allows."""

    class Meta:
        model = CompensationCeiling
        fields = ["free", "most"]


_CONTENT = (
    ("5", _("5 – very content")),
    ("4", _("4 – content")),
    ("3", _("3 – so so")),
    ("2", _("2 – not content")),
    ("1", _("1 – not at all content")),
)
_SCORES = (("", "—"), *_CONTENT)


class AnswerForm(forms.Form):
    """What the customer said on the phone."""

    is_accepted = forms.TypedChoiceField(
        label=_("Is the solution accepted?"),
        choices=[("1", _("Yes")), ("0", _("No"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    result_score = forms.TypedChoiceField(
        label=_("Content with the result, 1–5"), choices=_SCORES, coerce=int, empty_value=None, required=False
    )
    process_score = forms.TypedChoiceField(
        label=_("Content with the handling, 1–5"),
        choices=_SCORES,
        coerce=int,
        empty_value=None,
        required=False,
    )
    emotion = forms.ChoiceField(
        label=_("Emotion afterwards"), choices=[("", "—"), *Emotion.choices], required=False
    )
    wish = forms.CharField(
        label=_("Wish"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What we should still do, in the customer's words."),
    )

    def __init__(self, *args: Any, low_score: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result_score"].help_text = _("Up to %(score)s, or a “No”, opens the case again.") % {
            "score": low_score
        }


class AttemptForm(forms.Form):
    """A call without an answer."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[pair for pair in AttemptResult.choices if pair[0] != AttemptResult.REACHED],
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class PublicAnswerForm(forms.Form):
    """The one question of the link."""

    score = forms.TypedChoiceField(
        label=_("How content are you?"),
        choices=_CONTENT,
        coerce=int,
        widget=forms.RadioSelect,
    )
    wish = forms.CharField(
        label=_("What should we still do?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CallBackPolicyForm(VersionMixin, RecordForm):
    """How call-backs are made."""

    class Meta:
        model = CallBackPolicy
        fields = ["most_attempts", "hours_between", "low_score", "link_days", "close_days"]
        help_texts = {
            "most_attempts": _("After so many calls without an answer the call-back is given up."),
            "hours_between": _("The next try is due so long after the one before."),
            "low_score": _("Of 1 to 5, as customers give for the result."),
            "link_days": _("For the mail with one question that goes out with the solution."),
            "close_days": _("Where no objection came and no call-back is due. 0: until somebody closes it."),
        }


class PhraseForm(VersionMixin, RecordForm):
    """A phrase card."""

    class Meta:
        model = PhraseCard
        fields = [
            "step", "gap", "category_code", "is_active", "text_zh_hans", "text_zh_hant", "text_en",
            "technique",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 2}) for name in ("text_zh_hans", "text_zh_hant", "text_en")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category_code"].widget = forms.Select(choices=category_choices())
