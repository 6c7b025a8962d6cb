"""The log of a case: whom notes tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from complaints.domain.entries import add_note
from complaints.tests.factories import ComplaintFactory
from core.mentions import markup_of
from core.models import Notification, User

pytestmark = pytest.mark.django_db


def test_every_note_tells_whom_it_mentions(user_in: Callable[..., User]) -> None:
    agent, manager = user_in("agent"), user_in("manager")
    case = ComplaintFactory(owner=agent, team=agent.team)
    for text in ("please look", "and once more, it is urgent"):
        add_note(case, f"{markup_of(manager.pk, str(manager))} {text}", by=agent, at=timezone.now())
    told = Notification.objects.filter(user=manager, kind="core.mention").order_by("pk")
    assert told.count() == 2
    assert told[1].body.endswith("and once more, it is urgent")
