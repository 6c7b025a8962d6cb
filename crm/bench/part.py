"""One part of the benchmark on the database of the environment; the figures come out as JSON."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.models import User


def main() -> None:
    """Migrate, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.part", description=__doc__)
    parser.add_argument("part", choices=("fill", "base", "cdnow", "audit"))
    parser.add_argument("--customers", type=int, default=0, help="size of the base")
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

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


def administrator() -> User:
    """Make the person in whose name an empty base is filled."""
    from core.domain.roles import give_role
    from core.models import Team, User

    user = User.objects.create_user("bench", full_name="Bench", team=Team.objects.create(name="Bench"))
    give_role(user, "administrator")
    return user


if __name__ == "__main__":
    main()
