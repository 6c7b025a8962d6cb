"""The triggers that refuse to change or delete audit lines and their seals, on both databases.

They are put up by a migration and again after every one: SQLite rebuilds a table that it alters, and
loses its triggers. Emptying a whole table (TRUNCATE) passes them on PostgreSQL; the seals tell of it.
"""

from __future__ import annotations

from typing import Any

TABLES = ("core_auditentry", "core_auditseal")
_TEXT = "audit lines are never changed nor deleted"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION core_audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def install(connection: Any) -> None:
    """Put up what is missing; twice changes nothing."""
    with connection.cursor() as cursor:
        standing = _standing(cursor, connection.vendor)
        if connection.vendor == "postgresql" and len(standing) < len(TABLES):
            cursor.execute(_FUNCTION)
        for table in TABLES:
            for name, statement in _triggers(connection.vendor, table):
                if name not in standing:
                    cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away: for undoing the migration, and for tests that empty the database."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for name, _statement in _triggers(connection.vendor, table):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str]:
    """Return the triggers that ought to stand and do not, by name."""
    with connection.cursor() as cursor:
        standing = _standing(cursor, connection.vendor)
    wanted = [name for table in TABLES for name, _statement in _triggers(connection.vendor, table)]
    return [name for name in wanted if name not in standing]


def _triggers(vendor: str, table: str) -> list[tuple[str, str]]:
    if vendor == "postgresql":
        name = f"{table}_is_kept"
        return [
            (
                name,
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION core_audit_is_kept()",
            )
        ]
    return [
        (
            f"{table}_no_{verb}",
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{_TEXT}'); END",
        )
        for verb in ("update", "delete")
    ]


def _standing(cursor: Any, vendor: str) -> set[str]:
    if vendor == "postgresql":
        # A trigger that was switched off stands, and keeps nothing.
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
            " AND tgrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(%s)"
            " AND relnamespace = current_schema()::regnamespace)",
            [list(TABLES)],
        )
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {row[0] for row in cursor.fetchall()}
