"""Every address asks for its right, and gives exactly what the role table says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.query import QuerySet
from django.test import Client

from analytics.models import ScoringPolicy, SegmentMap
from complaints.models import CaseLetter, Complaint, StatusAccess
from core.access import ScopedQuerySet, can, role_table
from core.checks import OWN_ACCOUNT, declares_right, every_address_declares_its_right
from core.domain.absences import may_arrange
from core.domain.departures import leavers_of
from core.models import Job, User
from core.roles import Role
from core.views.base import SIGNED_IN, Right
from crm.tests.arguments import kwargs_of, subject_of
from crm.tests.crawl import api_kwargs, api_subject, read
from crm.tests.doors import PUBLIC, Door, api_doors, doors, pages
from crm.tests.world import Side, make_belongings
from customers.models import Customer, Order

pytestmark = pytest.mark.django_db

#: Opening these tells the installation something; each says why.
WRITES_ON_GET = {
    "core:notification-open": "opening a message marks it as read",
    "complaints:letter-download": "who takes a letter away is on record",
    "complaints:inboundmail-source": "who takes a mail away is on record",
    "analytics:chart-download": "who takes figures away is on record",
    "analytics:complaint-kpi-export": "who takes figures away is on record",
}
#: What a page asks for beside the right that opens it.
ASKS_TOO: dict[str, Right] = {
    "core:export-start": ("export", Customer),
    "core:export-download": ("export", Customer),
    "core:import-create": ("import", Order),
    "core:import-template": ("import", Order),
}
#: Pages whose right is about something else than their record.
RECORD_RIGHT = {"core:service-token-create": "change", "core:record-shares": "share"}
#: Pages that show to some what only others may change.
POST_ASKS_TOO: dict[str, Right] = {
    "core:attachment-list": ("change", Customer),
    "analytics:segment-map-update": ("change", SegmentMap),
    "analytics:settings": ("change", ScoringPolicy),
}
#: Actions of the API that write to other records than those of their address.
API_ASKS_TOO: dict[tuple[str, str], Right] = {
    ("crisis-tell", "post"): ("change", Complaint),
    ("complaint-entry-send-by-mail", "post"): ("add", CaseLetter),
    ("complaint-send-status-link", "post"): ("change", StatusAccess),
    ("complaint-void-status-links", "post"): ("change", StatusAccess),
}
#: What a page needs to know before it says more than "there is no such thing".
SAYS: dict[str, dict[str, str]] = {
    "core:export-start": {"key": "customers.customer", "format": "csv", "query": ""},
}


# ---- declarations -----------------------------------------------------------------------------------
def test_every_page_declares_its_right() -> None:
    undeclared = [door.name for door in pages() if door.right is None]
    assert undeclared == []


def test_every_declared_right_stands_in_the_role_table() -> None:
    wrong = []
    for door in pages():
        action, model = door.right or SIGNED_IN
        if model is not None and not can(User(is_superuser=True, pk=0), action, model):
            wrong.append((door.name, action, model.__name__))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_api_address_asks_the_role_table() -> None:
    silent = [door.name for door in doors() if door.is_api and not door.checks_the_role_table]
    assert silent == []


def test_public_addresses_exist() -> None:
    assert {door.name for door in doors()} >= set(PUBLIC)


# ---- strangers --------------------------------------------------------------------------------------
def test_strangers_are_sent_to_the_login_page(client: Client, ours: Side) -> None:
    own = make_belongings(ours.owner)
    open_doors = []
    for door in pages():
        url = door.url(kwargs_of(door, ours, own))
        for response in (client.get(url), client.post(url, {})):
            if response.status_code != 302 or "/accounts/login/" not in response["Location"]:
                open_doors.append((door.name, response.status_code))
    assert open_doors == []


def test_strangers_get_401_from_the_api(client: Client, ours: Side) -> None:
    own = make_belongings(ours.owner)
    wrong = []
    for door in api_doors():
        url = door.url(api_kwargs(door, ours, own))
        for method in door.actions:
            response = client.generic(method.upper(), url, b"{}", content_type="application/json")
            if response.status_code != 401 or response.json()["status"] != 401:
                wrong.append((door.name, method, response.status_code))
    assert not wrong, "\n".join(map(str, wrong))


# ---- the matrix -------------------------------------------------------------------------------------
@pytest.mark.once
@pytest.mark.parametrize("role", Role.values)
def test_pages_open_exactly_as_the_role_table_says(
    role: str, ours: Side, client_of: Callable[[User], Client]
) -> None:
    user = ours.person_in(role)
    own = make_belongings(user)
    client = client_of(user)
    wrong = []
    for door in pages():
        for method, status in answers(client, door, kwargs_of(door, ours, own)):
            expected = verdict(door, method, user, subject_of(door, ours, own))
            if status_class(status) != expected:
                wrong.append(f"{method} {door.name}: {status}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.once
@pytest.mark.parametrize("role", Role.values)
def test_records_out_of_reach_do_not_exist(
    role: str, ours: Side, theirs: Side, client_of: Callable[[User], Client]
) -> None:
    user = ours.person_in(role)
    foreign = make_belongings(theirs.person_in(role))
    client = client_of(user)
    wrong = []
    for door in pages():
        subject = subject_of(door, theirs, foreign)
        if subject is None or verdict(door, "GET", user, subject) == "open":
            continue
        for method, status in answers(client, door, kwargs_of(door, theirs, foreign)):
            expected = verdict(door, method, user, subject)
            if status_class(status) not in {expected, "absent"}:
                wrong.append(f"{method} {door.name}: {status}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))


def verdict(door: Door, method: str, user: User, subject: Any) -> str:
    """Return what the role table says: open, refused (no such right), absent (the row is out of reach)."""
    action, model = door.right or SIGNED_IN
    asked = [door.right, ASKS_TOO.get(door.name), POST_ASKS_TOO.get(door.name) if method == "POST" else None]
    if any(right is not None and right[1] is not None and not can(user, *right) for right in asked):
        return "refused"
    if isinstance(subject, str):  # the token of an export
        return "open" if user.pk in owners_of_export(subject) else "absent"
    if subject is None:
        return "open"
    if door.name == "core:user-leave":
        return "open" if leavers_of(user).filter(pk=subject.pk).exists() else "absent"
    if door.name == "core:session-end":
        return "open" if subject.user_id == user.pk else "absent"
    if door.name == "core:user-absence":
        return "open" if may_arrange(user, subject) else "absent"
    rows: QuerySet[Any] = type(subject)._default_manager.all()
    if not isinstance(rows, ScopedQuerySet) or subject._meta.label_lower not in role_table():
        return "open"  # a part of a record that is everybody's
    asked = RECORD_RIGHT.get(door.name) or (action if model is type(subject) else "view")
    return "open" if rows.in_reach(user, asked).filter(pk=subject.pk).exists() else "absent"


def owners_of_export(token: str) -> set[int]:
    return set(Job.objects.filter(dedupe=f"export-{token}").values_list("created_by", flat=True))


def answers(client: Client, door: Door, kwargs: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield (method, status) of GET and POST, each undone; a method that is not offered is left out."""
    for method in ("get", "post"):
        point, session = transaction.savepoint(), client.cookies[settings.SESSION_COOKIE_NAME].value
        response = getattr(client, method)(door.url(kwargs), SAYS.get(door.name, {}))
        read(response)
        transaction.savepoint_rollback(point)
        # Some answers give the session a new key, which is undone with the rest.
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        if response.status_code != 405:
            yield method.upper(), response.status_code


