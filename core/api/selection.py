"""`?fields=id,name,totals.orders`: only what the caller wants."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError


def keep_fields(serializer: Any, asked: str) -> None:
    """Drop the fields that are not named; refuse a name that the resource does not have."""
    wanted: dict[str, list[str]] = {}
    for name in filter(None, (part.strip() for part in asked.split(","))):
        head, _dot, rest = name.partition(".")
        wanted.setdefault(head, []).append(rest)
    unknown = sorted(set(wanted) - set(serializer.fields))
    if unknown:
        text = _("No such field: %(names)s. There are: %(known)s.")
        told = {"names": ", ".join(unknown)[:100], "known": ", ".join(serializer.fields)}
        raise ValidationError({"fields": [text % told]})
    for name in list(serializer.fields):
        if name not in wanted:
            del serializer.fields[name]
        elif all(wanted[name]):
            _keep_inner(serializer.fields[name], name, wanted[name])


def _keep_inner(field: Any, name: str, inner: list[str]) -> None:
    nested = getattr(field, "child", field)
    if not hasattr(nested, "fields"):
        raise ValidationError({"fields": [_("%(name)s has no fields of its own.") % {"name": name}]})
    keep_fields(nested, ",".join(inner))
