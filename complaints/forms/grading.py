"""Forms of grading: a rule with a field for each fact, a case to try, and grading again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Emotion, Impact, Intake
from complaints.choices.grading import Fact, Operator
from complaints.conditions import LONGEST_WORD, MOST_DAYS, MOST_REPEATS, MOST_TEXT, MOST_WORDS, plain
from complaints.domain.grading_facts import branch_of
from complaints.models import Category, Complaint, GradingRule, GradingSetting
from core.forms import VersionMixin
from core.models import User
from customers.choices import Tier
from customers.forms.base import RecordForm

_NAMES = ("name_en", "name_zh_hans", "name_zh_hant")
_FLAGS = (Fact.SAFETY, Fact.MEDIA, Fact.LEGAL)
_NONE = ("", "—")


def _boxes(choices: Any, label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


def category_choices(codes: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the categories of complaints in use, with those of `codes` that are not any more."""
    rows = list(Category.objects.current().of_kind("complaint"))
    above = {row.code: row.name for row in rows}
    shown = [
        (row.code, f"{above[row.parent_code]} / {row.name}" if row.parent_code in above else row.name)
        for row in rows
    ]
    return shown + [(code, code) for code in codes if code not in above]


class WordsField(forms.CharField):
    """Words with commas or on lines of their own."""

    def clean(self, value: Any) -> list[str]:
        """Return the words, each once."""
        parts = re.split(r"[,，、;；\n]", super().clean(value) or "")
        words = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            raise forms.ValidationError(
                _("At most %(words)d words of %(letters)d characters."),
                params={"words": MOST_WORDS, "letters": LONGEST_WORD},
            )
        return words


