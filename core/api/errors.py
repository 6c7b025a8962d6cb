"""One shape for every error of the API: problem details (RFC 9457) with a stable code and field errors."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.busy import WAIT, is_busy
from core.domain.arriving import megabytes
from core.errors import DomainError

CONTENT_TYPE = "application/problem+json"
NON_FIELD = "non_field_errors"
logger = logging.getLogger(__name__)


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, list[str]] | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of an error answer; `details` are members that only this code has."""
    return {
        **(details or {}),
        "type": f"urn:perennial:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": dict(errors or {}),
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into an answer. Only what nobody foresaw stays a 500."""
    body, headers = _body(_translated(error))
    if body is None:
        return None
    if not getattr(context.get("view"), "may_read", True):
        _forget_records(body)
    set_rollback()
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = CONTENT_TYPE
    return response


def body_of(error: Exception, *, names_records: bool = True) -> dict[str, Any]:
    """Return the problem of an error that a view may raise, for one item among many."""
    body, _headers_of = _body(_translated(error))
    if body is None:
        raise error
    if not names_records:
        _forget_records(body)
    return body


def _forget_records(body: dict[str, Any]) -> None:
    """Leave out the candidates of a duplicate: the token may write, not read."""
    if "candidates" in body:
        body["candidates"] = []


class _Busy(exceptions.APIException):
    """A lock or a statement took too long, or the database is away: the same request may succeed soon."""

    status_code = 503
    default_detail = gettext_lazy("The database is busy. Try again in a few seconds.")
    default_code = "busy"
    wait = WAIT


def problem_answer(error: Exception) -> JsonResponse:
    """Answer below /api/ outside of its views: what Django refused before one, or what nobody foresaw."""
    body, headers = _body(_translated(error))
    if body is None:
        text = _("Something went wrong on our side. If it happens again, name the request to who runs this.")
        body = problem(500, "server_error", text)
    return JsonResponse(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def not_found(request: HttpRequest) -> JsonResponse:
    """Answer an address below /api/ that leads nowhere."""
    body = problem(404, "not_found", _("There is nothing at this address."))
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def _translated(error: Exception) -> Exception:
    """Return the error in the terms of this module: an APIException, a DomainError, or itself."""
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is no such record, or it is out of your reach."))
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(_messages(error))
    if isinstance(error, SuspiciousOperation):
        return _unreadable(error)
    return _refused_by_database(error)


def _unreadable(error: SuspiciousOperation) -> DomainError:
    if isinstance(error, RequestDataTooBig):
        most = megabytes(int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        text = _("The body is larger than %(megabytes)d MB.") % {"megabytes": most}
        return DomainError("body_too_large", text, status=413)
    return DomainError("bad_request", _("The request cannot be read."))


def _refused_by_database(error: Exception) -> Exception:
    if isinstance(error, IntegrityError):
        logger.info("The database refused a row over the API", exc_info=error)
        text = _("This clashes with a record that already exists, or refers to one that does not.")
        return DomainError("conflict", text, status=409)
    if isinstance(error, DataError | OverflowError):
        return DomainError("out_of_range", _("A value is too long or too large to be stored."))
    if isinstance(error, OperationalError) and is_busy(error):
        logger.warning("The database was busy or away for the API", exc_info=error)
        return _Busy()
    return error


def _messages(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {NON_FIELD if key == "__all__" else key: texts for key, texts in error.message_dict.items()}
    return {NON_FIELD: error.messages}


def _body(error: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if isinstance(error, DomainError):
        errors = {name: [text] for name, text in error.fields.items()}
        return problem(error.status, error.code, error.message, errors, error.details), {}
    if isinstance(error, exceptions.ValidationError):
        errors = dict(flatten(error.detail))
        return problem(error.status_code, "invalid", _summary(errors), errors), {}
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, _code(error), _text(error.detail)), _headers(error)
    return None, {}


def _code(error: exceptions.APIException) -> str:
    code = error.get_codes()
    return code if isinstance(code, str) else error.default_code


def _text(detail: Any) -> str:
    return (
        " ".join(texts[0] for _name, texts in flatten(detail))
        if isinstance(detail, list | dict)
        else str(detail)
    )


def _summary(errors: Mapping[str, list[str]]) -> str:
    if NON_FIELD in errors:
        return " ".join(errors[NON_FIELD])
    return _("Some fields are not as they must be: %(names)s.") % {"names": ", ".join(errors)}


def flatten(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield (dotted path, messages) from the nested errors of serializers: `lines.0.amount`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for place, inner in enumerate(detail):
            yield from flatten(inner, f"{path}.{place}" if path else str(place))
    elif isinstance(detail, list):
        if detail:
            yield path or NON_FIELD, [str(item) for item in detail]
    else:
        yield path or NON_FIELD, [str(detail)]


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(getattr(error, "auth_header", ""))
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(getattr(error, "wait", 0)) + 1)
    return headers
