"""Pages that answer a form: what is wrong with it, what would come of it, who saved meanwhile.

None of them changes a record: what is sent is tried first and taken back, and kept only where a page
comes of it instead of a redirect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.lists import all_lists
from core.models import User
from core.session_marks import mark_signed_in
from crm.tests.arguments import kwargs_of
from crm.tests.doors import pages
from crm.tests.world import Belongings, Side

#: What the browser sends: a box that is not ticked sends nothing.
Fields = dict[str, list[str]]

#: Answers that show the page again, or another one, in place of a redirect.
_SHOWN = frozenset({200, 201, 409, 422})


@dataclass(frozen=True)
class Sent:
    """A form that was sent: what for, where to, with what, and with which status it was answered."""

    name: str
    url: str
    fields: Fields
    status: int


def _previewed(side: Side, filled: Fields) -> Fields:
    return {**filled, "preview": ["1"]}


#: What leads on from a form to the page after it, with what the form holds from the start.
_ASKED: dict[str, Callable[[Side, Fields], Fields]] = {
    "analytics:settings": _previewed,
    "analytics:segment-map-update": _previewed,
    "complaints:gradingrule-update": _previewed,
    "complaints:gradingsetting-update": _previewed,
    "complaints:gradingrule-try": lambda side, filled: {**filled, "number": [side.case.number]},
    "complaints:like-preview": lambda side, _filled: {"title": [side.case.title], "kind": ["complaint"]},
    "complaints:knowledge-suggest": lambda side, _filled: {"q": [side.article.title]},
    "complaints:lettertemplate-preview": lambda side, _filled: {"body": [side.case.description]},
    "complaints:complaint-create": lambda side, filled: {
        **filled,
        "title": [side.case.title],
        "description": [side.case.description],
        "contact_phone": [side.case.contact_phone],
    },
    "customers:customer-create": lambda side, filled: {**filled, "name": [side.customer.name]},
    "customers:order-create": lambda _side, filled: {**filled, "add_line": ["1"]},
    "core:recycle-purge": lambda side, _filled: {"ids": [f"customers.customer:{side.deleted_customer.pk}"]},
    "core:token-create": lambda side, filled: {
        **filled,
        "name": [side.case.title[:100]],
        "scopes": ["*:read"],
    },
    "core:user-leave": lambda side, filled: {**filled, "users": [str(side.owner.pk)]},
}


def sent_forms(by: User, side: Side, own: Belongings) -> Iterator[Sent]:
    """Yield every form that a page answers: sent empty, sent too late, and sent as asked above."""
    for door in pages():
        if not hasattr(door.view, "post"):
            continue
        url = door.url(kwargs_of(door, side, own))
        filled = _filled(by, url)
        yield from _answered(by, f"{door.name}, empty", url, {}, _SHOWN)
        if "version" in filled:
            yield from _answered(by, f"{door.name}, too late", url, {**filled, "version": ["0"]}, {409})
        if door.name in _ASKED:
            yield from _answered(by, f"{door.name}, asked", url, _ASKED[door.name](side, filled), _SHOWN)
    for listed in all_lists():
        for action in listed.actions:
            url = reverse("core:bulk-start", args=[listed.key, action.key])
            yield from _answered(by, f"{listed.key}, {action.key}", url, {"everything": ["1"]}, {200})


def _answered(by: User, name: str, url: str, fields: Fields, wanted: Collection[int]) -> Iterator[Sent]:
    answer = _undone(by, lambda client: client.post(url, fields))
    if answer.status_code in wanted and _is_page(answer):
        yield Sent(name, url, fields, answer.status_code)


def _is_page(answer: Any) -> bool:
    """A whole page, and not the one on which every refusal outside of a form is told."""
    is_html = not answer.streaming and b"<html" in answer.content[:500]
    return is_html and all(one.name != "core/refused.html" for one in answer.templates)


def _filled(by: User, url: str) -> Fields:
    """Return what a browser would send if somebody opened the form and sent it as it is."""
    answer = _undone(by, lambda client: client.get(url))
    form = (answer.context or {}).get("form") if answer.status_code == 200 else None
    return dict(_values(form)) if hasattr(form, "fields") else {}


def _values(form: Any) -> Iterator[tuple[str, list[str]]]:
    for bound in form:
        value = bound.value()
        if value in (None, "", False):
            continue
        several = value if isinstance(value, list | tuple | set) else [value]
        yield bound.html_name, ["on" if one is True else str(getattr(one, "pk", one)) for one in several]


def _undone(by: User, ask: Callable[[Client], Any]) -> HttpResponse:
    """Ask as somebody who has just signed in, and take back whatever came of it."""
    with transaction.atomic():
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        client.force_login(by)
        session = client.session
        mark_signed_in(session, timezone.now())
        session.save()
        answer: HttpResponse = ask(client)
        transaction.set_rollback(True)
    return answer