# ---- the API ----------------------------------------------------------------------------------------
@pytest.mark.once
@pytest.mark.parametrize("role", Role.values)
def test_api_answers_exactly_as_the_role_table_says(
    role: str, ours: Side, theirs: Side, client_of: Callable[[User], Client]
) -> None:
    user = ours.person_in(role)
    client = client_of(user)
    wrong = []
    for side, own in ((ours, make_belongings(user)), (theirs, make_belongings(theirs.owner))):
        for door in api_doors():
            for method, action in door.actions.items():
                expected = api_verdict(door, action, user, api_subject(door, side, own))
                too = API_ASKS_TOO.get((door.name, method))
                expected = "refused" if too is not None and not can(user, *too) else expected
                kwargs = api_kwargs(door, side, own)
                status = api_call(client, method, door.url(kwargs))
                if status_class(status) == expected:
                    continue
                if expected == "absent" and status == api_call(client, method, door.url(nowhere(kwargs))):
                    continue  # the body was refused first: a record that does not exist gets the same
                if not (method == "put" and "external_id" in kwargs and status == 409):
                    wrong.append(f"{method} {door.name} of {side.team}: {status}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))


def api_call(client: Client, method: str, url: str) -> int:
    point = transaction.savepoint()
    response = client.generic(method.upper(), url, b"{}", content_type="application/json")
    transaction.savepoint_rollback(point)
    return read(response).status


def nowhere(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a record that does not exist."""
    return {name: 10**9 if isinstance(value, int) else f"{value}-nowhere" for name, value in kwargs.items()}


def status_class(status: int) -> str:
    return {403: "refused", 404: "absent", 500: "broken"}.get(status, "open")


def api_verdict(door: Door, action: str, user: User, subject: Any) -> str:
    if getattr(door.view, "asks_right_of_each_kind", False):
        return "open"
    rights, model = door.rights_of_action(action), door.view.model
    if not any(can(user, right, model) for right in rights):
        return "refused"
    if subject is None:
        return "open"
    rows = model._default_manager.all()
    if not rows.visible_to(user).filter(pk=subject.pk).exists():
        return "absent"
    return "open" if rows.in_reach(user, rights[0]).filter(pk=subject.pk).exists() else "refused"


# ---- methods that nobody offered --------------------------------------------------------------------
@pytest.mark.once
def test_pages_refuse_every_other_method(ours: Side, client_of: Callable[[User], Client]) -> None:
    """Nothing listens to PUT, PATCH and DELETE on pages; HEAD says no more than GET, OPTIONS nothing."""
    user = ours.person_in(Role.ADMINISTRATOR)
    own = make_belongings(user)
    client, wrong = client_of(user), []
    for door in pages():
        url = door.url(kwargs_of(door, ours, own))
        for method in ("put", "patch", "delete"):
            point = transaction.savepoint()
            status = getattr(client, method)(url).status_code
            transaction.savepoint_rollback(point)
            if status != 405 and not (method == "put" and puts_like_post(door)):
                wrong.append((method, door.name, status))
        if read(client.options(url)).text.count("\n\n") > 1:
            wrong.append(("options", door.name, "has a body"))
    assert not wrong, "\n".join(map(str, wrong))


def puts_like_post(door: Door) -> bool:
    """Django's own form pages take PUT as POST: the same form, token against forgery, and right."""
    return door.name in OWN_ACCOUNT


@pytest.mark.once
def test_head_is_as_closed_as_get(ours: Side, theirs: Side, client_of: Callable[[User], Client]) -> None:
    user = ours.person_in(Role.AGENT)
    foreign = make_belongings(theirs.person_in(Role.AGENT))
    client, wrong = client_of(user), []
    for door in pages():
        url = door.url(kwargs_of(door, theirs, foreign))
        statuses = set()
        for method in ("get", "head"):
            point = transaction.savepoint()
            response = getattr(client, method)(url, SAYS.get(door.name, {}))
            read(response)
            transaction.savepoint_rollback(point)
            statuses.add(response.status_code)
        if len(statuses) > 1:
            wrong.append((door.name, statuses))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_new_address_without_a_right_fails_the_check() -> None:
    def open_to_all(request: Any) -> None: ...

    class Silent:
        permission_classes = ()

    assert not declares_right(open_to_all)
    assert not declares_right(Silent)
    assert every_address_declares_its_right() == []


# ---- reading changes nothing ------------------------------------------------------------------------
#: But that somebody saw sensitive fields is written down.
SEEING = ["core.AuditEntry", "core.Sight"]


def test_opening_pages_changes_no_row(ours: Side, client_of: Callable[[User], Client]) -> None:
    user = ours.person_in(Role.ADMINISTRATOR)
    own = make_belongings(user)
    client = client_of(user)
    client.get("/")  # the first page of a session may note the sign-in
    broken, before = [], fingerprint_of_tables()
    for door in [*pages(), *(door for door in api_doors() if "get" in door.actions)]:
        if door.name in WRITES_ON_GET:
            continue
        kwargs = api_kwargs(door, ours, own) if door.is_api else kwargs_of(door, ours, own)
        response = client.get(door.url(kwargs), SAYS.get(door.name, {}))
        read(response)
        if response.status_code >= 500:
            broken.append((door.name, response.status_code))
        after = fingerprint_of_tables()
        if after != before:
            changed = [table for table in after if after[table] != before[table]]
            if changed != SEEING:
                broken.append((door.name, changed))
            before = after
    assert not broken, "\n".join(map(str, broken))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def fingerprint_of_tables() -> dict[str, str]:
    """Return a digest of each table but the sessions, which remember the pages a person opened."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.label == "sessions.Session" or not issubclass(model, models.Model):
                continue
            table = connection.ops.quote_name(model._meta.db_table)
            keys = ", ".join(connection.ops.quote_name(field.column) for field in model._meta.pk_fields)
            cursor.execute(f"SELECT * FROM {table} ORDER BY {keys}")
            # PostgreSQL gives what is binary as a view, whose name is another each time.
            rows = repr([tuple(map(_plain, row)) for row in cursor.fetchall()]).encode()
            found[model._meta.label] = hashlib.sha256(rows).hexdigest()
    return found
