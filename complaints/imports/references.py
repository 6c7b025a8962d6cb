"""Categories, queues and handlers that rows of cases name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from complaints.choices.cases import CaseKind
from complaints.models import Category, Complaint, Queue
from complaints.rules import can_handle
from core.access import can
from core.imports.declared import DeclaredSession, Plan
from core.models import User
from customers.imports.people import People, key_of

_LANGUAGES = ("name_en", "name_zh_hans", "name_zh_hant")
_SHOWN = 5


def kind_of(plan: Plan, session: DeclaredSession) -> str:
    """Return whether the row is a complaint or a service request."""
    chosen = session.options.get("case_kind") or CaseKind.COMPLAINT
    return str(plan.row.values.get("kind") or chosen)


def names_of(row: Any) -> set[str]:
    """Return the names of a queue or category in every language, as comparison sees them."""
    return {key_of(getattr(row, name)) for name in _LANGUAGES if getattr(row, name)}


class CategoryReference:
    """A category by code or name: the edition of the day on which the case was received.

    A case that is older than all editions has the first one. Categories are few: all are known at once.
    """

    def __init__(self, session: DeclaredSession) -> None:
        self._session = session

    @cached_property
    def _editions(self) -> dict[tuple[str, str], list[Category]]:
        """(kind, code) → editions, the first one first."""
        found: dict[tuple[str, str], list[Category]] = defaultdict(list)
        rows = Category.objects.select_related("queue__team").order_by("kind", "code", "edition")
        for row in rows:
            found[row.kind, row.code].append(row)
        return found

    @cached_property
    def _codes(self) -> dict[tuple[str, str], set[str]]:
        """(kind, name in any language or edition) → codes."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (kind, code), rows in self._editions.items():
            for row in rows:
                for name in names_of(row):
                    found[kind, name].add(code)
        return found

    def load(self, plans: Sequence[Plan]) -> None:
        """All are known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the edition into the plan, or refuse the row with names that come near."""
        text, received = plan.row.values.get("category"), plan.row.values.get("received_at")
        if not text or received is None:
            return
        kind = kind_of(plan, self._session)
        codes = {text.strip().lower()} if (kind, text.strip().lower()) in self._editions else set()
        codes = codes or self._in_use(kind, self._codes.get((kind, key_of(text)), set()), received)
        if len(codes) == 1:
            plan.values["category"] = self.edition(kind, next(iter(codes)), received)
        elif codes:
            plan.row.refuse("ambiguous_category", "category", candidates=", ".join(sorted(codes)[:_SHOWN]))
        else:
            plan.row.refuse_name("unknown_category", "category", text, self._names(kind))

    def _in_use(self, kind: str, codes: set[str], at: datetime) -> set[str]:
        """Of several codes that ever had the name, those whose edition of the day has it still decide."""
        if len(codes) < 2:
            return codes
        current = {code for code in codes if _held(self.edition(kind, code, at), at)}
        return current or codes

    def edition(self, kind: str, code: str, at: datetime) -> Category:
        """Return the edition that held at `at`; else the nearest one."""
        rows = self._editions[kind, code]
        held = [row for row in rows if row.valid_from <= at]
        return held[-1] if held else rows[0]

    def current(self, category: Category) -> Category | None:
        """Return the edition of the category that new facts may name."""
        last = self._editions[category.kind, category.code][-1]
        return last if last.retired_at is None else None

    def above(self, category: Category) -> Category | None:
        """Return the category above it, as it is now."""
        rows = self._editions.get((category.kind, category.parent_code))
        return rows[-1] if rows else None

    def _names(self, kind: str) -> Iterable[str]:
        rows = [editions[-1] for (own, _code), editions in self._editions.items() if own == kind]
        return [name for row in rows for name in (getattr(row, column) for column in _LANGUAGES) if name]


def _held(category: Category, at: datetime) -> bool:
    return category.valid_from <= at and (category.retired_at is None or at < category.retired_at)


class QueueReference:
    """A queue by its name in any language."""

    def __init__(self, session: DeclaredSession) -> None:
        self._session = session

    @cached_property
    def queues(self) -> list[Queue]:
        """All queues, those in use first."""
        return list(Queue.objects.select_related("team").order_by("-is_active", "position", "pk"))

    def load(self, plans: Sequence[Plan]) -> None:
        """All are known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the queue into the plan, or refuse the row. One that is out of use takes no open case."""
        text = plan.row.values.get("queue")
        if not text:
            return
        kind = kind_of(plan, self._session)
        own = [queue for queue in self.queues if queue.kind == kind]
        found = next((queue for queue in own if key_of(text) in names_of(queue)), None)
        if found is None:
            names = [
                name for queue in own for name in (getattr(queue, column) for column in _LANGUAGES) if name
            ]
            plan.row.refuse_name("unknown_queue", "queue", text, names)
        else:
            plan.values["queue"] = found


class _Everybody(People):
    """People with those who have left: they stand with what they did."""

    @cached_property
    def _everybody(self) -> list[User]:
        # Of one name or address, whoever is still here comes last and so wins.
        return list(User.objects.filter(is_service=False).select_related("team").order_by("is_active", "pk"))


class HandlerReference:
    """Who handles or handled a case: open ones only somebody who can."""

    def __init__(self, session: DeclaredSession) -> None:
        self._people, self._by = _Everybody(session.by), session.by
        self._may_assign = can(session.by, "assign", Complaint)

    def load(self, plans: Sequence[Plan]) -> None:
        """Everybody is known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the handler into the plan, or refuse the row."""
        text = plan.row.values.get("owner")
        found = self._people.user(plan.row, "owner", text) if text else None
        if found is None:
            return
        if found.pk != self._by.pk and not self._may_assign:
            plan.row.refuse("may_not_assign", "owner")
        plan.values["owner"] = found


def refuse_who_left(plan: Plan) -> None:
    """Refuse an open case whose handler cannot work on it."""
    owner = plan.values.get("owner")
    if owner is not None and not can_handle(owner):
        plan.row.refuse("handler_left", "owner")
