"""Actions on many rows: asked for, worked through in steps that survive a kill, taken back."""

from core.domain.bulk.asking import action_of, counts_of, form_of, request_bulk, selection, title_of
from core.domain.bulk.running import run_bulk
from core.domain.bulk.telling import tell_when_ended
from core.domain.bulk.undoing import has_ended, may_undo, request_undo, undo_bulk

__all__ = [
    "action_of",
    "counts_of",
    "form_of",
    "has_ended",
    "may_undo",
    "request_bulk",
    "request_undo",
    "run_bulk",
    "selection",
    "tell_when_ended",
    "title_of",
    "undo_bulk",
]
