"""Mentioning colleagues: who is offered, who is told, and who may not know."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from core.access import ScopedQuerySet
from core.access_explained import explainer_of, prepared
from core.domain.notifications import notify
from core.mentions import mentions_in, plain, with_names
from core.models import User
from core.search.matching import matching_rows

OFFERED = 8
#: One text tells at most that many people; a longer list is a message to a team, not a mention.
MOST_TOLD = 30
_LOOKED_AT = 200


def settled(text: str) -> str:
    """Return the text with the real names of those it mentions; one query where it mentions anybody."""
    ids = mentions_in(text)
    if not ids:
        return text
    people = User.objects.people().filter(pk__in=ids)
    return with_names(text, {user.pk: user.display_name for user in people})


def may_see(user: User, subject: models.Model) -> bool:
    """Tell whether the user may see the record."""
    rows = type(subject)._default_manager.filter(pk=subject.pk)
    return isinstance(rows, ScopedQuerySet) and rows.visible_to(user).exists()


def subject_named(named: str, asker: User) -> models.Model | None:
    """Return the record that `model:number` names; None when it does not exist for the asker."""
    label, _colon, key = named.partition(":")
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return None
    try:
        rows = apps.get_model(label)._default_manager.filter(pk=int(key))
    except (LookupError, ValueError):
        return None
    found: Any = rows.visible_to(asker).first() if isinstance(rows, ScopedQuerySet) else None
    return found if isinstance(found, models.Model) else None


def colleagues(asker: User, *, text: str, about: models.Model | None) -> list[User]:
    """Return a few people whom search finds by the text, pinyin included, and who may see the record `about`.

    What decides about the record and about the people is read once, however many are looked at.
    """
    rows: Any = User.objects.visible_to(asker).people().exclude(pk=asker.pk)
    people = matching_rows(rows, text, asker).for_list().order_by("full_name", "id")
    if about is None:
        return list(people[:OFFERED])
    explainer = explainer_of(about)
    seeing = (user for user in prepared(people[:_LOOKED_AT]) if explainer.explain(user, "view").allowed)
    return list(islice(seeing, OFFERED))


def tell_mentioned(
    subject: models.Model,
    *,
    after: str,
    before: str = "",
    by: User | None,
    url: str,
    key: int | None = None,
) -> list[User]:
    """Tell everybody whom `after` mentions and `before` did not, once for each record; return who was.

    A record with texts that follow one another, such as notes, gives the `key` of each: once for each text.
    Who may not see the record is told nothing. Whoever wrote the text needs no message.
    """
    told = [user for user in _mentioned(after, before) if may_see(user, subject) and user != by]
    notify(
        told,
        kind="core.mention",
        title=gettext_lazy("%(by)s mentioned you: %(record)s"),
        body="%(excerpt)s",
        params={"by": by or "–", "record": subject, "excerpt": _excerpt(after)},
        url=url,
        subject=subject,
        dedupe=f"mention-{subject._meta.label_lower}-{subject.pk}{'' if key is None else f'-{key}'}",
    )
    return told


def _excerpt(text: str) -> str:
    """Return what stands around the mentions, as people say it."""
    lines = [line.strip() for line in text.splitlines() if mentions_in(line)]
    return str(Truncator(plain(" ".join(lines))).chars(200))


def mentioned_in_vain(subject: models.Model, text: str) -> list[User]:
    """Return those whom the text mentions though they may not see the record: a hint for who wrote it."""
    return [user for user in _mentioned(text) if not may_see(user, subject)]


def _mentioned(after: str, before: str = "") -> list[User]:
    known = set(mentions_in(before))
    ids = [pk for pk in mentions_in(after) if pk not in known][:MOST_TOLD]
    return list(User.objects.people().filter(pk__in=ids).order_by("full_name", "id")) if ids else []
