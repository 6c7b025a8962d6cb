"""How the processes log: one JSON object a line in production, plain lines while developing.

Every line says to which request or job it belongs, and by whose number. What people typed, searched for
or wrote to one another stays out: `redact` is the last thing that sees a line. Nothing here imports
Django's models: the web server and Celery read it before the applications are loaded.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_context: ContextVar[dict[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 (never changed)

_REDACTED = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[address]"),
    (re.compile(r"\bpn_[\w-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 [token]"),
    (re.compile(r"(?i)\b(password|secret|token|sessionid|csrftoken)=\S+"), r"\1=[hidden]"),
    # A password inside an address of a service.
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), r"\1:[hidden]@"),
    (re.compile(r"(/[\w/.-]*)\?[^\s'\"]+"), r"\1?[query]"),
    # Phone and identity numbers; numbers of records are shorter.
    (re.compile(r"(?<![\w.-])\+?\d{11,18}[\dXx]?(?![\w.-])"), "[number]"),
)
#: A database quotes the row that it refuses: nothing after the first line of what it says is kept.
_QUOTED_ROW = re.compile(r"\nDETAIL:.*")
_DATABASE_ERRORS = ("IntegrityError", "DataError", "OperationalError", "ProgrammingError")


@contextmanager
def about(**facts: Any) -> Iterator[dict[str, Any]]:
    """Let every line within say these facts too; what is added to the yielded dictionary is said as well."""
    said = {**_context.get(), **facts}
    reset = _context.set(said)
    try:
        yield said
    finally:
        _context.reset(reset)


def redact(text: str) -> str:
    """Return the text without addresses of people, secrets, long numbers and query strings."""
    for pattern, instead in _REDACTED:
        text = pattern.sub(instead, text)
    return text


class ContextFilter(logging.Filter):
    """Put the request or the job on each record, and take secret parts of addresses out of Django's lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete the record; never drops one."""
        record.facts = {**_context.get(), **getattr(record, "facts", {})}
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            shown = address_of(request)
            record.args = tuple(shown if one == path else one for one in record.args)
        return True


#: Arguments of addresses that name kinds of things, never a person or a secret.
_HARMLESS = frozenset({"pk", "key", "kind", "list_key", "action", "target", "format", "version"})


def address_of(request: Any) -> str:
    """Return the path of a request without its secrets: tokens of links and foreign keys become a star."""
    path = str(request.path)
    match = getattr(request, "resolver_match", None)
    if match is None:
        # No page of ours, perhaps a damaged link with a secret in it.
        first = path.strip("/").partition("/")[0]
        return path if path.strip("/") == first and len(first) <= 20 else f"/{first[:20]}/…"
    for name, value in match.kwargs.items():
        if name not in _HARMLESS and not isinstance(value, int):
            path = path.replace(str(value), "*")
    return path


class LineFormatter(logging.Formatter):
    """A plain line: time, level, logger, message, and the facts behind it."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """Add the facts."""
        facts = getattr(record, "facts", {})
        said = " ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, ""))
        line = redact(super().formatMessage(record))
        return f"{line} [{said}]" if said else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is logging's)
        """Return the trace without what a database quotes."""
        return redact(_QUOTED_ROW.sub("", super().formatException(ei)))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time level logger message`, the facts, and `error` with its trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "process": record.process,
        }
        line |= {
            name: value for name, value in getattr(record, "facts", {}).items() if value not in (None, "")
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = error_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def error_of(error: BaseException) -> dict[str, Any]:
    """Return kind, words and places of an exception, and of what caused it."""
    found: dict[str, Any] = {
        "type": type(error).__name__,
        "text": _words_of(error),
        "trace": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found["cause"] = {"type": type(cause).__name__, "text": _words_of(cause)}
    return found


def _words_of(error: BaseException) -> str:
    text = str(error)
    if type(error).__name__ in _DATABASE_ERRORS:
        text = text.partition("\n")[0]
    return redact(text)[:500]


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return the configuration of logging, the same for web, worker, beat and commands."""
    formatter = JsonFormatter if as_json else LineFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["context"]}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Scanners name any host: not worth a line each.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            # Django's own two handlers would say everything a second time; 4xx are in the access lines.
            "django": {"handlers": [], "level": "INFO"},
            "django.request": {"level": "ERROR"},
            # A line at each tick says nothing; a job says itself how it ended.
            **{
                name: {"level": "WARNING"}
                for name in ("celery.beat", "celery.app.trace", "celery.worker.strategy")
            },
        },
    }
