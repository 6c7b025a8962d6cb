"""Taking an import back: the question before it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.domain.imports import start_undo
from core.domain.imports.runs import busy
from core.domain.imports.undoing import UNDOABLE, ensure_remembered, undo_counts
from core.imports.targets import target_of
from core.models import ImportRun
from core.views.imports import own_run
from core.views.proofs import Weighty


class ImportUndo(Weighty):
    """Ask whether an import is taken back, with what that means in numbers.

    What asks for a proof when it is brought in, such as people with rights, asks again here.
    """

    required_right = ("change", ImportRun)
    nav_current = "settings"

    def needs_proof(self, form: Any) -> bool:
        """Ask where the import itself had to."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        return target_of(run.target).is_weighty

    def get_form(self, form_class: Any = None) -> Any:
        """Have the field of the proof there from the start where it is due."""
        self.always_weighty = self.needs_proof(None)
        return super().get_form(form_class)

    def question(self) -> dict[str, Any]:
        """Say what goes, what gets its old values, and what stays."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        if run.state not in UNDOABLE:
            raise busy(run)
        ensure_remembered(run)
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

    def perform(self, form: Any) -> str:
        """Start the work and show how far it is."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        start_undo(run, by=self.person)
        return reverse("core:import-result", args=[run.pk])
