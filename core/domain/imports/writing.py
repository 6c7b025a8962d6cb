"""One batch of an import in one transaction: the run moves on, records and lines are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction

from core.choices import ImportOutcome, ImportState
from core.domain.imports.walking import Batch, Work, add_counts, counted, move_on
from core.domain.inserting import insert_rows
from core.domain.numbers import take_turns
from core.errors import DomainError
from core.imports.faults import Fault
from core.imports.parsing import Row
from core.imports.targets import BatchResult, LineOutcome
from core.models import ImportLine

#: Somebody else may write the same record at the same moment; the second time it is found and updated.
_TRIES = 3
_COLUMNS = ("run_id", "line", "outcome", "object_id", "faults", "code", "undo", "undone")


def write(work: Work, batch: Batch, rows: Sequence[Row], faulty: Sequence[Row]) -> dict[str, int]:
    """Write the batch and return the run's counts, or raise `Superseded` and write nothing.

    When the database refuses the batch it is tried again, and at last row by row, so that one bad row
    does not take the others down. A lock that did not come is no row's fault: it is raised in the end,
    and the job tries again.
    """
    for left in reversed(range(_TRIES - 1)):
        try:
            return _write(work, batch, faulty, lambda: work.session.write_batch(rows))
        except OperationalError:
            if not left:
                raise
        except (DatabaseError, DomainError):
            continue
    return _write(work, batch, faulty, lambda: _one_by_one(work, rows))


def _write(
    work: Work, batch: Batch, faulty: Sequence[Row], make: Callable[[], BatchResult]
) -> dict[str, int]:
    with transaction.atomic():
        move_on(work, batch, ImportState.IMPORTING)
        # Two imports of the same customers would each find them missing and make them.
        take_turns("imports")
        result = make()
        result.outcomes.extend(LineOutcome.faulty(row) for row in faulty)
        result = replace(result, outcomes=[_as_written(outcome) for outcome in result.outcomes], likely={})
        insert_rows(ImportLine, _COLUMNS, [_line(work.run.pk, outcome) for outcome in result.outcomes])
        return add_counts(work, counted(batch, result))


def _line(run_id: int, outcome: LineOutcome) -> tuple[Any, ...]:
    faults = [fault.as_json() for fault in outcome.faults]
    code = outcome.faults[0].code if outcome.faults else ""
    return run_id, outcome.line, str(outcome.outcome), outcome.object_id, faults, code, outcome.undo, ""


def _as_written(outcome: LineOutcome) -> LineOutcome:
    """What is faulty in a dry run has failed in an import."""
    if outcome.outcome == ImportOutcome.FAULTY:
        return replace(outcome, outcome=ImportOutcome.FAILED)
    return outcome


def _one_by_one(work: Work, rows: Sequence[Row]) -> BatchResult:
    together = BatchResult()
    for row in rows:
        try:
            with transaction.atomic():
                result = work.session.write_batch([row])
        except (IntegrityError, DataError):
            result = BatchResult([LineOutcome(row.line, ImportOutcome.FAULTY, faults=[Fault("database")])])
        except DomainError as error:
            fault = Fault("refused", next(iter(error.fields), ""), "", {"message": error.message})
            result = BatchResult([LineOutcome(row.line, ImportOutcome.FAULTY, faults=[fault])])
        together.outcomes.extend(result.outcomes)
        for name, number in result.extra.items():
            together.extra[name] = together.extra.get(name, 0) + number
    return together
