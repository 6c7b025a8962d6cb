"""A POST that is sent twice with the same `Idempotency-Key` does its work once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError, transaction
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from core.busy import is_locked
from core.errors import Conflict, DomainError
from core.models import IdempotentRequest, User

HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("ETag", "Location")
Handler = Callable[..., Response]


def once(handler: Handler, request: Request, key: str) -> Handler:
    """Return the handler so that it answers a repeated request with the answer of the first.

    The key is stored in the transaction of the work: refused or killed work leaves it unused, and of two
    requests at once the database lets one through; the other gets its answer. The same key with another
    request is refused.
    """
    if len(key) > 200:
        raise DomainError("bad_idempotency_key", _("A key has at most 200 characters."))

    def answer(*args: Any, **kwargs: Any) -> Response:
        digest, user = _digest(request), cast(User, request.user)
        with transaction.atomic():
            try:
                with transaction.atomic():
                    kept = IdempotentRequest.objects.create(user=user, key=key, digest=digest)
            except IntegrityError:
                return _again(user, key, digest)
            except OperationalError as error:
                if not is_locked(error):
                    raise
                text = _("The first request with this key is still running. Send it again in a few seconds.")
                raise Conflict("still_running", text) from error
            response = handler(*args, **kwargs)
            if response.status_code >= 400:  # it has taken back what it did, so the key is free again
                kept.delete()
                return response
            kept.status = response.status_code
            kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
            kept.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
            kept.save()
        return response

    return answer


def _digest(request: Request) -> str:
    data = dict(request.data.lists()) if isinstance(request.data, MultiValueDict) else request.data
    content = json.dumps(data, sort_keys=True, default=_told)
    text = f"{request.method} {request.get_full_path()}\n{content}"
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: Any) -> str:
    """Return what tells a value of a form from another: of a file its name and every byte."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"{value.name} {digest.hexdigest()}"


def _again(user: User, key: str, digest: str) -> Response:
    kept = IdempotentRequest.objects.get(user=user, key=key)
    if kept.digest != digest:
        text = _("This key was used for another request. Take a new one for each request.")
        raise Conflict("idempotency_key_reused", text)
    response = Response(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
