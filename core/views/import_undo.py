"""Taking an import back: the question before it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.domain.imports import start_undo
from core.domain.imports.runs import busy
from core.domain.imports.undoing import UNDOABLE, undo_counts
from core.models import ImportRun
from core.views.base import ConfirmPage
from core.views.imports import own_run, person


class ImportUndo(ConfirmPage):
    """Ask whether an import is taken back, with what that means in numbers."""

    required_right = ("change", ImportRun)
    nav_current = "settings"

    def question(self) -> dict[str, Any]:
        """Say what goes, what gets its old values, and what stays."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        if run.state not in UNDOABLE:
            raise busy(run)
        counts = undo_counts(run)
        return {
            "title": _("Undo this import?"),
            "message": _("What the import of %(file)s wrote is taken back, the last row first.")
            % {"file": run.filename},
            "consequences": self._consequences(counts),
            "confirm_label": _("Undo import"),
            "cancel_url": reverse("core:import-result", args=[run.pk]),
        }

    def _consequences(self, counts: dict[str, int]) -> list[str]:
        made = ngettext(
            "%(count)d new record goes away, to the recycle bin where there is one.",
            "%(count)d new records go away, to the recycle bin where there is one.",
            counts["created"],
        )
        changed = ngettext(
            "%(count)d changed record gets its old values.",
            "%(count)d changed records get their old values.",
            counts["updated"],
        )
        return [
            made % {"count": counts["created"]},
            changed % {"count": counts["updated"]},
            _("Records that somebody changed or used since stay as they are, and are named."),
        ]

    def perform(self) -> str:
        """Start the work and show how far it is."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        start_undo(run, by=person(self.request))
        return reverse("core:import-result", args=[run.pk])
