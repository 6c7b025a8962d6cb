"""The CDNOW master set through the import and the nightly run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from analytics.domain.nightly import run_now_here
from core.domain.imports import import_now, set_columns, start_run
from core.domain.rates import set_rate
from core.models import User
from customers.models import Customer, Order

if TYPE_CHECKING:
    from crm.bench.report import Report

FILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "cdnow_master.csv.gz"
COLUMNS = {0: "customer_external_id", 1: "ordered_on", 2: "seats", 3: "amount"}
OPTIONS = {"source_system": "cdnow", "currency": "USD", "create_customers": True}


def bench_cdnow(report: Report, user: User) -> None:
    """Import 69,659 purchases, import them again, and score 23,570 customers."""
    if not FILE.exists():
        report.add("CDNOW master", "left out", f"{FILE.name} is not beside the project")
        return
    set_rate("USD", valid_from=date(1996, 1, 1), rate=Decimal("7.1"), by=user)
    sqlite = connection.vendor == "sqlite"
    for again in (False, True):
        what = (
            "the same file again (nothing changes)"
            if again
            else "CDNOW master, 69,659 rows: dry run and import"
        )
        with report.timed(what, "under 60 s" if sqlite and not again else ""), FILE.open("rb") as stream:
            run = start_run("customers.order", stream, filename=FILE.name, by=user, options=OPTIONS)
            set_columns(run, COLUMNS, options=OPTIONS, by=user)
            import_now(run, by=user)
    counts = f"{Customer.objects.count():,}, {Order.objects.count():,}"
    report.add("customers, orders after both", counts, "23,570, 69,659")
    with report.timed("nightly run, as of 1998-06-30", "under 15 s" if sqlite else ""):
        run_now_here(as_of=date(1998, 6, 30), by=user)
    with report.timed("the same nightly run again"):
        run_now_here(as_of=date(1998, 6, 30), by=user)
