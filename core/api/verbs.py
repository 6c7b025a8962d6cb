"""What an endpoint does with its records, one at a time: the same verbs for single requests and for many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.request import Request

from core.errors import DomainError

if TYPE_CHECKING:
    _Base = viewsets.GenericViewSet[Any]
else:
    _Base = object

#: Operation → the method that does it.
_METHODS = {"create": "create_record", "update": "update_record", "delete": "delete_record"}


def not_offered(operation: str) -> DomainError:
    """Return the refusal of an operation that the domain has no verb for."""
    text = _("This resource does not offer the operation %(name)s.") % {"name": operation}
    return DomainError("not_offered", text, fields={"op": text}, status=405)


def version_in_header(request: Request) -> int | None:
    """Return the version in the `If-Match` header, alone or before a digest; None where none is expected."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]{1,64})?"?', header)
    if found is None:
        raise DomainError(
            "bad_if_match", _("If-Match holds the ETag of the record, or its version in quotes.")
        )
    return int(found[1])


class RecordVerbs(_Base):
    """Override what the domain has a verb for; the rest is answered with 405 `not_offered`.

    The methods call domain functions with `by=` the caller and, where something is changed or deleted,
    `version=self.expected_version`.
    """

    #: What the item at hand expects, while many are done at once.
    if_match: int | None = None

    if TYPE_CHECKING:
        model: ClassVar[type[models.Model]]
        may_read: bool

    def create_record(self, data: dict[str, Any]) -> models.Model:
        """Make a record from checked data and return it."""
        raise not_offered("create")

    def update_record(self, instance: Any, data: dict[str, Any]) -> models.Model:
        """Change a record and return it."""
        raise not_offered("update")

    def delete_record(self, instance: Any) -> None:
        """Delete a record."""
        raise not_offered("delete")

    @classmethod
    def operations(cls) -> tuple[str, ...]:
        """Return the operations that this resource offers."""
        own = {
            name: getattr(cls, method) is not getattr(RecordVerbs, method)
            for name, method in _METHODS.items()
        }
        return tuple(name for name, is_own in own.items() if is_own)

    @classmethod
    def has_versions(cls) -> bool:
        """Tell whether records of this resource count their changes."""
        return any(field.name == "version" for field in cls.model._meta.concrete_fields)

    def _create_checked(self, data: Any) -> models.Model:
        serializer = self.get_serializer(data=data)
        serializer.is_valid(raise_exception=True)
        return self.create_record(serializer.validated_data)

    def _update_checked(self, instance: Any, data: Any, *, partial: bool) -> models.Model:
        serializer = self.get_serializer(instance, data=data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return self.update_record(instance, serializer.validated_data)

    @property
    def expected_version(self) -> int | None:
        """The version in the `If-Match` header, or that of the item; None where none is expected."""
        if getattr(self, "action", "") == "bulk":
            return self.if_match
        return version_in_header(self.request)
