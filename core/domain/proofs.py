"""Asked again: whoever is about to do something weighty shows that it is really them."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core.domain.second_factor import accept_code
from core.domain.sign_in_guard import count_attempt, forgive, proof_counters
from core.errors import DomainError
from core.models import User


def prove(user: User, typed: str, *, at: datetime) -> None:
    """Accept the password, or a code of the second factor. Refused when it is neither, or too often."""
    attempt = count_attempt(proof_counters(user), at=at)
    if not (user.check_password(typed) or accept_code(user, typed, at=at)):
        text = _("This is neither your password nor a valid code.")
        raise DomainError("not_proved", text, fields={"proof": text})
    forgive(attempt)
