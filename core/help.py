"""Help for each page: packages register topics, the question mark in the top bar opens the fitting one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core.navigation import may_open

Text = str | Promise


@dataclass(frozen=True)
class Topic:
    """What a page is for, what one can do there, and the words it uses.

    `pages` are names of addresses, such as `customers:customer-list`; one that ends with `*` stands for
    all that begin so, and the longest that fits counts. `right` hides the topic in the overview from
    whoever cannot open such a page.
    """

    key: str
    title: Text
    purpose: Text
    points: tuple[Text, ...]
    pages: tuple[str, ...]
    terms: tuple[tuple[Text, Text], ...] = ()
    group: Text = ""
    right: tuple[str, str] | None = None


_topics: dict[str, Topic] = {}


def register_topics(topics: Iterable[Topic], *, group: Text) -> None:
    """Add the topics of a package under one heading of the overview."""
    for topic in topics:
        _topics[topic.key] = Topic(**{**vars(topic), "group": group})


def topic_named(key: str) -> Topic | None:
    """Return the topic with this key."""
    return _topics.get(key)


def topic_of_page(view_name: str) -> Topic | None:
    """Return the topic of the page with this name of address: `customers:customer-list`."""
    fitting = [
        (len(pattern), topic)
        for topic in _topics.values()
        for pattern in topic.pages
        if pattern == view_name or (pattern.endswith("*") and view_name.startswith(pattern[:-1]))
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def all_topics() -> list[Topic]:
    """Return every topic, in the order in which they were registered."""
    return list(_topics.values())


def topics_for(user: Any) -> dict[str, list[Topic]]:
    """Return the topics that concern the user: heading → topics."""
    found: dict[str, list[Topic]] = {}
    for topic in _topics.values():
        if may_open(user, topic.right):
            found.setdefault(str(topic.group), []).append(topic)
    return found
