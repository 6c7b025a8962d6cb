"""Sharing one record with a person or a team, and ending that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can
from core.choices import AuditAction, ShareLevel
from core.domain.audit import differences, record
from core.domain.notifications import notify
from core.errors import Conflict, DomainError
from core.lent import forget_lent, shareable, shareables
from core.models import Share, Team, User

#: What one person or team receives stays a short list of ids in every query.
MOST_RECEIVED = 300
#: Nobody is told one by one in a team larger than that.
MOST_TOLD = 200
_GONE = gettext_lazy("Its record was deleted for good.")


@dataclass(frozen=True)
class Terms:
    """What a share allows, and how long."""

    level: str = ShareLevel.VIEW
    until: date | None = None
    note: str = ""


def may_share(user: User, subject: models.Model) -> bool:
    """Tell whether the user may share the record: it is theirs to share and to change, not lent to them."""
    rows: Any = type(subject)._default_manager.all()
    if shareable(subject._meta.label_lower) is None or not can(user, "add", Share):
        return False
    found = rows.visible_to(user, "share").filter(pk=subject.pk)
    return bool(found.exists() and rows.visible_to(user, "change").filter(pk=subject.pk).exists())


def subject_for(label: str, pk: int, user: User, action: str = "view") -> models.Model | None:
    """Return the shareable record if the user may do `action` to it; else None, as if it did not exist."""
    kind = shareable(label)
    if kind is None:
        return None
    rows: Any = kind.model._default_manager.all()
    found: models.Model | None = rows.visible_to(user, action).filter(pk=pk).first()
    return found


@transaction.atomic
def share_record(
    subject: models.Model, receiver: User | Team, terms: Terms, *, by: User, at: datetime
) -> Share:
    """Let the receiver reach the record and what hangs on it; sharing again replaces the terms.

    Refuses records that are not `by`'s to share, oneself, who cannot sign in, a day that is over, and
    more shares than a receiver's queries bear. Tells the receiver and the record's own story.
    """
    if not may_share(by, subject):
        raise DomainError("not_yours_to_share", _("This record is not yours to share."), status=403)
    _ensure_receiver(receiver, by)
    _ensure_terms(terms, at)
    to = _columns(receiver)
    known = Share.objects.about(subject._meta.label_lower, subject.pk).filter(**to)
    stored = known.select_for_update().first()
    if stored is not None:
        return _renew(stored, terms, by=by, at=at)
    _ensure_room(to, at)
    share = Share(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        level=terms.level,
        until=terms.until,
        note=terms.note.strip()[:300],
        by=by,
        at=at,
        **to,
    )
    try:
        with transaction.atomic():
            share.save()
    except IntegrityError as error:
        raise Conflict("already_shared", _("Somebody shared this in the same moment.")) from error
    record(AuditAction.CREATED, by=by, subject=share, changes=_shown(share))
    _tell(share, subject, by)
    return share


def _columns(receiver: User | Team) -> dict[str, Any]:
    return {"user": receiver} if isinstance(receiver, User) else {"team": receiver}


def _ensure_receiver(receiver: User | Team, by: User) -> None:
    if not isinstance(receiver, User):
        return
    if receiver.pk == by.pk:
        text = _("You have this record already.")
        raise DomainError("own_share", text, fields={"user": text})
    if not receiver.is_active:
        text = _("%(name)s can no longer sign in.") % {"name": receiver}
        raise DomainError("receiver_inactive", text, fields={"user": text})


def _ensure_terms(terms: Terms, at: datetime) -> None:
    if terms.level not in ShareLevel.values:
        text = _("There is no such choice.")
        raise DomainError("unknown_level", text, fields={"level": text})
    if terms.until is not None and terms.until < timezone.localdate(at):
        text = _("Choose today or a later day.")
        raise DomainError("until_is_over", text, fields={"until": text})


def _ensure_room(to: dict[str, Any], at: datetime) -> None:
    if Share.objects.running(timezone.localdate(at)).filter(**to).count() >= MOST_RECEIVED:
        text = _("Nobody receives more than %(most)s shares. Give a role or a team instead.")
        raise DomainError("too_many_shares", text % {"most": MOST_RECEIVED})


def _renew(stored: Share, terms: Terms, *, by: User, at: datetime) -> Share:
    values = {"level": terms.level, "until": terms.until, "note": terms.note.strip()[:300]}
    changes = differences(stored, values)
    if not changes:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    stored.by, stored.at = by, at
    stored.save()
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)
    return stored


def _shown(share: Share) -> dict[str, tuple[Any, Any]]:
    receiver = "user" if share.user_id else "team"
    return {
        "subject_label": (None, share.subject_label),
        receiver: (None, share.receiver),
        "level": (None, share.level),
        "until": (None, share.until),
        "note": (None, share.note),
    }


def _tell(share: Share, subject: models.Model, by: User) -> None:
    kind = shareable(share.subject_type)
    if kind is not None and kind.tell is not None:
        kind.tell(subject, share, by, "shared")
    url = getattr(subject, "get_absolute_url", None)
    readers = [user for user in _people(share) if user.pk != by.pk]
    for user in readers:
        forget_lent(user)
    notify(
        readers,
        kind="core.record_shared",
        title=gettext_lazy("%(by)s shares with you: %(record)s"),
        body="%(note)s",
        params={"by": by, "record": share.subject_label, "note": share.note},
        url=str(url()) if url is not None else "",
        subject=subject,
    )


def _people(share: Share) -> list[User]:
    if share.user is not None:
        return [share.user]
    teams = Team.objects.ids_below(share.team_id) if share.team_id else frozenset()
    return list(User.objects.people().filter(team__in=teams).order_by("pk")[:MOST_TOLD])


@transaction.atomic
def stop_sharing(share: Share, *, by: User) -> None:
    """End the share at once. A second call is refused, so the audit line is written once."""
    if not Share.objects.in_reach(by, "delete").filter(pk=share.pk).exists():
        raise DomainError("not_your_share", _("This share is not yours to end."), status=403)
    if not Share.objects.filter(pk=share.pk).delete()[0]:
        raise Conflict("already_ended", _("This share was ended already."))
    record(AuditAction.DELETED, by=by, subject=share)
    subject = _subject_of(share)
    kind = shareable(share.subject_type)
    if subject is not None and kind is not None and kind.tell is not None:
        kind.tell(subject, share, by, "stopped")


def _subject_of(share: Share) -> models.Model | None:
    if share.subject_type not in {kind.model._meta.label_lower for kind in shareables()}:
        return None
    model = apps.get_model(share.subject_type)
    found: models.Model | None = model._default_manager.filter(pk=share.subject_id).first()
    return found


def shares_of(subject: models.Model, *, on: date) -> list[Share]:
    """Return the running shares of a record, the newest first."""
    rows = Share.objects.about(subject._meta.label_lower, subject.pk).running(on).for_list()
    return list(rows.order_by("-at", "-pk"))


def sweep_shares(*, on: date, batch: int = 500) -> int:
    """Remove shares whose last day is over or whose record is gone, with an audit line each; return how many.

    Nobody reaches anything through them any more: the query of the reach leaves those that are over out by
    itself, and no row is left that the others lead to.
    """
    ended = _end_all(Share.objects.filter(until__lt=on), _("Its last day is over."), batch)
    for kind in shareables():
        there = kind.model._base_manager.filter(pk=OuterRef("subject_id"))
        lost = Share.objects.filter(~Exists(there), subject_type=kind.model._meta.label_lower)
        ended += _end_all(lost, _GONE, batch)
    return ended


def drop_shares(subject: models.Model, *, by: User | None) -> None:
    """Remove the shares of a record that goes for good, with an audit line each."""
    label = subject._meta.label_lower
    if shareable(label) is not None:
        with transaction.atomic():
            _end(Share.objects.about(label, subject.pk).select_related("user", "team"), str(_GONE), by=by)


def _end_all(rows: Any, note: str | Promise, batch: int) -> int:
    ended = 0
    while found := list(rows.select_related("user", "team").order_by("pk")[:batch]):
        with transaction.atomic():
            _end(found, str(note), by=None)
        ended += len(found)
    return ended


def _end(shares: Iterable[Share], note: str, *, by: User | None) -> None:
    for share in shares:
        if Share.objects.filter(pk=share.pk).delete()[0]:
            record(AuditAction.DELETED, by=by, subject=share, note=note)
