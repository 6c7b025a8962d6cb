"""What can be imported: each package registers its targets, the engine works with any of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.choices import ImportOutcome
from core.imports import words
from core.imports.faults import Fault
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup, place_of
from core.imports.mapping import match_columns
from core.imports.parsing import Row
from core.imports.profile import Column
from core.imports.seen import Seen
from core.models import User

MODES = (
    ("upsert", _("Create new records and update existing ones")),
    ("create", _("Create new records only")),
    ("update", _("Update existing records only")),
)


#: Longer lists of choices are only begun; the page of repairs offers them all.
_SHOWN_CHOICES = 6


@dataclass(slots=True)
class LineOutcome:
    """What became, or would become, of one line."""

    line: int
    outcome: str
    object_id: int | None = None
    faults: Sequence[Fault] = ()
    # What undoing the line takes, as JSON; `version` is that of the record after the write, 1 if absent.
    undo: dict[str, Any] | None = None

    @classmethod
    def faulty(cls, row: Row) -> LineOutcome:
        """Return the outcome of a row with faults."""
        return cls(row.line, ImportOutcome.FAULTY, faults=row.faults)


@dataclass(slots=True)
class UndoLine:
    """One line to be taken back: which record it made or changed, and in which version it should be now."""

    line: int
    is_new: bool
    object_id: int
    version: int
    undo: dict[str, Any]


@dataclass
class BatchResult:
    """The outcomes of a batch, in any order, and further counts (new customers of an order file)."""

    outcomes: list[LineOutcome] = field(default_factory=list)
    extra: dict[str, int] = field(default_factory=dict)
    # Lines that can go ahead but deserve a look, with the reason.
    likely: dict[int, Fault] = field(default_factory=dict)


class ImportSession(ABC):
    """One dry run or import of one file: its options, its person, and what it remembers of the file."""

    def __init__(self, *, options: Mapping[str, Any], by: User, label: str = "") -> None:
        self.options = dict(options)
        self.by = by
        self.label = label
        self.seen = Seen()
        #: Fields to which a column of the file goes.
        self.mapped: frozenset[str] = frozenset()
        #: The import that the file belongs to.
        self.run_id = 0

    @property
    def mode(self) -> str:
        """`create`, `upsert` or `update`."""
        return str(self.options.get("mode") or "upsert")

    def close(self) -> None:
        """Forget the file."""
        self.seen.close()

    @abstractmethod
    def remember(self, rows: Sequence[Row]) -> None:
        """Note who these rows are, without the database; called once for every row, in the file's order."""

    @abstractmethod
    def check_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Say what would become of the rows, in a fixed number of queries; writes nothing."""

    @abstractmethod
    def write_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Write the rows in the caller's transaction and say what became of each.

        Rows are checked again: what was true in the dry run may have changed since.
        """


class ImportOptionsForm(forms.Form):
    """Options that every target has. Targets add theirs; `by` is who imports."""

    mode = forms.ChoiceField(label=_("What to do"), choices=MODES, initial="upsert")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)


class ImportTarget(ABC):
    """One kind of record that files can bring."""

    key: str
    title: str | Promise
    #: The heading under which it is offered, and its place there.
    group: ImportGroup
    order: int
    fields: tuple[TargetField, ...]
    #: Groups of fields of which each row needs one.
    require_any: tuple[tuple[str, ...], ...] = ()
    options_form: type[ImportOptionsForm] = ImportOptionsForm
    #: Name of the page that lists the records, and of the page of one.
    list_url_name: str
    detail_url_name: str = ""
    #: The model whose right `import` is needed.
    model: type[models.Model]
    #: Whether the person shows again who they are before the rows are written: for what gives rights.
    is_weighty: bool = False

    def page_of(self, record: models.Model) -> str:
        """Return the address of a record's page, or "" where it has none."""
        return reverse(self.detail_url_name, args=[record.pk]) if self.detail_url_name else ""

    @abstractmethod
    def session(self, *, options: Mapping[str, Any], by: User, label: str = "") -> ImportSession:
        """Return what works through one file."""

    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Take these lines back in the caller's transaction; return {line: code} of those left alone.

        Each record comes once. A record that somebody changed since is `changed_since`; one that others
        build upon is `in_use`; one that is no longer there, or not in reach, is `gone`.
        """
        raise NotImplementedError

    @property
    def can_undo(self) -> bool:
        """Tell whether imports of this target can be undone."""
        return type(self).undo is not ImportTarget.undo

    def field(self, key: str) -> TargetField | None:
        """Return the field of that key."""
        return next((target for target in self.fields if target.key == key), None)

    def say(self, fault: Fault) -> str:
        """Return the reason of a fault in the reader's language, with the values that the field takes."""
        found = self.field(fault.field)
        if found is not None and found.choices is not None:
            known = [str(label) for label in found.choices.labels]
            labels = ", ".join(known if len(known) <= _SHOWN_CHOICES else [*known[:_SHOWN_CHOICES], "…"])
            fault = replace(fault, params={**fault.params, "choices": labels})
        return words.say(fault)

    def guess(self, columns: Sequence[Column]) -> dict[int, str]:
        """Return the columns that can be mapped without asking."""
        return match_columns(columns, [target.wanted() for target in self.fields])

    def missing(self, mapped: Sequence[str]) -> list[tuple[TargetField, ...]]:
        """Return the required fields, or groups of which one is required, that no column fills."""
        chosen = set(mapped)
        lacking: list[tuple[TargetField, ...]] = [
            (target,) for target in self.fields if target.is_required and target.key not in chosen
        ]
        for group in self.require_any:
            if not chosen & set(group):
                lacking.append(tuple(target for target in self.fields if target.key in group))
        return lacking


_targets: dict[str, ImportTarget] = {}


def register(target: ImportTarget) -> None:
    """Add a target; registering a key again replaces it."""
    _targets[target.key] = target


def target_of(key: str) -> ImportTarget:
    """Return the target of that key; KeyError when no package has it."""
    return _targets[key]


def all_targets() -> list[ImportTarget]:
    """Return every target, in the order in which they are offered."""
    return sorted(_targets.values(), key=place_of)
