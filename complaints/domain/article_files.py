"""Files of articles go the way of their text: what is new waits for a second person."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from complaints.choices.learning import ArticleState
from complaints.models import Article
from core.domain.versions import locked
from core.errors import Conflict
from core.models import Attachment, User
from customers.domain.changes import write_changes


def article_file_changed(
    article: Article, attachment: Attachment, what: str, *, by: User | None, at: datetime
) -> None:
    """Make the article a draft again when a file comes; readers keep the edition in force and its files.

    A file that is taken off is hidden at once, and comes back at once while that edition holds. Refused:
    new files of a retired article, what came while the article was being published, and putting back what
    was taken off before the edition was reviewed.
    """
    stored = locked(article)
    if what == "removed" or (what == "restored" and _belongs_to_edition(stored, attachment)):
        return
    if stored.state == ArticleState.RETIRED:
        raise Conflict("article_retired", _("This article is retired. Take it up again first."))
    if what == "restored" and _was_there(stored, attachment):
        text = _("It was taken off before this edition was reviewed. Add it again, for the next review.")
        raise Conflict("not_reviewed", text)
    if what == "added" and _was_there(stored, attachment):
        text = _("The article was published while the file was on its way. Add it again.")
        raise Conflict("published_meanwhile", text)
    values = {"state": ArticleState.DRAFT, "edited_by": by or stored.edited_by, "reviewer": None}
    write_changes(stored, values, by=by, at=at)
    if by is not None:
        stored.editors.add(by)


def _was_there(article: Article, attachment: Attachment) -> bool:
    """Tell whether readers would take the file for one of the edition in force."""
    return article.published_at is not None and attachment.uploaded_at <= article.published_at


def _belongs_to_edition(article: Article, attachment: Attachment) -> bool:
    removed = attachment.removed_at
    return (
        _was_there(article, attachment)
        and article.published_at is not None
        and removed is not None
        and removed > article.published_at
    )
