"""Walking every page and every endpoint as one person, and reading what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from core.lists import list_named
from crm.tests.arguments import kwargs_of
from crm.tests.doors import Door, api_doors, pages
from crm.tests.world import Belongings, Side

#: What every list understands beside its filters.
LIST_PARAMETERS = ("sort", "cursor", "count")


@dataclass(frozen=True)
class Answer:
    """What a person got for one address."""

    asked: str
    status: int
    text: str


def read(response: HttpResponseBase, asked: str = "") -> Answer:
    """Return status and whole text of a response; read to its end, a file is closed."""
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return Answer(asked, response.status_code, f"{headers}\n{body.decode('utf-8', 'replace')}")


def get(client: Client, url: str, **query: Any) -> Answer:
    """Open an address."""
    asked = f"{url}?{urlencode(query, doseq=True)}" if query else url
    point = transaction.savepoint()  # a query that the database refuses must not spoil those after it
    answer = read(client.get(asked), asked)
    transaction.savepoint_rollback(point)
    return answer


def api_subject(door: Door, side: Side, own: Belongings) -> Any:
    """Return the record that an API address is about; None for lists."""
    if not door.arguments:
        return None
    model = door.view.model
    records = [*vars(side).values(), *vars(own).values()]
    live = [row for row in records if isinstance(row, model) and getattr(row, "deleted_at", None) is None]
    return live[0] if live else model._default_manager.order_by("pk").first()


def api_kwargs(door: Door, side: Side, own: Belongings) -> dict[str, Any]:
    """Return the arguments of an API address: the number of the record, or its external identity."""
    subject = api_subject(door, side, own)
    return {name: getattr(subject, name, "") or getattr(subject, "pk", 1) for name in door.arguments}


def addresses(side: Side, own: Belongings) -> list[str]:
    """Return every address with the records of this team and this person, pages first."""
    found = [door.url(kwargs_of(door, side, own)) for door in pages()]
    return found + [door.url(api_kwargs(door, side, own)) for door in api_doors() if "get" in door.actions]


def lists() -> list[Door]:
    """Return the pages and endpoints that filter rows."""
    return [door for door in [*pages(), *api_lists()] if filters_of(door) and not door.arguments]


def api_lists() -> list[Door]:
    """Return the endpoints that list rows."""
    return [door for door in api_doors() if door.actions.get("get") == "list"]


def filters_of(door: Door) -> dict[str, Any]:
    """Return the filters of a list by name; empty where the address is no list."""
    filterset = getattr(door.view, "filterset_class", None)
    return dict(filterset.get_filters()) if filterset else {}


def parameters_of(door: Door) -> list[str]:
    """Return every parameter that a list reads, ranges with both their ends."""
    names: list[str] = []
    for name, one in filters_of(door).items():
        suffixes = getattr(one.field.widget, "suffixes", None) if _is_static(one) else None
        names += [f"{name}_{suffix}" for suffix in suffixes] if suffixes else [name]
    return [*names, *LIST_PARAMETERS, *(["page_size"] if door.is_api else [])]


def _is_static(one: Any) -> bool:
    """A filter whose choices depend on who asks has no field without a request; it is no range either."""
    return not callable(one.extra.get("queryset")) and not callable(one.extra.get("choices"))


def sorts_of(door: Door) -> Iterator[str]:
    """Yield every declared order of a list, both ways."""
    for name in getattr(door.view, "sort_keys", {}):
        yield name
        yield f"-{name}"


def export_keys() -> list[str]:
    """Return the keys of the lists that may leave the house."""
    keys = {getattr(door.view, "export_key", None) for door in pages()} - {None}
    return sorted(key for key in keys if list_named(key))
