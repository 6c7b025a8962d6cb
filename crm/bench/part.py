"""One part of the benchmark on the database of the environment; the figures come out as JSON."""

from __future__ import annotations

import argparse


def main() -> None:
    """Migrate, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.part", description=__doc__)
    parser.add_argument("part", choices=("fill", "base", "cdnow", "audit"))
    parser.add_argument("--customers", type=int, default=0, help="size of the base")
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    from crm.bench.people import administrator
    from crm.bench.report import Report

    call_command("migrate", verbosity=0)
    report = Report()
    if options.part in {"fill", "base"}:
        from crm.bench.base import bench_base, bench_fill

        (bench_fill if options.part == "fill" else bench_base)(report, options.customers)
    elif options.part == "cdnow":
        from crm.bench.cdnow import bench_cdnow

        bench_cdnow(report, administrator())
    else:
        from crm.bench.audit import bench_audit

        bench_audit(report, administrator())
    report.print_json()


if __name__ == "__main__":
    main()
