"""What can be wrong: with a file as a whole, with a line, with a cell. Words for people are in `words`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

#: A cell is quoted in a fault up to this length; nobody reads further.
SHOWN = 200


class ReadingError(Exception):
    """The file as a whole cannot be read. `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class ValueFault(Exception):  # noqa: N818 (a fault of a file, not of the program)
    """A text is no value of the kind that its column holds."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a line cannot be imported. `field` is empty where the whole line is meant."""

    code: str
    field: str = ""
    value: str = ""
    params: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as an import line stores it."""
        return {"field": self.field, "value": self.value[:SHOWN], "code": self.code, "params": self.params}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Fault:
        """Return a stored fault."""
        return cls(data["code"], data.get("field", ""), data.get("value", ""), data.get("params") or {})
