"""Records of the platform whose reach follows rules of their own, explained."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.access import teams_above
from core.access_explained import Answer, Row, explain, explainer_of, register_explainer, share_words
from core.attachables import Attachable, attachable_of
from core.choices import ViewScope
from core.lent import shareable
from core.models import Attachment, SavedView, Share, User


class ViewExplained:
    """A saved view is its owner's; others are offered it."""

    def __init__(self, view: SavedView) -> None:
        self.view, self.row = view, Row.of(view)

    def explain(self, user: User, action: str) -> Answer:
        """One's own, or offered to the team or to everybody."""
        right = explain(user, action, SavedView)
        if action != "view" or not right.allowed:
            return self.row.explain(user, action)
        if self.view.owner_id == user.pk:
            return Answer(True, (_("Made it"),))
        if self.view.scope == ViewScope.PUBLIC.value:
            return Answer(True, (_("Offered to everybody"),))
        if self.view.scope == ViewScope.TEAM.value and self.view.team_id in teams_above(user):
            return Answer(True, (_("Offered to team %(team)s") % {"team": self.view.team},))
        # Whatever the role reaches: a private view is nobody else's.
        return Answer(False, (_("Only its owner sees it."),))


class ShareExplained:
    """A share is of who made it, of who has the record to share, and seen by its receiver."""

    def __init__(self, share: Share) -> None:
        self.share, self.row = share, Row.of(share)
        kind = shareable(share.subject_type)
        manager: Any = kind.model._default_manager if kind is not None else None
        subject = manager.live().filter(pk=share.subject_id).first() if manager is not None else None
        self.subject = Row.of(subject) if subject is not None else None

    def explain(self, user: User, action: str) -> Answer:
        """Made it, has the record, or received it."""
        own = self.row.explain(user, action)
        if own.allowed or not explain(user, action, Share).allowed:
            return own
        if self.subject is not None and self.subject.explain(user, "share").allowed:
            return Answer(True, (_("May share the record itself"),))
        receives = self.share.user_id == user.pk or (
            self.share.team_id is not None and self.share.team_id in teams_above(user)
        )
        if action == "view" and receives and self.share.is_running:
            return Answer(True, (share_words(self.share),))
        return own


class FileExplained:
    """A file is of who has its record: read by who sees it, added and removed by who may change it."""

    def __init__(self, file: Attachment) -> None:
        self.file = file
        self.kind = attachable_of(file.subject_type)
        manager: Any = self.kind.model._default_manager if self.kind is not None else None
        subject = manager.live().filter(pk=file.subject_id).first() if manager is not None else None
        self.subject = explainer_of(subject) if subject is not None else None

    def explain(self, user: User, action: str) -> Answer:
        """By the right on files, and by what one may do with the record."""
        right = explain(user, action, Attachment)
        if not right.allowed:
            return right
        if self.kind is None or self.subject is None:
            return Answer(False, (_("Its record is in the recycle bin."),))
        seen = self.subject.explain(user, "view")
        needed = self.kind.reading if action == "view" else self.kind.changing
        answer = self.subject.explain(user, needed) if seen.allowed else seen
        if answer.allowed and not self._is_shown(user, self.kind):
            return Answer(False, (_("Its record does not show this file to everybody who reads it."),))
        return answer

    def _is_shown(self, user: User, kind: Attachable) -> bool:
        return Attachment.objects.filter(pk=self.file.pk).shown_to(user, kind).exists()


def register_platform_explainers() -> None:
    """Declare them."""
    register_explainer(SavedView, ViewExplained)
    register_explainer(Share, ShareExplained)
    register_explainer(Attachment, FileExplained)
