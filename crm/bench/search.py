"""Search at a large base: milliseconds of each kind of query, and the ratio to looking into every name.

Run with the other parts, or alone on a database that is already filled:
`DATABASE_URL=… python -m crm.bench.search`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.models import User
    from crm.bench.report import Report


def queries_of(row: Any) -> dict[str, str]:
    """Return what is measured, each around a record that exists."""
    digits = "".join(character for character in row.phone if character.isdigit()) or row.code[-4:]
    return {
        "one character": row.name[2],
        "two characters": row.name[2:4],
        "a character that most names hold": "公",
        "two characters that most names hold": "公司",
        "pinyin": _pinyin(row.name[2:4]),
        "pinyin, the beginning": _pinyin(row.name[2:4])[:3],
        "initials": "".join(_pinyin(character)[0] for character in row.name[2:4]),
        "one letter": "s",
        "four digits of a telephone": digits[-4:],
        "whole telephone": row.phone or digits,
        "code": row.code,
        "two words": f"{row.name[:2]} {row.name[2:4]}",
        "two common words": f"{row.name[:2]} {row.name[4:6]}",
        "no match": "龘龘",
        "no match, letters": "zzxqv",
    }


def _pinyin(text: str) -> str:
    from core.search.pinyin import readings

    return "".join(readings(text)[0])


def with_terms(report: Report) -> None:
    """Fill the terms of what was written past the verbs."""
    from core.domain.search import fill_all
    from core.models import SearchTerm
    from customers.models import Customer

    with report.timed("search terms of all records"):
        fill_all(again=True)
    rows = SearchTerm.objects.filter(kind=1).count() / max(Customer.objects.count(), 1)
    report.add("search terms of one customer", f"{rows:.1f} rows", "near 30")


def bench_search(report: Report, user: User, narrow: User | None = None) -> None:
    """Measure every kind of query, for somebody who sees all and for somebody who sees one team."""
    from core.search.results import find
    from customers.models import Customer

    row = Customer.objects.order_by("pk")[Customer.objects.count() // 2]
    for name, text in queries_of(row).items():
        for who, person in {"all": user, "one team": narrow}.items():
            if person is None:
                continue
            what = f"search, {name}, sees {who}"
            plain = timed(partial(slow, person, text), 1)
            one = timed(partial(find, person, text, only="customer"))
            times = f"{plain / max(one, 0.1):.0f} × faster than icontains ({text})"
            report.add(f"{what}: customers", f"{one:.0f} ms", times, one)
            every = timed(partial(find, person, text))
            report.add(f"{what}: all types", f"{every:.0f} ms", "under 100 ms", every)
            page = timed(partial(listed, person, text))
            report.add(f"{what}: list", f"{page:.0f} ms", "under 100 ms", page)


def slow(user: User, text: str) -> list[Any]:
    """The same question without terms."""
    from customers.models import Customer

    return list(Customer.objects.visible_to(user).filter(name__icontains=text).order_by("name", "pk")[:6])


def listed(user: User, text: str) -> list[Any]:
    """The first page of the list, filtered by the same text."""
    from customers.models import Customer

    rows = Customer.objects.visible_to(user).matching(text, user)
    return list(rows.order_by("name", "pk")[:51])


def timed(work: Callable[[], Any], times: int = 5) -> float:
    """Return the median milliseconds; where there are several runs, one before them warms up."""
    if times > 1:
        work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1_000)
    return median(taken)


def main() -> None:
    """Measure on a filled database and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django

    django.setup()
    from core.models import User
    from crm.bench.report import Report

    boss = User.objects.filter(is_superuser=True).first() or User.objects.in_role("administrator").first()
    owner = User.objects.in_role("sales").first()
    if boss is None:
        raise SystemExit("There is no administrator.")
    bench_search(Report(), boss, owner)


if __name__ == "__main__":
    main()
