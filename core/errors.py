"""Refusals that a person can act on."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A rule of the business was not met.

    `code` is stable and for machines, `message` is translated and for people, `fields` maps field
    names to messages. Forms show the message; the API answers `status` with the code.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        status: int = 400,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.status = status
        self.details = dict(details or {})


class Conflict(DomainError):  # noqa: N818 (reads as the refusal that it is)
    """The record changed meanwhile, or is in a state that does not allow the step."""

    def __init__(self, code: str, message: str, **kwargs: Any) -> None:
        kwargs.setdefault("status", 409)
        super().__init__(code, message, **kwargs)
