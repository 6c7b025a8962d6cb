"""Readable numbers without two alike, under any number of workers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from core.models import Counter


def take_turns(name: str) -> None:
    """Let transactions that name the same thing go one after another: this one waits for those before it.

    For work that looks first and writes after, so that what it saw is still true. On SQLite every
    transaction that writes is alone anyway.
    """
    Counter.objects.get_or_create(name=name)
    Counter.objects.select_for_update().get(name=name)


def take_numbers(name: str, count: int = 1) -> range:
    """Return the next `count` numbers of `name`; they are given back when the transaction fails.

    Must run in a transaction: the counter's row stays locked until it ends, so numbers have no gaps.
    """
    with transaction.atomic():
        Counter.objects.get_or_create(name=name)
        Counter.objects.filter(name=name).update(next=F("next") + count)
        after = Counter.objects.values_list("next", flat=True).get(name=name)
    return range(after - count, after)
