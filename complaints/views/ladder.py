"""The ladder on the page of a case: levels, who has seen them, the rule behind it, like cases of late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import CaseKind, ClockState, EscalationState
from complaints.domain.level_failures import can_try_again
from complaints.domain.taxonomy import with_those_below
from complaints.models import Clock, Complaint, Escalation, Policy
from complaints.shown_clocks import offset_in_words
from core.access import can
from core.models import Notification, User
from core.zones import midnight


def clocks_of(case: Complaint) -> list[Clock]:
    """Return the clocks of the cycle and the open ones of former cycles, read once for strip and ladder."""
    which = Q(cycle=case.cycle) | Q(state__in=[ClockState.RUNNING, ClockState.PAUSED])
    return list(case.clocks.filter(which).select_related("calendar", "policy"))


def ladder_card(case: Complaint, user: User, clocks: Iterable[Clock]) -> dict[str, Any]:
    """Return what the card of the ladder shows to the person."""
    steps = ladder_of(clocks, user)
    highest = {step["row"].clock_id: step["row"].number for step in sorted(steps, key=_place) if step["css"]}
    below = [step for step in steps if step["css"] and step["row"].number < highest[step["row"].clock_id]]
    policies = {step["row"].clock.policy for step in steps if step["row"].clock.policy is not None}
    return {
        "ladder": [step for step in steps if step not in below],
        "ladder_below": below,
        "ladder_rules": sorted(policies, key=lambda one: one.position) if can(user, "view", Policy) else [],
        "may_try_again": can_try_again(user),
        "alike_lately": alike_lately(case, user, today=timezone.localdate()),
    }


def _place(step: dict[str, Any]) -> int:
    number: int = step["row"].number
    return number


def ladder_of(clocks: Iterable[Clock], reader: User) -> list[dict[str, Any]]:
    """Return the levels of the clocks that fired or may fire, in the order of their times. Three queries."""
    by_key = {clock.pk: clock for clock in clocks}
    rows = Escalation.objects.filter(clock__in=list(by_key)).exclude(state=EscalationState.CANCELLED)
    found = list(rows.select_related("person", "acknowledged_by").prefetch_related("told"))
    for one in found:
        one.clock = by_key[one.clock_id]
    found.sort(key=lambda one: (one.fire_at is None, one.fired_at or one.fire_at or one.clock.due_at, one.pk))
    messages = _messages_of([one for one in found if one.state == EscalationState.FIRED])
    return [
        {
            "row": one,
            "css": "fired" if one.state == EscalationState.FIRED else "",
            "is_aside": _is_aside(one),
            "when": offset_in_words(one.offset, working=one.in_working_time),
            **_seen(messages.get(f"escalation-{one.pk}", []), reader),
        }
        for one in found
    ]


def _is_aside(level: Escalation) -> bool:
    """Tell whether it can be tried again by hand, as `set_aside()` says; the clock is at hand already."""
    is_open = level.clock.state in {ClockState.RUNNING, ClockState.PAUSED}
    return is_open and level.set_aside_at is not None and level.acknowledged_at is None


def _messages_of(levels: list[Escalation]) -> dict[str, list[Notification]]:
    """Return the messages by which people were told of each level, by the key that names the level."""
    keys = [f"escalation-{one.pk}" for one in levels]
    people = {person.pk for one in levels for person in one.told.all()}
    found: dict[str, list[Notification]] = {}
    # By their readers, too: messages are found by reader and key.
    rows = Notification.objects.filter(user__in=people, dedupe__in=keys, in_app=True)
    for message in rows.select_related("user"):
        found.setdefault(message.dedupe or "", []).append(message)
    return found


def _seen(messages: list[Notification], reader: User) -> dict[str, Any]:
    """Return who read it first and when, and whether it lies unread with everybody.

    Whoever was told and reads this page has seen it by now.
    """
    read = sorted((one for one in messages if one.read_at), key=lambda one: (one.read_at, one.pk))
    first = read[0] if read else None
    return {
        "seen_by": first.user.display_name if first else "",
        "seen_at": first.read_at if first else None,
        "is_unseen": bool(messages) and first is None and reader.pk not in {one.user_id for one in messages},
    }


def alike_lately(case: Complaint, user: User, *, today: date) -> dict[str, Any] | None:
    """Return how many complaints of the category came in since yesterday, in reach, and where they stand.

    None where there is no other: the case itself is among them when it is as young.
    """
    if case.category is None or case.kind != CaseKind.COMPLAINT:
        return None
    since = today - timedelta(days=1)
    start = midnight(since)
    rows = Complaint.objects.visible_to(user).complaints()
    rows = rows.filter(category__code__in=with_those_below([case.category.code]), received_at__gte=start)
    count = rows.count()
    if count - (case.received_at >= start) < 1:
        return None
    asked = {"category": case.category.code, "kind": CaseKind.COMPLAINT.value, "from": since.isoformat()}
    return {"n": count, "url": f"{reverse('complaints:complaint-list')}?{urlencode(asked)}"}
