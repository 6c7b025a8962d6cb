"""Whatever is sent, the answer is a refusal that says why, never a crash; what is stored never runs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from analytics.domain.nightly import run_now_here
from core.models import User
from crm.tests.arguments import kwargs_of, make_shared
from crm.tests.crawl import Answer, addresses, api_kwargs, filters_of, get, lists, parameters_of, read
from crm.tests.doors import Door, api_doors, pages
from crm.tests.junk import BODIES, PAGE_SIZES, SCRIPTS, TEXTS, VALUES, WORST, as_json, fields_of, spoiled
from crm.tests.world import Belongings, Side, make_belongings, make_side

pytestmark = pytest.mark.django_db

ROLES = ("administrator", "manager", "sales", "integration")
#: The administrator gets everything; the others every ninth piece, each from another place on.
STRIDE = {role: (place, 1 if place == 0 else 9) for place, role in enumerate(ROLES)}
#: The least a record needs, so that one field at a time can be wrong.
SOUND: dict[str, dict[str, Any]] = {
    "customer": {"name": "Sound"},
    "contact": {"customer": 0, "name": "Sound"},
    "interaction": {"customer": 0, "channel": "phone", "summary": "Sound"},
    "order": {"customer": 0, "ordered_on": "2026-05-05", "amount": "10.00"},
    "task": {"title": "Sound"},
}
#: `make security` sends everything; the tests of every day send a sixth of it on each database, to each place
#: and on each database another.
THOROUGH = os.environ.get("THOROUGH") == "1"
ENGINES = ("sqlite", "postgresql")
PROBLEM = {"type", "title", "status", "code", "detail", "errors"}


def share(role: str, pieces: Any) -> list[Any]:
    """Return the part of the pieces that this role sends."""
    start, step = STRIDE[role]
    return list(pieces)[start::step]


def turn(values: Any, place: int, step: int = 3) -> list[Any]:
    """Return the part of the values that this place gets on this database."""
    if THOROUGH:
        return list(values)
    mine = ENGINES.index(connection.vendor)
    round_ = step * len(ENGINES)
    return [value for number, value in enumerate(values) if (number + place) % round_ == mine * step]


def fault_of(answer: Answer, *, is_api: bool = True) -> str:
    """Return what is wrong with an answer; nothing when it is a proper one."""
    if answer.status >= 500:
        return f"{answer.status} {answer.asked}"
    if is_api and answer.status >= 400 and answer.status != 405:
        shape = set(re.findall(r'"(\w+)":', answer.text))
        if not shape >= PROBLEM:
            return f"{answer.status} without the problem shape: {answer.asked}"
    return ""


def report(answers: Iterator[Answer], *, is_api: bool = True) -> None:
    """Fail with every fault found."""
    found = [fault for answer in answers if (fault := fault_of(answer, is_api=is_api))]
    assert not found, f"{len(found)} faults\n" + "\n".join(line[:300] for line in found[:60])


@pytest.fixture
def own(ours: Side, administrator: User) -> Belongings:
    return make_belongings(administrator)


# ---- lists ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ROLES)
def test_lists_of_the_api_refuse_bad_parameters(
    role: str, ours: Side, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in(role))
    asked = [
        (door.url(), name, text)
        for door in lists()
        if door.is_api
        for place, name in enumerate(parameters_of(door))
        for text in (PAGE_SIZES if name == "page_size" else turn(TEXTS, place))
    ]
    report(get(client, url, **{name: text}) for url, name, text in share(role, asked))


@pytest.mark.parametrize("role", ROLES)
def test_list_pages_refuse_bad_parameters(role: str, ours: Side, client_of: Callable[[User], Client]) -> None:
    """Pages and endpoints share their filters: a page gets the worst of each, and all for its own part."""
    client = client_of(ours.person_in(role))
    asked = [
        (door.url(), name, text)
        for door in lists()
        if not door.is_api
        for place, name in enumerate(parameters_of(door))
        for text in (turn(TEXTS, place, 2) if name not in filters_of(door) else turn(WORST, place, 6))
    ]
    answers = (get(client, url, **{name: text}) for url, name, text in share(role, asked))
    report(answers, is_api=False)


def test_parameters_may_be_repeated_and_unknown(ours: Side, client_of: Callable[[User], Client]) -> None:
    client = client_of(ours.person_in("administrator"))
    for door in lists():
        for query in (
            "?q=a&q=b&sort=&cursor=&page_size=5&page_size=6",
            "?unknown[]=1&=&&&%00=%00",
            "?%ff=%ff",
        ):
            response = client.get(f"{door.url()}{query}")
            assert response.status_code < 500, f"{door} {query}"


def test_pages_without_a_list_survive_bad_parameters(
    ours: Side, own: Belongings, client_of: Callable[[User], Client]
) -> None:
    """Tabs, periods, scopes, days: whatever a page reads from its address."""
    names = (
        "tab",
        "period",
        "team",
        "tag",
        "scope",
        "as_of",
        "day",
        "group",
        "before",
        "q",
        "next",
        "key",
        "query",
    )
    names += (
        "page",
        "from",
        "to",
        "customer",
        "sort",
        "cursor",
        "format",
        "refresh",
        "line",
        "field",
        "outcome",
    )
    client = client_of(ours.person_in("administrator"))

    def answers() -> Iterator[Answer]:
        for place, door in enumerate(door for door in pages() if not filters_of(door)):
            url = door.url(kwargs_of(door, ours, own))
            for turn in range(4):
                text = (*WORST, *TEXTS)[(place + 7 * turn) % (len(WORST) + len(TEXTS))]
                yield get(client, url, **dict.fromkeys(names, text))

    report(answers(), is_api=False)


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "abc", "%00", "1.5"])
def test_numbers_in_addresses_that_are_no_record(
    number: str, ours: Side, own: Belongings, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in("administrator"))
    wrong = []
    for door in [*pages(), *api_doors()]:
        if "pk" in door.arguments:
            url = re.sub(r"<\w+:pk>", number, f"/{door.template}")
            url = re.sub(r"<\w+:\w+>", "1", url)
            status = client.get(url).status_code
            # Where the number is that of a record of another table, it may be refused as no number at all.
            if status not in {400, 404, 405}:
                wrong.append((url, status))
    assert not wrong, wrong


# ---- bodies -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ROLES)
def test_the_api_refuses_bad_bodies(
    role: str, ours: Side, own: Belongings, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in(role))
    report(send(client, *piece) for piece in share(role, whole_bodies(ours, own)))


@pytest.mark.parametrize("role", ROLES)
def test_the_api_refuses_bad_fields(
    role: str, ours: Side, own: Belongings, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in(role))
    report(send(client, *piece) for piece in share(role, bad_fields(ours, own)))


def send(client: Client, method: str, url: str, body: bytes, content_type: str) -> Answer:
    """Send a body and undo what it did."""
    point = transaction.savepoint()
    answer = read(
        client.generic(method, url, body, content_type=content_type), f"{method} {url} {body[:80]!r}"
    )
    transaction.savepoint_rollback(point)
    return answer


def writes(ours: Side, own: Belongings) -> Iterator[tuple[Door, str, str]]:
    """Yield every operation of the API that takes a body: its door, method and address."""
    for door in api_doors():
        for method in door.actions:
            if method in {"post", "put", "patch", "delete"}:
                yield door, method.upper(), door.url(api_kwargs(door, ours, own))


def whole_bodies(ours: Side, own: Belongings) -> Iterator[tuple[str, str, bytes, str]]:
    for _door, method, url in writes(ours, own):
        for body, content_type in BODIES:
            yield method, url, body, content_type


def bad_fields(ours: Side, own: Belongings) -> Iterator[tuple[str, str, bytes, str]]:
    """Yield one field wrong at a time: every value for new records, a part of them for changes."""
    for place, (door, method, url) in enumerate(writes(ours, own)):
        if method == "DELETE":
            continue
        is_new = method == "POST" and not door.arguments
        sound = dict(SOUND.get(door.name.split("-")[0], {})) if method != "PATCH" else {}
        if "customer" in sound:
            sound["customer"] = ours.customer.pk
        for number, name in enumerate(field_names(door)):
            for value in turn(VALUES, place + number, 3 if is_new else 8):
                yield method, url, as_json({**sound, name: value}), "application/json"


def field_names(door: Door) -> list[str]:
    """Return what a body may hold; of an address that is a verb, what verbs take."""
    if door.name.rpartition("-")[2] in {"list", "detail", "id"}:
        fields = door.view.serializer_class().fields
        return [*(name for name, field in fields.items() if not field.read_only), "unknown"]
    return ["state", "axis", "new", "reason", "note", "amount", "on", "outcome", "unknown"]


def test_versions_in_headers_that_are_none(ours: Side, client_of: Callable[[User], Client]) -> None:
    client = client_of(ours.person_in("administrator"))
    url = reverse("customer-detail", args=[ours.customer.pk])
    for text in ("x", '"0"', "-1", '"99999999999"', '"1", "2"', "W/", "☃".encode().decode("latin-1")):
        response = client.patch(
            url, {"city": "Tianjin"}, content_type="application/json", headers={"If-Match": text}
        )
        assert response.status_code in {400, 409, 412}, text


@pytest.mark.parametrize(
    "secret", ["", "Bearer", "Bearer ", "Bearer a b", "Bearer pn_\xff", "Basic eDp5", "Bearer " + "x" * 9_000]
)
def test_broken_tokens_are_strangers(secret: str, client: Client, ours: Side) -> None:
    response = client.get(reverse("customer-list"), headers={"Authorization": secret})
    assert response.status_code == 401
    assert response.json()["code"]


# ---- forms ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ROLES)
def test_forms_refuse_bad_input(
    role: str, ours: Side, own: Belongings, client_of: Callable[[User], Client]
) -> None:
    client = client_of(ours.person_in(role))

    def answers() -> Iterator[Answer]:
        chosen = pages() if role == "administrator" else pages()[STRIDE[role][0] :: 4]
        for place, door in enumerate(chosen):
            url = door.url(kwargs_of(door, ours, own))
            page = get(client, url)
            if page.status != 200 or "<form" not in page.text:
                continue
            for data in share(role, turn(spoiled(fields_of(page.text)), place, 5)):
                point = transaction.savepoint()
                yield read(client.post(url, data), f"POST {url} {str(data)[:120]}")
                transaction.savepoint_rollback(point)

    report(answers(), is_api=False)


# ---- stored scripts ---------------------------------------------------------------------------------
def test_stored_scripts_are_shown_as_text(administrator: User, client_of: Callable[[User], Client]) -> None:
    User.objects.create_user("some-service", is_service=True, full_name=SCRIPTS)
    make_shared(administrator)
    short = {"short", "city", "region", "wechat"}
    side = make_side("Scripts", lambda word: SCRIPTS[: 60 if word in short else 200])
    own = make_belongings(administrator, lambda word: SCRIPTS)
    run_now_here(date(2026, 11, 23), by=administrator)
    client, wrong, shown = client_of(administrator), [], 0
    for url in addresses(side, own):
        text = get(client, url).text
        head = text[:500].lower()
        if "content-type: application/json" in head or "content-disposition: attachment" in head:
            continue  # no browser shows it as a page
        shown += "a{{7654321*7}}b" in text or "a{{7654321*7}}b" in text.replace("&#x27;", "'")
        for live in ("<script>alert", "<img src=x", "a53580247b"):
            if live in text:
                wrong.append(f"{url}: {live}")
    assert not wrong, "\n".join(wrong)
    assert shown >= 10


def test_a_website_that_is_a_script_is_refused(ours: Side, client_of: Callable[[User], Client]) -> None:
    client = client_of(ours.person_in("administrator"))
    url = reverse("customer-detail", args=[ours.customer.pk])
    for website in (
        "javascript:alert(1)",
        "JavaScript://x.test/%0aalert(1)",
        "data:text/html,x",
        " javascript:alert(1)",
    ):
        response = client.patch(url, {"website": website}, content_type="application/json")
        ours.customer.refresh_from_db()
        assert "script" not in ours.customer.website.lower() or ours.customer.website.startswith("http"), (
            website
        )
        assert response.status_code in {200, 400}