class GradingRuleForm(VersionMixin, RecordForm):
    """A rule: its name, the grade, and a field for each fact that it may ask about."""

    impact_at_least = forms.ChoiceField(
        label=_("The trouble reaches at least"), choices=[_NONE, *Impact.choices], required=False
    )
    impact_one_of = _boxes(Impact.choices, _("or exactly one of"))
    tier = _boxes(Tier.choices, _("Tier of the customer is one of"))
    intake = _boxes(Intake.choices, _("Received by one of"))
    repeats = forms.IntegerField(
        label=_("Earlier complaints, at least"), min_value=1, max_value=MOST_REPEATS, required=False
    )
    repeat_days = forms.IntegerField(
        label=_("within days"), min_value=1, max_value=MOST_DAYS, required=False, initial=90
    )
    emotion = forms.ChoiceField(
        label=_("The complainant is at least"), choices=[_NONE, *Emotion.choices], required=False
    )
    amount = forms.DecimalField(
        label=_("Amount at stake, at least"),
        required=False,
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In the currency of the organisation."),
    )
    words = WordsField(
        label=_("The text has any of these words"),
        required=False,
        max_length=2_500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("With commas. Latin letters are found as whole words, Chinese ones anywhere."),
    )
    is_safety = forms.BooleanField(label=_("Somebody's safety is at stake"), required=False)
    is_media = forms.BooleanField(label=_("Media or public attention"), required=False)
    is_legal = forms.BooleanField(label=_("Legal steps or a regulator"), required=False)

    fieldsets = (
        (_("The rule"), (*_NAMES, "grade", "is_active")),
        (
            _("How far it reaches"),
            ("impact_at_least", "impact_one_of", "amount", "is_safety", "is_media", "is_legal"),
        ),
        (_("Whose complaint it is"), ("tier", "repeats", "repeat_days", "emotion")),
        (_("What it is about, and how it came"), ("category", "intake", "words")),
    )

    class Meta:
        model = GradingRule
        fields = [*_NAMES, "grade", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {one["fact"]: one for one in self.instance.conditions or [] if isinstance(one, dict)}
        codes = asked.get(Fact.CATEGORY, {}).get("value", [])
        self.fields["category"] = _boxes(category_choices(codes), _("Category within one of"))
        for name, value in _initial(asked).items():
            self.initial[name] = value

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be meant: no name, two ways of asking about the reach, repeats without days."""
        data = super().clean() or {}
        if not any(data.get(name) for name in _NAMES):
            self.add_error("name_en", _("Give a name in at least one language."))
        if data.get("impact_at_least") and data.get("impact_one_of"):
            self.add_error("impact_one_of", _("Choose one way of asking how far it reaches, not both."))
        if data.get("repeats") and not data.get("repeat_days"):
            self.add_error("repeat_days", _("Say within how many days."))
        return data

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """The conditions as they are kept."""
        return _conditions(self.cleaned_data)

    @property
    def rule(self) -> dict[str, Any]:
        """Everything that `save_rule` takes."""
        return {**self.values, "conditions": self.conditions}


def _initial(asked: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact, one in asked.items():
        value = one.get("value", True)
        if fact == Fact.IMPACT:
            found[f"impact_{one['operator']}"] = value
        elif fact == Fact.REPEATS:
            found |= {"repeats": value, "repeat_days": one.get("days")}
        else:
            found[fact] = ", ".join(value) if fact == Fact.WORDS else value
    return found


def _conditions(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked: list[tuple[str, str, Any]] = [
        (Fact.IMPACT, Operator.AT_LEAST, data.get("impact_at_least")),
        (Fact.IMPACT, Operator.ONE_OF, data.get("impact_one_of")),
        (Fact.TIER, Operator.ONE_OF, data.get("tier")),
        *((flag, Operator.IS_SO, data.get(flag)) for flag in _FLAGS),
        (Fact.EMOTION, Operator.AT_LEAST, data.get("emotion")),
        (Fact.CATEGORY, Operator.WITHIN, data.get("category")),
        (Fact.INTAKE, Operator.ONE_OF, data.get("intake")),
        (Fact.AMOUNT, Operator.AT_LEAST, str(data["amount"]) if data.get("amount") else None),
        (Fact.WORDS, Operator.ANY_OF, data.get("words")),
    ]
    found = [{"fact": str(f), "operator": str(o), "value": value} for f, o, value in asked if value]
    if data.get("repeats"):
        found.append(
            {
                "fact": str(Fact.REPEATS),
                "operator": str(Operator.AT_LEAST),
                "value": data["repeats"],
                "days": data.get("repeat_days"),
            }
        )
    return found


class DefaultGradeForm(VersionMixin, RecordForm):
    """The grade where no rule applies."""

    class Meta:
        model = GradingSetting
        fields = ["default_grade"]


class GradeAgainForm(forms.Form):
    """Why a complaint is graded again, and which result the person saw."""

    grade = forms.CharField(widget=forms.HiddenInput, max_length=8)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


# ---- trying -----------------------------------------------------------------------------------------
class TryForm(forms.Form):
    """A case that may not exist, or the number of one that does."""

    number = forms.CharField(
        label=_("Number of a complaint"),
        required=False,
        max_length=20,
        help_text=_("Its facts are taken; the fields below are left aside."),
    )
    impact = forms.ChoiceField(
        label=_("Reach of the trouble"), choices=[_NONE, *Impact.choices], required=False
    )
    tier = forms.ChoiceField(label=_("Tier of the customer"), choices=[_NONE, *Tier.choices], required=False)
    repeats = forms.IntegerField(
        label=_("Earlier complaints"), min_value=0, max_value=MOST_REPEATS, required=False
    )
    days_ago = forms.IntegerField(
        label=_("the last one days ago"), min_value=0, max_value=MOST_DAYS, required=False
    )
    emotion = forms.ChoiceField(
        label=_("Emotion at intake"), choices=[_NONE, *Emotion.choices], required=False
    )
    intake = forms.ChoiceField(label=_("Received by"), choices=[_NONE, *Intake.choices], required=False)
    amount = forms.DecimalField(
        label=_("Amount at stake"),
        required=False,
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("9999999999.99"))],
    )
    words = forms.CharField(
        label=_("Text"), required=False, max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_safety = forms.BooleanField(label=_("Somebody's safety is at stake"), required=False)
    is_media = forms.BooleanField(label=_("Media or public attention"), required=False)
    is_legal = forms.BooleanField(label=_("Legal steps or a regulator"), required=False)

    fieldsets = (
        (_("A complaint that is there"), ("number",)),
        (
            _("Or one that could come"),
            (
                "impact", "tier", "repeats", "days_ago", "emotion", "category", "intake", "amount", "words",
                *_FLAGS,
            ),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category"] = forms.ChoiceField(
            label=_("Category"), choices=[_NONE, *category_choices()], required=False
        )

    def clean_number(self) -> Complaint | None:
        """Return the complaint, if the person sees it."""
        number = self.cleaned_data["number"].strip()
        if not number:
            return None
        rows = Complaint.objects.visible_to(self.user).complaints().select_related("customer", "category")
        found: Complaint | None = rows.numbered(number).first()
        if found is None:
            raise forms.ValidationError(_("There is no complaint of this number that you can see."))
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """The facts as grading takes them; what is left empty is not known."""
        return facts_from(self.cleaned_data)


def facts_from(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts from plain values: a category by its code, repeats as a count and days ago."""
    code = data.get("category") or ""
    row = Category.objects.current().of_kind("complaint").filter(code=code).first() if code else None
    repeats = data.get("repeats")
    return {
        str(Fact.IMPACT): data.get("impact") or None,
        str(Fact.TIER): data.get("tier") or None,
        str(Fact.REPEATS): None if repeats is None else (data.get("days_ago") or 0,) * repeats,
        **{str(flag): bool(data.get(flag)) for flag in _FLAGS},
        str(Fact.EMOTION): data.get("emotion") or None,
        str(Fact.CATEGORY): branch_of(row) or None,
        str(Fact.INTAKE): data.get("intake") or None,
        str(Fact.AMOUNT): data.get("amount"),
        str(Fact.WORDS): plain(data["words"]) if data.get("words") else None,
    }
