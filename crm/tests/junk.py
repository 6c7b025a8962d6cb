"""What careless and hostile senders send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

#: Text in a query string or a form field.
TEXTS: tuple[str, ...] = (
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "9" * 30,
    "9" * 5_000,
    "١٢٣",  # digits, but not those that a database reads
    "a\x00b",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "😀" * 60,
    "x" * 10_000,
    "' OR 1=1 --",
    "%_\\",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../etc/passwd",
    "\u202e\ufeff\u200b",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
)
#: Those that have crashed such systems most often; for places where every one of TEXTS takes too long.
WORST: tuple[str, ...] = ("a\x00b", "9" * 30, "9" * 5_000, "NaN", "9999-12-31", "x" * 10_000)

PAGE_SIZES = ("0", "-1", "1e9", "1000000000", "000000001999999", "000000001" + "0" * 5_000, "２０")

#: Values of a field in a JSON body.
VALUES: tuple[Any, ...] = (
    None,
    "",
    "a\x00b",
    "\ud800",
    "x" * 10_000,
    "😀" * 300,
    "0000-00-00",
    "9999-12-31T23:59:59+14:00",
    "NaN",
    "1e400",
    "-Infinity",
    "99999999999999999999.999",
    -1,
    0,
    10**30,
    2**63,
    1.5,
    1e308,
    True,
    [],
    {},
    [None],
    [[]],
    {"a": {"b": []}},
    ["x"] * 1_000,
)

#: Whole bodies, with the content type they claim.
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"", ""),
    (b"{", "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b"[1, 2]", "application/json"),
    (b'"text"', "application/json"),
    (b"12", "application/json"),
    (b'{"a": NaN}', "application/json"),
    (b'{"a": 1e999}', "application/json"),
    (b'{"a": ' + b"9" * 6_000 + b"}", "application/json"),
    (b'{"\\u0000": 1}', "application/json"),
    (b'{"name": "\xff\xfe"}', "application/json"),
    (b"\xef\xbb\xbf{}", "application/json"),
    (b"{}", "application/json; charset=klingon"),
    (b"[" * 100_000, "application/json"),
    (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
    (b"<a/>", "text/xml"),
    (b"name=x", "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"{}", "application/json/json"),
)

#: Text that would run, if it were ever shown unescaped.
SCRIPTS = '<script>alert(1)</script>a{{7654321*7}}b"><img src=x onerror=alert(2)>'


def as_json(value: Any) -> bytes:
    """Return JSON, lone surrogates included."""
    return json.dumps(value).encode()


class FormFields(HTMLParser):
    """Collects what the forms of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = given.get("name", "")
            self.values.setdefault(self._select, "")
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value", "")
        elif tag in {"input", "textarea"} and given.get("name"):
            is_off = given.get("type") in {"checkbox", "radio"} and "checked" not in given
            self.values.setdefault(given["name"], "" if is_off else given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def fields_of(html: str) -> dict[str, str]:
    """Return the fields of all forms of a page, as they would be sent untouched."""
    parser = FormFields()
    parser.feed(html)
    hidden = {"csrfmiddlewaretoken", "next", ""}
    return {name: value for name, value in parser.values.items() if name not in hidden}


def spoiled(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the form with everything wrong at once, then with one field wrong at a time."""
    for text in TEXTS:
        yield dict.fromkeys(fields, text)
    for place, name in enumerate(fields):
        yield {**fields, name: WORST[place % len(WORST)]}
