"""One part of the benchmark on the empty database of the environment; the figures come out as JSON."""

from __future__ import annotations

import argparse


def main() -> None:
    """Migrate, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.part", description=__doc__)
    parser.add_argument("part", choices=("base", "cdnow", "audit"))
    parser.add_argument("--customers", type=int, default=0, help="size of the base")
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    from core.domain.roles import give_role
    from core.models import Team, User
    from crm.bench.report import Report

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench", full_name="Bench", team=Team.objects.create(name="Bench"))
    give_role(user, "administrator")
    report = Report()
    if options.part == "cdnow":
        from crm.bench.cdnow import bench_cdnow

        bench_cdnow(report, user)
    elif options.part == "audit":
        from crm.bench.audit import bench_audit

        bench_audit(report, user)
    else:
        from crm.bench.base import bench_base

        bench_base(report, options.customers)
    report.print_json()


if __name__ == "__main__":
    main()
