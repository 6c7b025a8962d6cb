"""Targets that are declared: fields, who a row is, references, and the verbs that make and change a record.

A declaration says what is its own; this module does the rest: it remembers the file, refuses the same key
with other values, looks up references and stored records a batch at a time, decides what becomes of each
row, and keeps what undoing takes.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError, models, transaction

from core.choices import ImportOutcome
from core.errors import DomainError
from core.imports.faults import Fault
from core.imports.parsing import Row
from core.imports.targets import BatchResult, ImportSession, ImportTarget, LineOutcome, UndoLine
from core.imports.undo import kept_values, restored_values
from core.models import User

#: Refusals of an undo that say more than that others build upon the record.
_WHY_LEFT = {"changed_since": "changed_since", "stale": "changed_since", "in_the_past": "refused"}
#: What writes something.
_WRITES = (ImportOutcome.CREATED, ImportOutcome.UPDATED)


@dataclass
class Plan:
    """What will be done with one row: the values to write, and the stored record it is, if any."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    outcome: str = ImportOutcome.CREATED
    changes: dict[str, Any] = field(default_factory=dict)
    undo: dict[str, Any] | None = None

    def result(self) -> LineOutcome:
        """Return the outcome of the row; faults win."""
        if self.row.faults:
            return LineOutcome.faulty(self.row)
        known = self.record.pk if self.record is not None else None
        return LineOutcome(self.row.line, self.outcome, known, undo=self.undo)


class Reference(Protocol):
    """Finds the records of other kinds that rows name, for one person."""

    def load(self, plans: Sequence[Plan]) -> None:
        """Fetch everything that the rows of a batch could mean, in a fixed number of queries.

        What earlier references found stands in the plans' values.
        """

    def fill(self, plan: Plan) -> None:
        """Put the record into the plan's values, or refuse the row, naming what comes near."""


