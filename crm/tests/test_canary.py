"""A customer of another team is nowhere: not on a page, in a list, a file, an answer or a message."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from analytics.domain.nightly import run_now_here
from core.access import can
from core.domain.exports import request_export
from core.domain.imports import import_now, start_run
from core.lists import list_named
from core.models import User
from core.record_history import history_models
from core.tasks import run_job
from crm.tests.crawl import Answer, addresses, api_lists, export_keys, filters_of, get, lists, read, sorts_of
from crm.tests.world import Side, make_belongings, make_side

pytestmark = pytest.mark.django_db

MARK = "kanaria"
PHONE = "021 8675 0101"
AMOUNT = Decimal("73519.37")
#: What a search may ask for without saying the whole word itself.
PIECES = ("kanari", "8675", "735")
#: Each person has their own of these, or must ask for something.
PERSONAL = ("job", "notification", "savedview", "view", "search", "share", "apitoken")
BOUND = ("agent", "sales", "trainer", "manager")


@pytest.fixture
def canary(ours: Side, administrator: User) -> Side:
    """Another team whose every text says the word."""
    side = make_side("South China", lambda word: f"Kanaria {word}", phone=PHONE, mark=MARK, amount=AMOUNT)
    run_now_here(date(2026, 11, 23), by=administrator)
    return side


def leaks(answer: Answer, canary: Side) -> list[str]:
    """Return what an answer says of the other team's records; nothing, if all is well."""
    amount = f"{AMOUNT:,}"
    words = [MARK, PHONE[4:], "02186750101", str(AMOUNT), amount, canary.customer.code, canary.order.number]
    text = answer.text.lower().replace(answer.asked.lower(), "")
    if answer.status >= 500:
        return [f"{answer.asked} answered {answer.status}"]
    return [f"{answer.asked} ({answer.status}) says {word}" for word in words if word.lower() in text]


def everything(client: Client, user: User, ours: Side, canary: Side) -> Iterator[Answer]:
    """Yield what the person gets wherever it is possible to look, and everywhere it is not."""
    own, foreign = make_belongings(user), make_belongings(canary.owner, lambda word: f"Kanaria {word}")
    for side, belongings in ((ours, own), (canary, foreign)):
        for url in addresses(side, belongings):
            yield get(client, url)
            yield fragment(client, url)
    yield from histories(client, canary)
    yield from searches(client, canary)
    yield from exports(user)
    yield from imports(client, user, canary)


def fragment(client: Client, url: str) -> Answer:
    """The same address as htmx asks for it: another template, the same rules."""
    point = transaction.savepoint()
    answer = read(client.get(url, headers={"HX-Request": "true", "HX-Target": "dialog"}), f"{url} (fragment)")
    transaction.savepoint_rollback(point)
    return answer


def histories(client: Client, canary: Side) -> Iterator[Answer]:
    """The history of each of the other team's records, whatever its kind."""
    for row in vars(canary).values():
        if type(row) in history_models():
            kind = {"kind": row._meta.label_lower, "pk": row.pk}
            yield get(client, reverse("core:record-history", kwargs=kind))


def searches(client: Client, canary: Side) -> Iterator[Answer]:
    """Every list by every sort, and filtered for what is the other team's."""
    for door in lists():
        url, known = door.url(), filters_of(door)
        for sort in sorts_of(door):
            yield get(client, url, sort=sort)
        for name, value in aims(canary):
            if name in known:
                yield get(client, url, **{name: value, "count": 1})
    for name in ("customers:customer-options", "customers:person-options"):
        for piece in PIECES:
            yield get(client, reverse(name), q=piece)


def aims(canary: Side) -> Iterable[tuple[str, Any]]:
    """Filters that would find the canary, if it could be found."""
    yield from (("q", piece) for piece in PIECES)
    yield from (("customer", canary.customer.pk), ("parent", canary.customer.pk))
    yield from (("team", canary.team.pk), ("owner", canary.owner.pk), ("person", canary.person.pk))
    yield from (
        ("stage", "growth"),
        ("segment", "champions"),
        ("kind", "organisation"),
        ("state", "confirmed"),
    )


def exports(user: User) -> Iterator[Answer]:
    """Every list that the person may take away, as a file."""
    for key in export_keys():
        listed = list_named(key)
        if listed is None or not can(user, "export", listed.model):
            continue
        job = request_export(key, query="", file_format="csv", by=user)
        run_job(job.pk)
        client = Client()
        client.force_login(user)
        yield read(client.get(job.url), f"export of {key}")


def imports(client: Client, user: User, canary: Side) -> Iterator[Answer]:
    """A file that names the other team's customer in every way: the dry run tells nothing of it."""
    code, number = canary.customer.code, canary.customer.external_id
    files = {
        "customers.customer": f"external_id,name,phone,credit_code\n{number},N,{PHONE},\n",
        "customers.order": f"customer_code,ordered_on,amount\n{code},2026-05-01,100\n{number},2026-05-01,1\n",
    }
    for target, text in files.items():
        if not can(user, "import", canary.customer if "customer" in target else canary.order):
            continue
        source = io.BytesIO(text.encode())
        run = start_run(target, source, filename="f.csv", by=user, options={"source_system": "legacy"})
        import_now(run, by=user, dry_run=True)
        for name in ("core:import-check", "core:import-result", "core:import-faults"):
            answer = get(client, reverse(name, args=[run.pk]))
            shown = answer.text
            for typed in (number, code, PHONE):
                shown = shown.replace(typed, "")  # what stands in one's own file is no secret
            yield Answer(answer.asked, answer.status, shown)


