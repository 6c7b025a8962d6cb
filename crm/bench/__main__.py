"""Measure on databases of its own and write `docs/benchmarks.md`.

Each part runs in a process and a database of its own, so that none has the memory or the rows of another:
on the server that `DATABASE_URL` names (its own rows are not touched), else on the PostgreSQL of this machine
where one answers, else on SQLite in a temporary folder. With a million customers the whole takes about two
hours and 60 GB of disk; `--sizes 1000 10000` shows that it works. Nothing here is a test: machines differ,
ratios matter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import environ
import psycopg2
from psycopg2 import sql

from crm.bench.report import Report, compared, table_of, write_section

LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
SIZES = (100_000, 1_000_000)
#: What does not depend on the size of the base.
SMALL = ("cdnow", "audit")


def main() -> None:
    """Measure every part and write the page."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="customers of the bases compared")
    parser.add_argument("--parts", nargs="*", default=SMALL, help="the other parts")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    address = os.environ.get("DATABASE_URL") or (LOCAL if answers(LOCAL) else "")
    engine = "PostgreSQL" if address.startswith("postgres") else "SQLite"
    today = date.today()
    if options.sizes:
        bases = {size: measured("base", address, size) for size in options.sizes}
        write_section(
            options.output, f"{engine}, lists, search and import by size", compared(bases), on=today
        )
    for part in options.parts:
        lines = table_of(measured(part, address))
        write_section(options.output, f"{engine}, {part}", lines, on=today)


def measured(part: str, address: str, customers: int = 0) -> Report:
    """Run one part in a process of its own; its progress shows as it comes."""
    command = [sys.executable, "-m", "crm.bench.part", part, "--customers", str(customers)]
    with place_for(f"{part}_{customers}", address) as environment:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 (our own)
    return Report.from_json(done.stdout.splitlines()[-1])


@contextmanager
def place_for(name: str, address: str) -> Iterator[dict[str, str]]:
    """Make an empty database, give the environment that names it, and drop it at the end."""
    folder = tempfile.mkdtemp(prefix="perennial-bench-")
    environment = {**os.environ, "VAR_DIR": folder, "LOG_LEVEL": "ERROR"}
    environment["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    try:
        if not address.startswith("postgres"):
            yield environment
            return
        head, _slash, beside = address.partition("?")[0].rpartition("/")
        own = f"{beside}_bench_{name}"
        in_server(address, "DROP DATABASE IF EXISTS {}", own)
        in_server(address, "CREATE DATABASE {}", own)
        try:
            yield {**environment, "DATABASE_URL": f"{head}/{own}"}
        finally:
            in_server(address, "DROP DATABASE {}", own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def connected(address: str) -> Any:
    """Return a connection to the server."""
    parts = environ.Env.db_url_config(address)
    return psycopg2.connect(
        host=parts["HOST"] or None,
        port=parts["PORT"] or None,
        user=parts["USER"] or None,
        password=parts["PASSWORD"] or None,
        dbname=parts["NAME"],
        connect_timeout=2,
    )


def answers(address: str) -> bool:
    """Tell whether a server is there."""
    try:
        connected(address).close()
    except psycopg2.OperationalError:
        return False
    return True


def in_server(address: str, statement: str, database: str) -> None:
    """Make or drop a database."""
    connection = connected(address)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(database)))
    finally:
        connection.close()


if __name__ == "__main__":
    main()
