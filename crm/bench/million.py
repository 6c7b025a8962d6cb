"""A large base for measuring lists and search: customers with figures, people, orders, cases, tasks.

`DATABASE_URL=… python -m crm.bench.million --customers 1000000` fills an empty database and leaves it; the
same numbers give the same base. Owners sit in teams below one top team, as in a large organisation.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db import models

TEAMS = 200
OWNERS_A_TEAM = 5
TODAY = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)

_CITIES = "上海 南京 杭州 宁波 苏州 广州 深圳 厦门 北京 天津 成都 武汉 重庆 青岛 大连 西安 长沙 郑州".split()
_LETTERS = (
    "东华联青明海云瑞北泓启锦恒澄星凌鼎嘉广长南玉安宏盛君晨天棠千静沧润松金白远汇融正信和弘立景德诚博万新平"
)
_TRADES = (
    "银行 农村商业银行 人寿保险 财产保险 通信 网络科技 港务 国际物流 重工 精密制造 医药 食品"
    " 燃气 电力工程 软件 智能装备"
).split()
_FORMS = ("有限公司", "股份有限公司", "集团有限公司", "（集团）股份有限公司")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国志文辉力斌梅琳佳欣怡雨桐子涵"
_STAGES = ("prospect", "introduction", "growth", "maturity", "decline", "lost")
_TIERS = ("strategic", "core", "growth", "potential")


def main() -> None:
    """Migrate, fill, analyse."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.million", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(options.customers)


def fill(count: int) -> None:
    """Fill the base: `count` customers, as many orders, half as many people, a fifth as many cases."""
    from django.db import connection

    from complaints.models import Complaint
    from customers.models import Contact, Customer, Interaction, Metrics, Order, OrderTotals, Person, Task

    owners = _owners()
    half = count // 2
    parts: list[tuple[type[models.Model], int, Callable[[int, random.Random], dict[str, Any]]]] = [
        (Customer, count, lambda n, rng: _customer(n, rng, owners)),
        (Metrics, count, _metrics),
        (OrderTotals, count, _totals),
        (Person, half, _person),
        (Contact, half, _contact),
        (Order, count, lambda n, rng: _order(n, rng, count)),
        (Interaction, half, lambda n, rng: _interaction(n, rng, count, owners)),
        (Task, half, lambda n, rng: _task(n, rng, count, owners)),
        (Complaint, count // 5, lambda n, rng: _case(n, rng, count, owners)),
    ]
    for model, rows, values in parts:
        started = time.perf_counter()
        _append(model, rows, values)
        print(f"{model.__name__:<14} {rows:>10,} rows  {time.perf_counter() - started:6.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _owners() -> list[tuple[int, int]]:
    """Make the teams and their people; return (user, team) of each, and leave one login of each reach."""
    from core.domain.roles import give_role
    from core.models import Team, User

    top = Team.objects.create(name="Top")
    teams = [Team.objects.create(name=f"Team {n:03d}", parent=top) for n in range(TEAMS)]
    for login, role, team in (("admin", "administrator", top), ("manager", "manager", teams[0])):
        give_role(User.objects.create_user(login, "perennial-demo", full_name=login.title(), team=team), role)
    users = [
        User.objects.create_user(f"sales{n:04d}", full_name=f"Sales {n:04d}", team=teams[n % TEAMS])
        for n in range(TEAMS * OWNERS_A_TEAM)
    ]
    give_role(users[0], "sales")
    return [(user.pk, user.team_id) for user in users if user.team_id is not None]


def _append(
    model: type[models.Model], count: int, values: Callable[[int, random.Random], dict[str, Any]]
) -> None:
    """Write rows 1…count with the model's defaults and what `values` returns for each."""
    from django.db import connection, transaction

    from core.domain.inserting import insert_rows

    template = model()
    fields = [field.attname for field in model._meta.concrete_fields if not field.generated]
    defaults = [getattr(template, name) for name in fields]
    places = {name: place for place, name in enumerate(fields)}
    key = model._meta.pk.attname
    rng = random.Random(f"{model.__name__} {count}")  # noqa: S311 (a base that can be made again)

    def rows() -> Iterator[list[Any]]:
        for number in range(1, count + 1):
            row = defaults.copy()
            row[places[key]] = number
            for name, value in values(number, rng).items():
                row[places[name]] = value
            yield row

    with transaction.atomic():
        insert_rows(model, fields, rows())
        if connection.vendor == "postgresql" and key == "id":
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, count])