@pytest.mark.once
@pytest.mark.parametrize("role", BOUND)
def test_another_teams_customer_is_nowhere(
    role: str, ours: Side, canary: Side, client_of: Callable[[User], Client]
) -> None:
    user = ours.person_in(role)
    found = [
        leak for answer in everything(client_of(user), user, ours, canary) for leak in leaks(answer, canary)
    ]
    assert not found, "\n".join(found)


def test_the_canary_sings_for_who_may_hear_it(
    ours: Side, canary: Side, client_of: Callable[[User], Client]
) -> None:
    """The control: without it the test above could pass on empty pages."""
    client = client_of(ours.person_in("analyst"))
    pages = {"customer-list": "", "order-list": "", "interaction-list": ""}
    pages |= {"task-list": f"?owner={canary.owner.pk}", "people-list": f"?q={PIECES[0]}"}
    urls = [reverse(f"customers:{name}") + query for name, query in pages.items()]
    urls += [
        reverse("analytics:warning-list"),
        f"/api/v1/search/?q={PIECES[0]}",
        *(door.url() for door in api_lists() if not door.name.startswith(PERSONAL)),
    ]
    told_to_few = ("/api/v1/designations/", "/api/v1/received-mails/")
    silent = [
        url
        for url in urls
        if has_rows_of_customers(url) and url not in told_to_few and not leaks(get(client, url), canary)
    ]
    boss = client_of(canary.owner)
    silent += [url for url in told_to_few if not leaks(get(boss, url), canary)]
    assert not silent, "\n".join(silent)


def has_rows_of_customers(url: str) -> bool:
    return not any(
        word in url
        for word in (
            "segment",
            "picklists",
            "kpis",
            "products",
            "prices",
            "tags",
            "users",
            "teams",
            "absences",
            "exchange-rates",
            "schedules",
            "audit-entries",
            "queues",
            "categories",
            "clocks",
            "escalations",
            "alerts",
            "compensations",
            "causes",
            "articles",
            "call-backs",
            "daily-reports",
            "call-scores",
            "phrases",
            "grading-rules",
            "calendars",
            "case-links",
            "first-contacts",
            "phrase-cards",
            "crises",
            "crisis-",
            "quiet-hours",
            "service-policies",
            "letter-templates",
            "legal-references",
            "complaint-portraits",
            "complaint-forecasts",
            "complaint-figures",
            "public-forms",
            "grading-settings",
            "letter-settings",
            "callback-policies",
            "mail-policies",
            "satisfaction-policies",
            "compensation-ceilings",
            "conduct-criteria",
            "mailboxes",
            "likely-complainers",
        )
    )


# ---- forms that name what they may not know ---------------------------------------------------------
@pytest.mark.parametrize("role", ["agent", "sales", "manager"])
def test_forms_do_not_tell_who_is_already_there(
    role: str, ours: Side, canary: Side, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in(role))
    found = []
    for url, data in typed(ours, canary):
        point = transaction.savepoint()
        is_api = url.startswith("/api/")
        sent = client.post(url, data, content_type="application/json") if is_api else client.post(url, data)
        answer = read(sent, url)
        transaction.savepoint_rollback(point)
        if "kanaria name" in answer.text.lower() or "kanaria person" in answer.text.lower():
            found.append(f"{role} {url} {data}")
    assert not found, "\n".join(found)


def typed(ours: Side, canary: Side) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield forms that point at the other team's records."""
    new = reverse("customers:customer-create")
    customer = canary.customer
    yield new, {"kind": "organisation", "name": "Newcomer", "phone": PHONE}
    yield new, {"kind": "organisation", "name": "Newcomer", "parent": customer.pk, "stage": "prospect"}
    contact = reverse("customers:contact-create", args=[ours.customer.pk])
    yield contact, {"name": "Somebody", "mobile": PHONE.replace("0101", "0202")}
    yield contact, {"person": canary.person.pk}
    yield contact, {"person-existing": canary.person.pk, "existing": canary.person.pk}
    yield (
        reverse("customers:order-create"),
        {"customer": customer.pk, "ordered_on": "2026-05-05", "amount": "5"},
    )
    yield reverse("customers:task-create"), {"customer": customer.pk, "title": "Call"}
    yield reverse("customers:contact-move", args=[ours.contact.pk]), {"to_customer": customer.pk}
    yield reverse("customers:person-link", args=[ours.person.pk]), {"other": canary.person.pk}
    for basename in ("customer", "contact", "order", "interaction"):
        body = {
            "name": "N",
            "customer": customer.pk,
            "person": canary.person.pk,
            "phone": PHONE,
            "parent": customer.pk,
        }
        body |= {"source_system": "legacy", "external_id": customer.external_id}
        yield reverse(f"{basename}-list"), body
