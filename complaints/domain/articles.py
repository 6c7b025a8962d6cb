"""Articles: written, or drafted from a solved case; read by a second person; published in editions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.anonymising import anonymised
from complaints.choices.cases import State
from complaints.choices.learning import ARTICLE_MOVES, ArticleState
from complaints.models import Article, ArticleEdition, ArticleHelp, Complaint
from complaints.similarity import terms_of
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

ARTICLE_FIELDS = ("title", "body", "category")


@transaction.atomic
def write_article(data: Mapping[str, Any], *, by: User, source: Complaint | None = None) -> Article:
    """Begin an article as a draft. Refuses empty texts."""
    ensure_known(data, ARTICLE_FIELDS)
    article = Article(**data, author=by, edited_by=by, created_by=by, source=source)
    ensure_valid(article, {*data, "title", "body"})
    article.save(force_insert=True)
    article.editors.add(by)
    record(AuditAction.CREATED, by=by, subject=article)
    return article


def draft_from_case(complaint: Complaint, *, by: User) -> Article:
    """Begin an article from a solved case, without what tells who complained; the author checks it.

    Refused: a case without a solution. A case that has an article gives that one.
    """
    if complaint.state not in (State.SOLVED, State.CLOSED) or not complaint.solution.strip():
        raise Conflict("not_solved", _("Only a case with a solution teaches something."))
    names = _names_of(complaint)
    with translation.override(complaint.language or translation.get_language()):
        parts = [
            (_("What happened"), complaint.description or complaint.title),
            (_("What helped"), complaint.solution),
        ]
    body = "\n\n".join(f"### {head}\n\n{anonymised(text, names)}" for head, text in parts)
    data = {
        "title": anonymised(complaint.title, names)[:200],
        "body": body[:50_000],
        "category": complaint.category,
    }
    try:
        with transaction.atomic():
            return write_article(data, by=by, source=complaint)
    except IntegrityError:
        known: Article = complaint.articles.exclude(state=ArticleState.RETIRED).get()
        return known


def _names_of(complaint: Complaint) -> list[str]:
    names = [complaint.contact_name]
    if complaint.customer is not None:
        names += [complaint.customer.name, complaint.customer.short_name]
    if complaint.person is not None:
        names.append(complaint.person.name)
    return names


@transaction.atomic
def edit_article(
    article: Article, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> Article:
    """Change the working text, which becomes a draft again; readers keep the edition in force."""
    ensure_known(data, ARTICLE_FIELDS)
    stored = locked(article)
    ensure_fresh(stored, version)
    if stored.state == ArticleState.RETIRED:
        raise Conflict("article_retired", _("This article is retired. Take it up again first."))
    changed = any(getattr(stored, name) != value for name, value in data.items())
    if changed:
        values = {**data, "state": ArticleState.DRAFT, "edited_by": by, "reviewer": None}
        write_changes(stored, values, by=by, at=timezone.now())
        stored.editors.add(by)
    return stored


def may_review(article: Article, user: User) -> bool:
    """Tell whether the user is neither the author nor anybody who wrote on it since the edition in force."""
    wrote = user.pk in (article.author_id, article.edited_by_id)
    return not wrote and not article.editors.filter(pk=user.pk).exists()


@transaction.atomic
def move_article(article: Article, state: str, *, by: User, at: datetime | None = None) -> Article:
    """Move the working text: to review, back to its author, retired, taken up again.

    Refused: a move that its state does not allow, and publishing, which is `publish_article`.
    """
    stored = locked(article)
    _ensure_move(stored, state)
    if state == ArticleState.PUBLISHED:
        raise DomainError("publish_it", _("An article is published by its reviewer."))
    write_changes(stored, {"state": state}, by=by, at=at or timezone.now())
    return stored


@transaction.atomic
def publish_article(article: Article, *, by: User, at: datetime | None = None) -> ArticleEdition:
    """Publish the reviewed text as the next edition. Refused: to its author and to who wrote on it since."""
    moment = at or timezone.now()
    stored = locked(article)
    _ensure_move(stored, ArticleState.PUBLISHED)
    if not may_review(stored, by):
        raise Conflict("own_text", _("Somebody who did not write the text must review it."))
    stored.editors.clear()
    number = stored.edition + 1
    values: dict[str, Any] = {
        "state": ArticleState.PUBLISHED,
        "reviewer": by,
        "edition": number,
        "published_at": moment,
    }
    write_changes(stored, values, by=by, at=moment)
    terms = terms_of(f"{stored.title}\n{stored.title}\n{stored.body}")
    Article.objects.filter(pk=stored.pk).update(terms=dict(terms))
    edition: ArticleEdition = ArticleEdition.objects.create(
        article=stored,
        number=number,
        title=stored.title,
        body=stored.body,
        author=stored.edited_by or stored.author,
        reviewer=by,
        at=moment,
    )
    return edition


def _ensure_move(article: Article, state: str) -> None:
    if state not in ARTICLE_MOVES[article.state]:
        raise Conflict(
            "article_moved", _("This article is “%(state)s”.") % {"state": article.get_state_display()}
        )


@transaction.atomic
def note_help(article: Article, complaint: Complaint, *, by: User, at: datetime | None = None) -> bool:
    """Note that the article helped with the case; True the first time. Refused: without an edition."""
    if not article.is_published:
        raise Conflict("not_published", _("Only published articles are counted."))
    _help, first = ArticleHelp.objects.get_or_create(
        article=article, complaint=complaint, defaults={"by": by, "at": at or timezone.now()}
    )
    if first:
        Article.objects.filter(pk=article.pk).update(helped=F("helped") + 1)
        record(AuditAction.CHANGED, by=by, subject=article, note=complaint.number)
    return first
