"""People who were entered and never came: deleted, where no record names them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core.access import require
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict
from core.models import Notification, OutgoingMail, User

#: What the product itself sends to everybody.
_SENT = frozenset({Notification, OutgoingMail})


def used_users(ids: Collection[int]) -> set[int]:
    """Return the users whom any record names: as owner, lead, handler or in whatever other way.

    One query for each kind of reference, however many users there are; it stops at the first reference.
    """
    found: set[int] = set()
    for relation in User._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.related_model in _SENT:
            continue
        field: Any = relation.field  # type: ignore[union-attr]
        if field.model._meta.auto_created:
            continue  # the rows between a user and the own roles
        left = set(ids) - found
        if not left:
            break
        names = Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")}))
        found.update(User._base_manager.filter(names, pk__in=left).values_list("pk", flat=True))
    return found


@transaction.atomic
def remove_user(user: User, *, by: User) -> None:
    """Delete a user who never signed in and whom no record names. Refused for everybody else."""
    require(by, "change", User)
    stored = User.objects.select_for_update(of=("self",)).filter(pk=user.pk, last_login__isnull=True).first()
    if stored is None or stored.pk == by.pk:
        raise Conflict("signed_in_before", _("This user has signed in, and can only be switched off."))
    # Behind the lock no record can come to name the user any more.
    if used_users([stored.pk]):
        raise Conflict("user_in_use", _("Records name this user, who can only be switched off."))
    pk = stored.pk
    stored.delete()
    stored.pk = pk
    record(AuditAction.DELETED, by=by, subject=stored)
