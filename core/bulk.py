"""What may be done to many rows of a list at once: each package declares its own actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise

from core.models import User

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What an action did to a row, as JSON holds it: values before, and values that it left."""

    old: dict[str, Any]
    new: dict[str, Any]


class BulkForm(forms.Form):
    """What an action asks for; `by` is who acts."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)


@dataclass(frozen=True)
class Told:
    """Who hears of an action: whoever an effect names under `key`, once for all rows of a run.

    `title` says `%(count)s`. The message leads to the receiver's rows in `list_key`, by default the list
    of the action; its filter is called `key`, too.
    """

    kind: str
    title: Promise
    key: str = "owner"
    list_key: str = ""


@dataclass(frozen=True)
class BulkAction:
    """One action. `apply(row, values, by)` calls a domain verb and returns its effect, None when nothing
    was to change; what the verb refuses becomes the reason beside the row. `undo(row, old, new, by)` puts
    back what is still as the action left it and tells whether it was. Without `undo` there is no way back.
    Neither tells anybody: where `told` is given, each receiver gets one message for a run, and for its undo.
    `hands_over`: rows may leave the reach of who acts, who takes them back all the same; `undo` must then
    look whether owner and team are still as the action left them.
    """

    key: str
    label: str | Promise
    icon: str
    apply: Callable[[Any, Values, User], Effect | None]
    right: str = "change"
    undo: Callable[[Any, Values, Values, User], bool] | None = None
    form: type[BulkForm] = BulkForm
    is_dangerous: bool = False
    told: Told | None = None
    hands_over: bool = False
