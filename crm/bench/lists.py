"""Every sort of the customer and the order list on a large base, for each reach, first page and deep in.

`DATABASE_URL=… python -m crm.bench.lists` measures on a base that `crm.bench.million` has filled, and prints
the slowest and the median page of each list and reach.
"""

from __future__ import annotations

import os
import re
import time
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

if TYPE_CHECKING:
    from django.test import Client

    from crm.bench.report import Report

LISTS = ("customers:customer-list", "customers:order-list", "complaints:complaint-list")
#: How many pages on, by following "Next".
DEEP = 5
#: Sees all; sees one team of 200 and what is below it; sees the same team.
LOGINS = ("admin", "manager", "sales0000")
AIM = "under 100 ms"


def bench_lists(report: Report) -> None:
    """Measure every list for each of the logins that `crm.bench.million` leaves."""
    from django.test import Client

    from core.models import User

    for name in LISTS:
        for login in LOGINS:
            client = Client(SERVER_NAME="localhost")
            client.force_login(User.objects.get(username=login))
            taken = times_of(client, name)
            worst = max(taken, key=lambda key: taken[key])
            what = f"{name.partition(':')[2]}, every sort ({len(taken)} pages), {login}"
            middle = median(taken.values())
            report.add(f"{what}: median", f"{middle:.0f} ms", AIM, middle)
            report.add(f"{what}: slowest", f"{taken[worst]:.0f} ms ({worst})", AIM, taken[worst])


def main() -> None:
    """Measure on a filled database and print."""
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    import django

    django.setup()
    from crm.bench.report import Report

    bench_lists(Report())


def times_of(client: Client, name: str) -> dict[str, float]:
    """Return sort and page → median milliseconds of server time of three requests."""
    from django.urls import resolve, reverse

    url = reverse(name)
    view: Any = resolve(url).func.view_class  # type: ignore[attr-defined]
    found = {}
    for key in view.sort_keys:
        for sort in (key, f"-{key}"):
            address = f"{url}?{urlencode({'sort': sort, 'changed': 1})}"
            found[f"{sort}, first"] = milliseconds(client, address)
            for _page in range(DEEP):
                address = following(client, address) or address
            found[f"{sort}, deep"] = milliseconds(client, address)
    return found


def following(client: Client, address: str) -> str:
    """Return the address of the next page as the page itself links to it."""
    text = client.get(address).content.decode()
    linked = re.findall(r'href="([^"]*cursor=[^"]*)"', text)
    return urljoin(address, linked[-1].replace("&amp;", "&")) if linked else ""


def milliseconds(client: Client, address: str) -> float:
    """Return the median of three requests after one that warms up."""
    client.get(address)
    taken = []
    for _time in range(3):
        start = time.perf_counter()
        response = client.get(address)
        taken.append((time.perf_counter() - start) * 1_000)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}")
    return median(taken)


if __name__ == "__main__":
    main()
