"""Run the benchmark on a database of its own and write `docs/benchmarks.md`.

`DATABASE_URL` chooses a PostgreSQL database to fill (it must be empty); without it a SQLite file in a
temporary folder is used. Nothing here is a test: machines differ, ratios matter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path


def main() -> None:
    """Point Django at a fresh database, measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000, help="size of the large base")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="perennial-bench-")
    os.environ["VAR_DIR"] = folder
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    try:
        import django

        django.setup()
        from crm.bench.report import measure_all

        measure_all(customers=options.customers, output=options.output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
