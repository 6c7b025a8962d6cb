"""Lists to pick from that an installation may extend."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.picklists import Picklist, register_picklist
from customers.choices import Industry, Source

INDUSTRY = register_picklist(
    Picklist("customers.industry", _("Industry"), Industry, (("customers.Customer", "industry"),))
)
SOURCE = register_picklist(
    Picklist("customers.source", _("Source"), Source, (("customers.Customer", "source"),))
)


def industries() -> list[tuple[str, str | Promise]]:
    """Return every industry that a customer may hold."""
    return INDUSTRY.choices


def sources() -> list[tuple[str, str | Promise]]:
    """Return every source that a customer may hold."""
    return SOURCE.choices
