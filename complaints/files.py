"""Files of cases, of what is done for them, of what is learned from them, and of letters."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from complaints.domain.article_files import article_file_changed
from complaints.domain.entries import tell
from complaints.models import Article, Cause, Complaint, Crisis, DecisionLetter, Improvement, WorkOrder
from core.attachables import register_attachable
from core.models import Attachment, User


def register_files() -> None:
    """Let the records of the package take files."""
    register_attachable(Complaint)
    register_attachable(WorkOrder, told=tell_case)
    # Evidence of a cause, statements of a crisis, proofs of an improvement, receipts of a letter.
    for model in (Cause, Crisis, Improvement, DecisionLetter):
        register_attachable(model)
    register_attachable(Article, told=article_file_changed, shown=reviewed_files)


def tell_case(order: WorkOrder, attachment: Attachment, what: str, *, by: User | None, at: datetime) -> None:
    """Write in the log of the case what another department has put on its work order."""
    values = {"number": order.number, "file": attachment.name}
    tell(order.complaint, f"work_order_file_{what}", at=at, by=by, **values)


def reviewed_files(user: User) -> Q:
    """Return the condition on files of articles: all for who may change one, to readers what was reviewed.

    Two people read an article before others do, and its files are part of it: readers get those that were
    on it when the edition in force was published.
    """
    writes = Article.objects.visible_to(user, "change").order_by().values("pk")
    was_there = Article.objects.filter(pk=OuterRef("subject_id"), published_at__gte=OuterRef("uploaded_at"))
    return Q(subject_id__in=writes) | Q(Exists(was_there))