def _customer(number: int, rng: random.Random, owners: list[tuple[int, int]]) -> dict[str, Any]:
    city, stem = rng.choice(_CITIES), "".join(rng.sample(_LETTERS, 2))
    owner, team = _owner_of(number, owners)
    name = f"{city}{stem}{rng.choice(_TRADES)}{rng.choice(_FORMS)}"
    return {
        "code": f"C-{number:07d}",
        "name": name,
        "name_key": name,
        "city": city,
        "phone": f"0{rng.randint(21, 29)}-{rng.randint(20_000_000, 89_999_999)}",
        "owner_id": owner,
        "team_id": team,
        "stage": rng.choice(_STAGES),
        "tier": rng.choices(_TIERS, (1, 5, 24, 70))[0],
        "created_at": NOON - timedelta(minutes=rng.randint(0, 2_000_000)),
        "last_contact_at": NOON - timedelta(minutes=rng.randint(0, 900_000)) if rng.random() < 0.7 else None,
    }


def _owner_of(customer: int, owners: list[tuple[int, int]]) -> tuple[int, int]:
    return owners[customer * 7919 % len(owners)]


def _who_for(number: int, customer: int, owners: list[tuple[int, int]]) -> tuple[int, int]:
    """Whoever has the customer does the work for it; each tenth time somebody of another team."""
    return _owner_of(customer, owners) if number % 10 else owners[number * 31 % len(owners)]


def _metrics(_number: int, rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.3:
        return {}
    risk = round(rng.betavariate(2, 3), 4)
    clv = Decimal(rng.randint(0, 50_000_000)) / 100
    return {
        "as_of": TODAY, "churn_risk": risk, "clv_12m": clv, "amount_12m": clv / 2,
        "risk_level": "high" if risk > 0.6 else "mid" if risk > 0.3 else "low",
        "value_at_stake": (clv * Decimal(str(risk))).quantize(Decimal("0.01")),
        "r": rng.randint(1, 5), "f": rng.randint(1, 5), "m": rng.randint(1, 5),
        "segment": rng.choice(("champions", "loyal", "at_risk", "hibernating")),
    }  # fmt: skip


def _totals(_number: int, rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.3:
        return {}
    last = TODAY - timedelta(days=rng.randint(0, 700))
    return {
        "first_day": last - timedelta(days=rng.randint(0, 700)), "last_day": last, "purchase_days": 3,
        "orders": 3, "amount": Decimal(rng.randint(100, 90_000_000)) / 100, "usual_gap": rng.uniform(10, 200),
    }  # fmt: skip


def _person(number: int, rng: random.Random) -> dict[str, Any]:
    return {
        "name": rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2)))),
        "mobile": f"1{rng.randint(3, 9)}{rng.randint(0, 999_999_999):09d}",
        "email": f"p{number}@example.com",
    }


def _contact(number: int, _rng: random.Random) -> dict[str, Any]:
    return {"customer_id": number, "person_id": number, "is_primary": True}


def _order(number: int, rng: random.Random, customers: int) -> dict[str, Any]:
    day = TODAY - timedelta(days=rng.randint(0, 1_000))
    amount = Decimal(rng.randint(100, 90_000_000)) / 100
    return {
        "customer_id": rng.randint(1, customers), "number": f"SO-{day.year}-{number:07d}", "ordered_on": day,
        "counts_on": day, "amount": amount, "amount_base": amount, "rate": 1,
    }  # fmt: skip


def _interaction(
    number: int, rng: random.Random, customers: int, owners: list[tuple[int, int]]
) -> dict[str, Any]:
    return {
        "customer_id": rng.randint(1, customers),
        "summary": f"电话回访 {rng.choice(_TRADES)}",
        "occurred_at": NOON - timedelta(minutes=rng.randint(0, 900_000)),
        "by_id": owners[number % len(owners)][0],
    }


def _task(number: int, rng: random.Random, customers: int, owners: list[tuple[int, int]]) -> dict[str, Any]:
    customer = rng.randint(1, customers)
    owner, team = _who_for(number, customer, owners)
    return {
        "customer_id": customer, "title": f"跟进 {rng.choice(_TRADES)}", "owner_id": owner,
        "team_id": team, "due_on": TODAY + timedelta(days=rng.randint(-60, 60)),
    }  # fmt: skip


def _case(number: int, rng: random.Random, customers: int, owners: list[tuple[int, int]]) -> dict[str, Any]:
    received = NOON - timedelta(minutes=rng.randint(0, 900_000))
    state = rng.choices(("working", "waiting", "closed"), (15, 5, 80))[0]
    is_open, grade = state != "closed", rng.choices(("severe", "general", "minor"), (1, 5, 14))[0]
    customer = rng.randint(1, customers)
    owner, team = _who_for(number, customer, owners)
    return {
        "number": f"TS-{received:%Y%m%d}-{number:06d}", "title": f"{rng.choice(_TRADES)}课程临时更换讲师",
        "customer_id": customer, "owner_id": owner, "team_id": team, "state": state,
        "grade": grade, "was_severe": grade == "severe", "received_at": received,
        "next_due_at": received + timedelta(hours=rng.randint(1, 200)) if is_open else None,
        "ended_at": None if is_open else received + timedelta(days=3),
    }  # fmt: skip


if __name__ == "__main__":
    main()
