"""What the tests of what is learned from cases share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from complaints.choices.cases import State
from complaints.domain.articles import move_article, publish_article, write_article
from complaints.models import Alert, Article, Complaint, Improvement
from complaints.tests.factories import ComplaintFactory
from core.models import User


def solved_case(**values: Any) -> Complaint:
    """A closed complaint with a solution."""
    now = timezone.now()
    given = {"state": State.CLOSED, "ended_at": now, "solved_at": now, "solution": "We sent a new invoice."}
    return ComplaintFactory(**{**given, **values})


def published(title: str, *, author: User, reviewer: User, body: str = "Text") -> Article:
    """An article that two people have read."""
    article = write_article({"title": title, "body": body}, by=author)
    move_article(article, "review", by=author)
    publish_article(article, by=reviewer)
    article.refresh_from_db()
    return article


def alert(key: str, owner: User, **values: Any) -> Alert:
    """An early warning of the person."""
    given = {"kind": "repeat", "owner": owner, "team": owner.team, "evidence": {"count": 3, "days": 90}}
    return Alert.objects.create(key=key, **{**given, **values})


def improvement(owner: User, **values: Any) -> Improvement:
    """An improvement in the plan."""
    given = {"title": "Check invoices", "owner": owner, "due_on": timezone.localdate() + timedelta(days=30)}
    return Improvement.objects.create(**{**given, **values})
