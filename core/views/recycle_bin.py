"""The recycle bin of everything that may be restored: found, taken out, deleted for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from core.access import can
from core.display import format_day
from core.domain.recycling import (
    Asked,
    Binned,
    Place,
    Result,
    chosen_rows,
    list_bin,
    purge_rows,
    restore_rows,
)
from core.errors import DomainError
from core.filters import MOST_DIGITS
from core.models import Organisation, User
from core.recycling import recyclables_for
from core.views.base import SIGNED_IN, Right, RightsMixin, go_to
from core.zones import midnight

_NAMED = 10
_REASONS_SHOWN = 5


#: Days that have a day before and after them on every database.
_DAYS = (MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9998, 12, 31)))


class BinFilterForm(forms.Form):
    """What to look for in the bin."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    by = forms.ModelChoiceField(
        label=gettext_lazy("Deleted by"), queryset=User.objects.none(), required=False
    )
    since = forms.DateField(
        label=gettext_lazy("Deleted from"),
        required=False,
        validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Deleted until"),
        required=False,
        validators=_DAYS,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        kinds = [(kind.key, kind.label) for kind in recyclables_for(by)]
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=[("", _("Everything")), *kinds], required=False
        )
        people: Any = self.fields["by"]
        people.queryset = User.objects.visible_to(by).order_by("full_name", "pk")

    def asked(self) -> Asked:
        """Return what the form says; days are those of the reader's zone."""
        data = self.cleaned_data
        return Asked(
            kind=data["kind"],
            by=data["by"],
            since=midnight(data["since"]) if data["since"] else None,
            until=midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
        )

    def chips(self) -> list[tuple[str, str]]:
        """Return (words, the rest of the filters as a query) for what is set."""
        kinds = dict(self.fields["kind"].choices)  # type: ignore[attr-defined]
        words: dict[str, Callable[[Any], str]] = {
            "kind": lambda value: str(kinds[value]),
            "by": str,
            "since": format_day,
            "until": format_day,
        }
        kept = {name: self.data.get(name) for name in words if self.cleaned_data.get(name)}
        return [
            (
                f"{self.fields[name].label}: {words[name](self.cleaned_data[name])}",
                "?" + urlencode({key: value for key, value in kept.items() if key != name}),
            )
            for name in kept
        ]


class RecycleBin(RightsMixin, View):
    """What was deleted, when and by whom, as far as the person may restore it."""

    required_right = SIGNED_IN

    @cached_property
    def form(self) -> BinFilterForm:
        """The filters as asked for."""
        return BinFilterForm(self.request.GET, by=self.person)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list, the last deleted first; filters that are not understood answer 400."""
        is_valid = self.form.is_valid()
        rows: list[Binned] = []
        following = None
        if is_valid:
            after = read_place(request.GET.get("after", ""))
            rows, following = list_bin(self.person, self.form.asked(), after=after)
        kept = {name: value for name, value in request.GET.items() if name in self.form.fields and value}
        context = {
            "rows": rows,
            "next_url": f"?{urlencode({**kept, 'after': write_place(following)})}" if following else "",
            "first_url": f"?{urlencode(kept)}" if request.GET.get("after") else "",
            "filter": self.form,
            "filter_form": self.form,
            "filter_chips": self.form.chips() if is_valid else [],
            "may_restore": bool(recyclables_for(self.person)),
            "may_purge": can(self.person, "change", Organisation),
            "days": Organisation.load().recycle_days,
            "nav_current": "settings",
        }
        return render(request, "core/recycle_bin.html", context, status=200 if is_valid else 400)


def write_place(place: Place) -> str:
    """Return the place as it stands in an address."""
    return f"{place.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{place.kind}-{place.pk}"


def read_place(text: str) -> Place | None:
    """Return the place that an address names; refuse what is none."""
    if not text:
        return None
    try:
        at, kind, pk = text.split("-")
        if not (kind.isdigit() and pk.isdigit() and len(kind) < 3 and len(pk) <= MOST_DIGITS):
            raise ValueError
        return Place(datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(kind), int(pk))
    except ValueError:
        raise DomainError("bad_cursor", _("This place in the list is not known.")) from None


class _Chosen(RightsMixin, View):
    """Something that is done with ticked rows."""

    required_right: ClassVar[Right] = SIGNED_IN
    http_method_names = ["post"]

    @cached_property
    def rows(self) -> list[Binned]:
        """The rows that were ticked; refused without any."""
        found = chosen_rows(self.person, self.request.POST.getlist("ids"))
        if not found:
            raise DomainError("no_rows", _("No row is chosen. Tick some first."))
        return found

    def tell(self, result: Result, done: str) -> HttpResponse:
        """Say what became of the rows, and go back to the bin."""
        if result.done:
            messages.success(self.request, done)
        for name, reason in result.refused[:_REASONS_SHOWN]:
            messages.warning(self.request, f"{name}: {reason}")
        if len(result.refused) > _REASONS_SHOWN:
            more = len(result.refused) - _REASONS_SHOWN
            text = ngettext("%(count)s more stays there.", "%(count)s more stay there.", more)
            messages.warning(self.request, text % {"count": more})
        return go_to(self.request, reverse("core:recycle-bin"))


class RecycleRestore(_Chosen):
    """Out of the bin again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Restore the ticked rows."""
        result = restore_rows(self.rows, by=self.person)
        done = ngettext("%(count)s record is back.", "%(count)s records are back.", result.done)
        return self.tell(result, done % {"count": result.done})


class RecyclePurge(_Chosen):
    """Away for good."""

    required_right: ClassVar[Right] = ("change", Organisation)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask first; delete when the question was answered."""
        if "confirmed" not in request.POST:
            context = {
                "rows": self.rows,
                "named": self.rows[:_NAMED],
                "more": max(len(self.rows) - _NAMED, 0),
                "nav_current": "settings",
            }
            return render(request, "core/recycle_purge.html", context)
        result = purge_rows(self.rows, by=self.person)
        done = ngettext(
            "%(count)s record is deleted for good.", "%(count)s records are deleted for good.", result.done
        )
        return self.tell(result, done % {"count": result.done})
