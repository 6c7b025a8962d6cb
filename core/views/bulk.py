"""Actions on many rows: asked for with what they change, followed, taken back."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from core.bulk import BulkForm
from core.choices import BulkOutcome
from core.domain.bulk import (
    action_of,
    counts_of,
    form_of,
    has_ended,
    may_undo,
    request_bulk,
    request_undo,
    selection,
    title_of,
)
from core.domain.once import do_once, token_in
from core.errors import DomainError
from core.models import BulkRun
from core.views.base import RightsMixin, add_refusal, go_to

#: A dangerous action on more rows than this asks to type their number.
TYPED_FROM = 100
_MOST_TICKED = 1_000
_NAMED = 5
_ROWS_SHOWN = 100


class BulkStart(RightsMixin, View):
    """From the list: show what an action would change and ask for its values; then let a job do it."""

    required_right = ("add", BulkRun)

    def post(self, request: HttpRequest, list_key: str, action: str) -> HttpResponse:
        """Ask first; do it when the question was answered."""
        self.definition, self.action = action_of(list_key, action, by=self.person)
        rows = selection(self.definition, query=self.query, ids=self.ids, by=self.person).order_by("pk")
        count = rows.count()
        if not count:
            raise DomainError("no_rows", _("No row is chosen. Tick some first."))
        if "confirmed" not in request.POST:
            return self._ask(form_of(self.action, None, by=self.person), rows, count)
        form = form_of(self.action, request.POST, by=self.person)
        is_typed = self._is_typed(count)
        if not form.is_valid() or not is_typed:
            return self._ask(form, rows, count, status=422, is_typed=is_typed)
        try:
            url, first = do_once(token_in(request.POST) or secrets.token_hex(8), self._do, by=self.person)
        except DomainError as error:
            add_refusal(form, error)
            return self._ask(form, rows, count, status=422)
        if not first:
            messages.info(request, _("This was started already."))
        return go_to(request, url)

    def _do(self) -> str:
        run = request_bulk(
            self.definition.key,
            self.action.key,
            query=self.query,
            ids=self.ids,
            data=self.request.POST,
            by=self.person,
        )
        return run.get_absolute_url()

    @cached_property
    def query(self) -> str:
        """The filters of the list."""
        return self.request.POST.get("query", "")

    @cached_property
    def ids(self) -> list[int] | None:
        """The rows that were ticked; None when everything in the view is meant."""
        if self.request.POST.get("everything") == "1":
            return None
        sent = self.request.POST.getlist("ids")[:_MOST_TICKED]
        return [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) <= 18]

    def _is_typed(self, count: int) -> bool:
        if not self._must_type(count):
            return True
        return self.request.POST.get("typed", "").replace(",", "").replace(" ", "") == str(count)

    def _must_type(self, count: int) -> bool:
        return self.action.is_dangerous and count > TYPED_FROM

    def _ask(
        self, form: BulkForm, rows: Any, count: int, *, status: int = 200, is_typed: bool = True
    ) -> HttpResponse:
        filterset = self.definition.filterset_class(QueryDict(self.query), queryset=rows, user=self.person)
        context = {
            "definition": self.definition,
            "action": self.action,
            "form": form,
            "count": count,
            "named": [str(row) for row in rows[:_NAMED]],
            "more": max(count - _NAMED, 0),
            "filter_chips": filterset.chips() if self.ids is None else [],
            "ids": self.ids or [],
            "everything": self.ids is None,
            "query": self.query,
            "must_type": self._must_type(count),
            "is_typed": is_typed,
            "once": self.request.POST.get("once") or secrets.token_urlsafe(16),
            "cancel_url": f"{reverse(self.definition.url_name)}?{self.query}",
        }
        return render(self.request, "core/bulk_confirm.html", context, status=status)


class BulkDetail(RightsMixin, View):
    """How an action went: progress, counts, rows that were not changed and why, the way back."""

    required_right = ("view", BulkRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        rows = BulkRun.objects.visible_to(self.person).for_list()
        run: BulkRun = get_object_or_404(rows, pk=pk)
        counts = counts_of(run)
        unchanged = run.rows.filter(outcome__in=[BulkOutcome.REFUSED, BulkOutcome.KEPT]).order_by("object_id")
        context = {
            "run": run,
            "title": title_of(run),
            "counts": [(label, counts[key]) for key, label in BulkOutcome.choices if counts.get(key)],
            "unchanged": list(unchanged[:_ROWS_SHOWN]),
            "may_undo": may_undo(run, by=self.person),
            "has_ended": has_ended(run),
            "is_forgotten": run.counts is not None,
        }
        return render(request, "core/bulk_detail.html", context)


class BulkUndo(RightsMixin, View):
    """Take an action back."""

    required_right = ("undo", BulkRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a job put back the old values."""
        run: BulkRun = get_object_or_404(
            BulkRun.objects.visible_to(self.person, "undo").select_related("job"), pk=pk
        )
        request_undo(run, by=self.person)
        return go_to(request, run.get_absolute_url())
