"""Forms around lists: saving a view, choosing columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.access import can, teams_above
from core.choices import ViewScope
from core.filters import ScopedFilterSet, reader_of
from core.models import SavedView, Team, User
from core.view_tokens import in_words, tokens_for


class ViewForm(forms.Form):
    """A view: its name, who is offered it, and which of its filters move with the reader and the day."""

    name = forms.CharField(label=_("Name"), max_length=60)
    scope = forms.ChoiceField(label=_("For"), choices=ViewScope.choices, initial=ViewScope.PRIVATE)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        help_text=_("Teams below it see it too."),
    )
    keep_columns = forms.BooleanField(label=_("With the columns as they are now"), required=False)
    is_default = forms.BooleanField(label=_("Open the list with this view"), required=False)
    #: Of a view that is changed: the version that the person saw.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_publish = can(by, "publish", SavedView)
        teams = Team.objects.all() if may_publish else Team.objects.filter(pk__in=teams_above(by))
        self.fields["team"].queryset = teams.order_by("name")  # type: ignore[attr-defined]
        if not may_publish:
            choices = [pair for pair in ViewScope.choices if pair[0] != ViewScope.PUBLIC]
            self.fields["scope"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A view for a team needs the team."""
        cleaned = super().clean() or {}
        if cleaned.get("scope") == ViewScope.TEAM and cleaned.get("team") is None:
            self.add_error("team", _("Choose the team."))
        return cleaned

    def add_tokens(self, filterset: ScopedFilterSet, user: User) -> None:
        """Ask, for each filter whose value a token could stand for, whether it should."""
        reader = reader_of(user)
        for name, values in filterset.parameters().items():
            if len(values) != 1 or values[0].startswith("@"):
                continue
            is_end = filterset.is_end(name)
            is_day = isinstance(filterset.form.fields.get(name), forms.DateField)
            found = tokens_for(values[0], reader, is_end=is_end, is_day=is_day)
            fits = found if is_day else [one for one in found if _fits(one, name, filterset)]
            if fits:
                label = filterset.form.fields[name].label
                self.fields[f"token_{name}"] = forms.ChoiceField(
                    label=label,
                    required=False,
                    choices=[("", filterset.chip_label(name)), *((one, in_words(one)) for one in fits)],
                    help_text=_("Stay with this value, or follow the reader and the day."),
                )

    def tokens(self) -> dict[str, str]:
        """Return filter → token, as chosen."""
        prefix = "token_"
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }


def _fits(token: str, name: str, filterset: ScopedFilterSet) -> bool:
    """A person's number may be a team's as well: the filter says which of the two it asks for."""
    model = getattr(getattr(filterset.form.fields[name], "queryset", None), "model", None)
    return (token == "@me" and model is User) or (token == "@my-team" and model is Team)  # noqa: S105


def query_with(query: QueryDict, tokens: dict[str, str]) -> dict[str, list[str]]:
    """Return the filters with the chosen tokens in place of their values."""
    return {name: [tokens[name]] if name in tokens else values for name, values in query.lists()}
