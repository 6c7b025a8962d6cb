"""Records that count their changes: locked, refused to who saw an older one, raised with each change."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import F
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.audit_lines import field_label
from core.errors import Conflict
from core.models import AuditEntry

Record = TypeVar("Record", bound=models.Model)


def locked(subject: Record) -> Record:
    """Return the stored row of `subject`, locked until the transaction ends.

    The lock leaves foreign keys to the row free. SQLite has no row locks: there every transaction is
    exclusive from its first statement, so the fresh read alone is enough.
    """
    rows = type(subject)._default_manager.select_for_update(no_key=True, of=("self",))
    found: Record | None = rows.filter(pk=subject.pk).first()
    if found is None:
        raise Conflict("gone", _("This record no longer exists."))
    return found


def ensure_fresh(subject: models.Model, version: int | None) -> None:
    """Refuse when somebody changed the locked record after `version` was read, and say who changed what."""
    current: int = subject.version  # type: ignore[attr-defined]
    if version is None or version == current:
        return
    lines = lines_since(subject, version)
    raise Conflict(
        "stale", _stale_message(subject, lines), details={"version": current, "changed": _told(lines)}
    )


def lines_since(subject: models.Model, version: int, *, most: int | None = None) -> list[AuditEntry]:
    """Return the audit lines of the changes that were made after `version`, newest first; one at least.

    A model that does not count every change names those that it counts in `versioned_fields`.
    """
    rows = AuditEntry.objects.about(subject).of_changes().select_related("actor")
    counted = getattr(subject, "versioned_fields", None)
    if counted is not None:
        rows = rows.filter(changes__has_any_keys=sorted(counted))
    made = max(subject.version - version, 1)  # type: ignore[attr-defined]
    return list(rows[: min(made, most or made)])


def raise_version(subject: models.Model) -> None:
    """Count a change of the record."""
    rows: Any = type(subject)._default_manager
    rows.filter(pk=subject.pk).update(version=F("version") + 1)
    subject.refresh_from_db(fields=["version"])


def _stale_message(subject: models.Model, lines: list[AuditEntry]) -> str:
    told = []
    for line in lines:
        who = str(line.actor) if line.actor else _("The system")
        fields = (
            ", ".join(field_label(type(subject), field) for field in line.changes)
            or line.get_action_display()
        )
        told.append(f"{who} ({localize(localtime(line.at))}): {fields}")
    return _(
        "This record was changed since you opened it. %(changes)s. Load it again, then repeat your change."
    ) % {"changes": "; ".join(told) or _("Somebody saved it")}


def _told(lines: list[AuditEntry]) -> list[dict[str, Any]]:
    return [
        {
            "by": str(line.actor) if line.actor else "",
            "at": line.at.isoformat(),
            "fields": sorted(line.changes),
        }
        for line in lines
    ]
