"""Where the answers behind a fall of satisfaction are listed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from complaints.choices.foresight import GroupKind
from complaints.domain.taxonomy import codes_below
from complaints.models import Alert


def answers_urls(alert: Alert) -> tuple[str, str]:
    """Return the lists of the answers before and after, of the group and the days that were compared."""
    seen = alert.evidence
    return _url(seen, seen["from"], seen["before_to"]), _url(seen, seen["middle"], seen["to"])


def _url(seen: dict[str, Any], first: str, last: str) -> str:
    key = seen["key"]
    group = {"category": codes_below().get(key, (key,))} if seen["group"] == GroupKind.CATEGORY else {}
    asked = {
        "state": "done",
        "scored": "true",
        "done_from": first,
        "done_to": last,
        **(group or {seen["group"]: key}),
    }
    return f"{reverse('complaints:callback-list')}?{urlencode(asked, doseq=True)}"