class DeclaredTarget(ImportTarget):
    """A target whose records are written one by one through the verbs of their package."""

    #: Fields that go into the record as they are; the others are for references and `prepare`.
    plain: tuple[str, ...] = ()
    #: What tells one row from another: the first group of fields that a row fills is its key.
    identity: tuple[tuple[str, ...], ...] = ()
    #: Fields of which no two records may have the same value, beside the key.
    alone: tuple[str, ...] = ()
    #: Makers of the references, for a session.
    references: tuple[Callable[[DeclaredSession], Reference], ...] = ()

    def session(self, *, options: Mapping[str, Any], by: User, label: str = "") -> ImportSession:
        """Return what works through one file."""
        return DeclaredSession(self, options=options, by=by, label=label)

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Judge what the references found, and add values; by default there is nothing to add."""

    @abstractmethod
    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """Set the stored record of each plan, in a fixed number of queries."""

    def differences(self, plan: Plan) -> dict[str, Any]:
        """Return the values that the stored record does not have yet."""
        return {
            name: value for name, value in plan.values.items() if getattr(plan.record, name, None) != value
        }

    @abstractmethod
    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Make the record and return it."""

    @abstractmethod
    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change the record and return it as stored."""

    @abstractmethod
    def remove(self, record: Any, by: User) -> None:
        """Take away a record that an import made and nobody changed; refuses one that is needed."""

    def undo_of(self, record: Any) -> dict[str, Any]:
        """Return what undoing a new record takes beyond the record itself."""
        return {}

    def mark_of(self, record: Any) -> dict[str, Any]:
        """Return by what an undo tells whether somebody changed the record since."""
        return {"version": record.version}

    def follow(self, plans: Sequence[Plan], session: DeclaredSession) -> None:
        """Do what follows the records of a batch together, in its transaction; by default nothing."""

    # ---- taking back --------------------------------------------------------------------------------
    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Remove made records and change others back, each for itself."""
        manager: Any = self.model._default_manager
        ids = [line.object_id for line in lines]
        records = {row.pk: row for row in manager.visible_to(by, "import").filter(pk__in=ids)}
        spared = self.spared(lines, records)
        left = {}
        for line in lines:
            record = records.get(line.object_id)
            if code := spared.get(line.line) or self._take_back(line, record, by):
                left[line.line] = code
        return left

    def spared(self, lines: Sequence[UndoLine], records: Mapping[int, Any]) -> Mapping[int, str]:
        """Return {line: code} of what an undo leaves alone, found for the whole batch at once."""
        return {}

    def has_changed(self, record: Any, line: UndoLine) -> bool:
        """Tell whether somebody changed the record since the import wrote it."""
        return bool(record.version != line.version)

    def _take_back(self, line: UndoLine, record: Any, by: User) -> str:
        if record is None:
            return "gone"
        if self.has_changed(record, line):
            return "changed_since"
        try:
            with transaction.atomic():
                if line.is_new:
                    self.remove_with(record, line.undo, by)
                else:
                    self.change_back(record, line.undo, by)
        except (DomainError, IntegrityError, models.ProtectedError) as error:
            return _WHY_LEFT.get(getattr(error, "code", ""), "in_use")
        return ""

    def key_text(self, value: Any) -> str:
        """Return a value of the identity as rows of one file are compared by it."""
        return str(value).casefold()

    def remove_with(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Remove a made record; targets that made more with it take that along."""
        self.remove(record, by)

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Give the record its old values; afterwards it is one version further."""
        old = restored_values(type(record), undo.get("old") or {})
        if old:
            self.update(record, old, by)
        type(record)._default_manager.filter(pk=record.pk).update(version=int(undo["version"]) + 1)


class DeclaredSession(ImportSession):
    """One file of a declared target."""

    def __init__(
        self, target: DeclaredTarget, *, options: Mapping[str, Any], by: User, label: str = ""
    ) -> None:
        super().__init__(options=options, by=by, label=label)
        self.target = target
        self.references = [make(self) for make in target.references]
        #: What a declaration looked up once for the whole file.
        self.memo: dict[str, Any] = {}

    # ---- the file itself ----------------------------------------------------------------------------
    def remember(self, rows: Sequence[Row]) -> None:
        """Note the key of each row; a key that comes again with other values is a fault."""
        for row in rows:
            if row.faults:
                continue
            key, named_by = self._key_of(row)
            digest = _digest(row.values.items())
            times, first, other = self.seen.add(key, row.line, digest)
            row.identity = key
            if times:
                row.same_as = first
                if other != digest:
                    row.refuse("same_key_twice", named_by, line=first)
                    continue
            self._ensure_alone(row, key)

    def _ensure_alone(self, row: Row, key: str) -> None:
        for name in self.target.alone:
            if name not in row.values:
                continue
            times, first, owner = self.seen.add(f"{name}:{str(row.values[name]).casefold()}", row.line, key)
            if times and owner != key:
                row.refuse("value_twice", name, line=first)

    def _key_of(self, row: Row) -> tuple[str, str]:
        for number, group in enumerate(self.target.identity):
            if all(name in row.values for name in group):
                parts = [self.target.key_text(row.values[name]) for name in group]
                return f"{number}:" + "\x1f".join(parts), group[-1]
        return "r:" + _digest(row.values.items()), ""

    # ---- the database -------------------------------------------------------------------------------
    def check_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Say what would become of the rows; writes nothing."""
        return BatchResult([plan.result() for plan in self._plan(rows)])

    def write_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Make and change the records, each in a savepoint, so that one that is refused stops no other."""
        plans = self._plan(rows, lock=True)
        self.write_plans([plan for plan in plans if not plan.row.faults and plan.outcome in _WRITES])
        self.target.follow([plan for plan in plans if plan.undo is not None], self)
        return BatchResult([plan.result() for plan in plans])

    def write_plans(self, plans: Sequence[Plan]) -> None:
        """Make and change the records of sound rows; targets that write many at once do so here."""
        for plan in plans:
            self.write_plan(plan)

    def _plan(self, rows: Sequence[Row], *, lock: bool = False) -> list[Plan]:
        target = self.target
        plans = [
            Plan(row, {key: row.values[key] for key in target.plain if key in row.values}) for row in rows
        ]
        for reference in self.references:
            reference.load(plans)
            for plan in plans:
                reference.fill(plan)
        for plan in plans:
            if not plan.row.faults:
                target.prepare(plan, self)
        sound = [plan for plan in plans if not plan.row.faults]
        target.find(sound, self, lock=lock)
        for plan in sound:
            if not plan.row.faults:
                self._decide(plan)
        return plans

    def _decide(self, plan: Plan) -> None:
        if plan.row.same_as:
            plan.outcome = ImportOutcome.DUPLICATE
        elif plan.record is not None:
            plan.changes = self.target.differences(plan) if self.mode != "create" else {}
            plan.outcome = ImportOutcome.UPDATED if plan.changes else ImportOutcome.DUPLICATE
        elif self.mode == "update":
            plan.row.refuse("not_found")

    def write_plan(self, plan: Plan) -> None:
        """Write one record in a savepoint; a refusal becomes a fault of its row."""
        try:
            with transaction.atomic():
                if plan.outcome == ImportOutcome.CREATED:
                    plan.record = self.target.create(plan.values, self)
                    extra = self.target.undo_of(plan.record)
                    plan.undo = {**self.target.mark_of(plan.record), **extra}
                else:
                    plan.undo = self._update(plan)
        except DomainError as error:
            name = next((name for name in error.fields if name in plan.row.texts), "")
            plan.row.faults.append(
                Fault("refused", name, plan.row.texts.get(name, ""), {"message": error.message})
            )

    def _update(self, plan: Plan) -> dict[str, Any]:
        columns = {item.name for item in plan.record._meta.concrete_fields}
        old = kept_values(plan.record, [name for name in plan.changes if name in columns])
        plan.record = self.target.update(plan.record, plan.changes, self.by)
        extra = getattr(plan.record, "undo_extra", {})
        return {"old": old, **self.target.mark_of(plan.record), **extra}


def _digest(items: Iterable[tuple[str, Any]]) -> str:
    text = "\x1f".join(f"{key}={value}" for key, value in sorted(items, key=lambda item: item[0]))
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()
