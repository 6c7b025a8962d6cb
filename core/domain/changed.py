"""What follows every change of a record, in the transaction of the change.

Whoever keeps something beside the records (search terms, the sequence of changes) registers a follower.
Followers get a model and the keys of rows that were made, changed, hidden or deleted, after the write; a
row that is gone is simply not found any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import models

Follower = Callable[[type[models.Model], Sequence[int]], None]

_followers: dict[str, Follower] = {}


def register_follower(name: str, follower: Follower) -> None:
    """Call `follower` after every change; registering a name again replaces it."""
    _followers[name] = follower


def records_changed(model: type[models.Model], ids: Sequence[int]) -> None:
    """Tell the followers that these rows changed. Verbs that write an audit line need not call this."""
    if ids:
        for follower in _followers.values():
            follower(model, ids)
