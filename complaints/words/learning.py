"""System lines of the log that tell what was learned from a case: code → words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "crisis_joined": lambda params: _("Counted among the cases of the crisis “%(title)s”.") % params,
    "crisis_told": lambda params: _("The customer was told of the crisis “%(title)s”.") % params,
    "crisis_untold": lambda params: (
        _("The customer was not told of the crisis “%(title)s” after all.") % params
    ),
}
