"""What tests of the public form send."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints import tasks
from complaints.domain.form_tokens import make_token
from complaints.models import PublicForm

FORM = "/complaints/form/"
#: Workers know the bodies of jobs once this is loaded.
TASKS = tasks.__name__


def opened(**values: Any) -> PublicForm:
    """Return the form, open."""
    row = PublicForm.load()
    PublicForm.objects.filter(pk=row.pk).update(is_open=True, **values)
    row.refresh_from_db()
    return row


def token(*, minutes: float = 1) -> str:
    """Return the token of a form that was shown so long ago."""
    return make_token(at=timezone.now() - timedelta(minutes=minutes))


def filled(**values: Any) -> dict[str, Any]:
    """Return what a person types."""
    return {
        "token": token(),
        "kind": "complaint",
        "title": "The lecturer was changed",
        "description": "Nobody told us.",
        "contact_name": "Wei Lin",
        "contact_email": "wei@example.com",
        "consent": "on",
        **values,
    }


def sent(client: Client, **values: Any) -> HttpResponse:
    """Send a filled form."""
    response: Any = client.post(FORM, filled(**values))
    return response


def status_address(client: Client, **values: Any) -> str:
    """File a case and return the address of its status page."""
    thanks = client.get(sent(client, **values)["Location"]).content.decode()
    found = re.search(r'href="(/complaints/status/[^"]+)"', thanks)
    assert found is not None
    return found[1]


def at(name: str, *arguments: object) -> str:
    return reverse(f"complaints:{name}", args=arguments)


def within_a_window() -> Any:
    """Stop the clock within a minute and an hour: limits count by them, and a test may cross their border."""
    return time_machine.travel(timezone.now().replace(minute=20, second=20, microsecond=0), tick=False)
