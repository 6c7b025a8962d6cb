"""The trigger that refuses to change what an issued letter says, on both databases.

Put up after every migration: SQLite rebuilds a table that it alters, and loses its triggers.
"""

from __future__ import annotations

from typing import Any

TABLE = "complaints_decisionletter"
NAME = "complaints_letter_is_frozen"
_TEXT = "an issued letter is never changed"
_FROZEN = (
    "state", "number", "subject", "body", "recipient", "address", "sender", "language", "decision", "digest",
    "complaint_id", "replaces_id", "issued_at", "issued_by_id", "objection_until", "written_by_id",
    "approved_by_id",
)  # fmt: skip
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def install(connection: Any) -> None:
    """Put it up where it is missing; twice changes nothing."""
    with connection.cursor() as cursor:
        if _stands(cursor, connection.vendor):
            return
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
            changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FROZEN)
            cursor.execute(
                f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} FOR EACH ROW"
                f" WHEN (OLD.issued_at IS NOT NULL AND ({changed})) EXECUTE FUNCTION {NAME}()"
            )
            return
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FROZEN)
        cursor.execute(
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE}"
            f" WHEN OLD.issued_at IS NOT NULL AND ({changed})"
            f" BEGIN SELECT RAISE(ABORT, '{_TEXT}'); END"
        )


def _stands(cursor: Any, vendor: str) -> bool:
    if vendor == "postgresql":
        cursor.execute(
            "SELECT 1 FROM pg_trigger WHERE NOT tgisinternal AND tgname = %s"
            " AND tgrelid IN (SELECT oid FROM pg_class WHERE relname = %s"
            " AND relnamespace = current_schema()::regnamespace)",
            [NAME, TABLE],
        )
    else:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s", [NAME])
    return cursor.fetchone() is not None
