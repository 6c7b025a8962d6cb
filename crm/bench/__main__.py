"""Measure on databases of its own and write `docs/benchmarks.md`.

Each part runs in a process and a database of its own, so that none has the memory or the rows of another:
on the server that `DATABASE_URL` names (its own rows are not touched), else on the PostgreSQL of this machine
where one answers, else on SQLite in a temporary folder. With a million customers the whole takes about two
hours and 60 GB of disk, most of it to fill the base: `--keep` leaves filled bases on the server, and the next
time a copy of them is measured. `--sizes 1000 10000` shows that it works. Nothing here is a test: machines
differ, ratios matter.
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
    parser.add_argument("--keep", action="store_true", help="leave the filled bases (PostgreSQL)")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    address = os.environ.get("DATABASE_URL") or (LOCAL if answers(LOCAL) else "")
    engine = "PostgreSQL" if address.startswith("postgres") else "SQLite"
    if options.keep and engine == "SQLite":
        parser.error("bases are kept on PostgreSQL only")
    today = date.today()
    if options.sizes:
        bases = {size: of_base(address, size, keep=options.keep) for size in options.sizes}
        write_section(
            options.output, f"{engine}, lists, search and import by size", compared(bases), on=today
        )
    for part in options.parts:
        with place_for(address, part) as environment:
            lines = table_of(measured(part, environment))
        write_section(options.output, f"{engine}, {part}", lines, on=today)


def of_base(address: str, customers: int, *, keep: bool) -> Report:
    """Fill a base of that size, unless one was kept, and measure it; of a kept one a copy is measured."""
    kept = f"kept_{customers}"
    report = Report()
    if keep and not is_there(address, own_name(address, kept)):
        with place_for(address, kept, drop=False) as environment:
            report = measured("fill", environment, customers)
    with place_for(address, f"base_{customers}", copied_from=kept if keep else "") as environment:
        if not keep:
            report = measured("fill", environment, customers)
        report.figures += measured("base", environment, customers).figures
    return report


def measured(part: str, environment: dict[str, str], customers: int = 0) -> Report:
    """Run one part in a process of its own; its progress shows as it comes."""
    command = [sys.executable, "-m", "crm.bench.part", part, "--customers", str(customers)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 (our own)
    return Report.from_json(done.stdout.splitlines()[-1])


@contextmanager
def place_for(
    address: str, name: str, *, copied_from: str = "", drop: bool = True
) -> Iterator[dict[str, str]]:
    """Make a database, give the environment that names it, and drop it at the end."""
    folder = tempfile.mkdtemp(prefix="perennial-bench-")
    environment = {**os.environ, "VAR_DIR": folder, "LOG_LEVEL": "ERROR"}
    environment["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    try:
        if not address.startswith("postgres"):
            yield environment
            return
        own = own_name(address, name)
        template = own_name(address, copied_from) if copied_from else "template0"
        in_server(address, "DROP DATABASE IF EXISTS {}", own)
        in_server(address, "CREATE DATABASE {} TEMPLATE {}", own, template)
        try:
            yield {**environment, "DATABASE_URL": f"{address.partition('?')[0].rpartition('/')[0]}/{own}"}
        except BaseException:
            drop = True  # half a base is none
            raise
        finally:
            if drop:
                in_server(address, "DROP DATABASE {}", own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own_name(address: str, name: str) -> str:
    """Return the name of a database beside the one that the address names."""
    return f"{address.partition('?')[0].rpartition('/')[2]}_bench_{name}"


def is_there(address: str, database: str) -> bool:
    """Tell whether the server has a database of that name."""
    connection = connected(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return cursor.fetchone() is not None
    finally:
        connection.close()


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


def in_server(address: str, statement: str, *names: str) -> None:
    """Make or drop a database."""
    connection = connected(address)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    finally:
        connection.close()


if __name__ == "__main__":
    main()
