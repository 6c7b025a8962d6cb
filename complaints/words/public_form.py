"""System lines of the log that tell of the status page: code → words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "links_revoked": lambda _params: _("Links to the status page made void."),
    "file_not_kept": lambda params: (
        _("A file that the customer sent was not kept: %(name)s. %(why)s")
        % {"name": params.get("name", ""), "why": params.get("why", "")}
    ),
}
