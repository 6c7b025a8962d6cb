"""Tags: made, renamed, removed, and found by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.sequence import note_changes
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_valid
from customers.models import Customer, Tag
from customers.standardise import half_width


def resolve_tags(tags: Iterable[Tag | str], *, by: User | None) -> list[Tag]:
    """Return the tags of these names, in any case; makes missing ones when `by` may, else refuses them."""
    found: dict[int, Tag] = {}
    for item in tags:
        tag = item if isinstance(item, Tag) else _named(half_width(item), by)
        if tag is not None:
            found[tag.pk] = tag
    return list(found.values())


def _named(name: str, by: User | None) -> Tag | None:
    if not name:
        return None
    existing: Tag | None = Tag.objects.filter(name__iexact=name).order_by("pk").first()
    if existing is not None:
        return existing
    if by is not None and not can(by, "add", Tag):
        raise DomainError(
            "tag_unknown",
            _("There is no tag “%(name)s”, and your role may not make one.") % {"name": name},
            fields={"tags": _("Choose an existing tag.")},
        )
    try:
        return create_tag(name, by=by)
    except Conflict:
        # Somebody else made it in this very moment.
        return _stored(name)


def _stored(name: str) -> Tag:
    found: Tag = Tag.objects.get(name__iexact=name)
    return found


@transaction.atomic
def create_tag(name: str, *, by: User | None) -> Tag:
    """Make a tag. Refuses a name that exists in any case."""
    tag = Tag(name=half_width(name))
    ensure_valid(tag, ["name"])
    _ensure_name_is_free(tag)
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError:
        _ensure_name_is_free(tag)
        raise
    record(AuditAction.CREATED, by=by, subject=tag)
    return tag


@transaction.atomic
def rename_tag(tag: Tag, name: str, *, by: User | None) -> Tag:
    """Rename the tag for every customer that has it. Refuses a name that exists."""
    stored: Tag = Tag.objects.select_for_update().get(pk=tag.pk)
    old, stored.name = stored.name, half_width(name)
    if old == stored.name:
        return stored
    ensure_valid(stored, ["name"])
    _ensure_name_is_free(stored)
    stored.save(update_fields=["name"])
    note_changes(Customer, _having(stored))
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"name": (old, stored.name)})
    return stored


@transaction.atomic
def delete_tag(tag: Tag, *, by: User | None) -> int:
    """Remove the tag from every customer and from the list; return how many customers had it."""
    had = _having(tag)
    Tag.objects.filter(pk=tag.pk).delete()
    note_changes(Customer, had)
    note = _("Taken from %(count)d customers") % {"count": len(had)}
    record(AuditAction.DELETED, by=by, subject=tag, note=note)
    return len(had)


def _having(tag: Tag) -> list[int]:
    return list(tag.customers.order_by().values_list("pk", flat=True))


def _ensure_name_is_free(tag: Tag) -> None:
    if Tag.objects.filter(name__iexact=tag.name).exclude(pk=tag.pk).exists():
        raise Conflict(
            "tag_exists",
            _("There is a tag of this name already."),
            fields={"name": _("Choose another name.")},
        )
