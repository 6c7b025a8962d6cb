"""A form that is sent twice does its work once: the second click, the impatient reload, the slow network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from core.models import IdempotentRequest, SpentForm, User

#: How long a sent form is remembered.
KEPT = timedelta(days=2)


def token_in(sent: Mapping[str, Any]) -> str:
    """Return the token of a form as it was sent; what no database stores is left out of it."""
    return str(sent.get("once") or "").replace("\x00", "")[:40]


def do_once(token: str, work: Callable[[], str], *, by: User) -> tuple[str, bool]:
    """Do `work` and return (its address, True); a form sent before gives the address of then and False.

    The token is stored in the transaction of the work: refused work leaves it unspent, and of two
    workers with the same form the database lets one through.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                spent = SpentForm.objects.create(user=by, token=token)
        except IntegrityError:
            return SpentForm.objects.values_list("url", flat=True).get(user=by, token=token), False
        spent.url = work()
        spent.save(update_fields=["url"])
    return spent.url, True


def forget_forms(*, at: datetime) -> int:
    """Forget forms that nobody sends again."""
    return SpentForm.objects.filter(at__lt=at - KEPT).delete()[0]


def forget_answers(*, before: datetime) -> int:
    """Forget the answers to requests with an `Idempotency-Key` that came before that moment."""
    return IdempotentRequest.objects.filter(at__lt=before).delete()[0]
