"""Records checked before they are stored, with the refusal in the words of the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError


def check_record(record: models.Model, *, exclude: tuple[str, ...] = ()) -> None:
    """Refuse with `invalid` what the fields and constraints of the model do not allow."""
    try:
        record.full_clean(exclude=set(exclude))
    except ValidationError as error:
        raise refused(error) from error


def refused(error: ValidationError) -> DomainError:
    """Return the refusal that says what Django's validation found."""
    if not hasattr(error, "error_dict"):
        return DomainError("invalid", " ".join(error.messages))
    found = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    general = found.pop(NON_FIELD_ERRORS, "")
    return DomainError("invalid", general or " ".join(found.values()), fields=found)


@contextmanager
def unique_or_conflict(message: str = "") -> Iterator[None]:
    """Turn the database's "already there", met by who was a moment too late, into a refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        text = message or _("Somebody else has just stored the same. Look at what is there now.")
        raise Conflict("already_there", text) from error
