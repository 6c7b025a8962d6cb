"""Which groups became less satisfied: scores in, falls out. Pure.

A score is how content one customer said to be, from 1 to 5, whoever asked: a call-back today, a survey or
a telephone system tomorrow. Each lies in several groups (its team, its category, its customer).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from complaints.chance import Fall, discoveries

#: (kind of group, key): ("team", "4").
Group = tuple[str, str]
#: Answers of one customer come slowly: its windows are so many times as long.
CUSTOMER_SPAN: Final = 3
CUSTOMER: Final = "customer"
#: A fall is over when chance explains what is left of it this well.
RELEASE: Final = 0.2


@dataclass(frozen=True)
class Scored:
    """One answer: when, how content (1 to 5), and the groups in which it counts."""

    at: datetime
    value: float
    groups: tuple[Group, ...]


def span_of(group: Group) -> int:
    """Return how many times longer the windows of the group are: one customer answers seldom."""
    return CUSTOMER_SPAN if group[0] == CUSTOMER else 1


@dataclass(frozen=True)
class Limits:
    """From where on a fall is called one; see `SatisfactionPolicy`."""

    days: int = 30
    days_before: int = 180
    least_answers: int = 5
    least_before: int = 10
    least_fall: float = 0.5
    false_share: float = 0.01

    def windows(self, group: Group, at: datetime) -> tuple[datetime, datetime]:
        """Return where the earlier window of a group begins, and where the later one does."""
        span = span_of(group)
        middle = at - timedelta(days=self.days * span)
        return middle - timedelta(days=self.days_before * span), middle

    def earliest(self, at: datetime) -> datetime:
        """Return from where on answers matter at all."""
        return at - timedelta(days=(self.days + self.days_before) * CUSTOMER_SPAN)


def compared(scores: Iterable[Scored], at: datetime, limits: Limits) -> dict[Group, Fall]:
    """Compare the two windows of each group that has enough answers in both."""
    # Loaded here: pages import this module, and numerical libraries are large.
    from complaints.permutation import fall_of

    values: dict[Group, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for score in scores:
        for group in score.groups:
            begin, middle = limits.windows(group, at)
            if begin <= score.at < at:
                values[group][score.at >= middle].append(score.value)
    return {
        group: fall_of(before, after)
        for group, (before, after) in values.items()
        if len(after) >= limits.least_answers and len(before) >= limits.least_before
    }


def fallen(seen: dict[Group, Fall], limits: Limits) -> set[Group]:
    """Return the groups whose fall is large enough and stands when so many groups are looked at."""
    standing = discoveries({group: fall.p for group, fall in seen.items()}, limits.false_share)
    return {group for group in standing if seen[group].difference <= -limits.least_fall}


def has_recovered(group: Group, fall: Fall | None, since: datetime, at: datetime, limits: Limits) -> bool:
    """Tell whether a fall is over: clearly back, or so old that the lower level has become the usual one.

    Between falling and being back lies a wide band in which nothing is said, so that a group at the
    limit is warned of once and not every night. Too few answers say nothing.
    """
    if at - since > timedelta(days=limits.days_before * span_of(group)):
        return True
    return fall is not None and fall.p > RELEASE and fall.difference > -limits.least_fall / 2
