"""Groups and Django permissions kept equal to the role table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from core.access import role_table
from core.roles import Role

_DJANGO_ACTIONS = ("view", "add", "change", "delete")


@transaction.atomic
def grant_roles(**kwargs: Any) -> None:
    """Make the seven groups exist and hold exactly the standard permissions of the role table."""
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in Role.values:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(
            permission
            for label, row in role_table().items()
            if role in row
            for action in _DJANGO_ACTIONS
            if action in row[role][1]
            and (permission := known.get((label.split(".")[0], f"{action}_{label.split('.')[1]}")))
            is not None
        )


def give_role(user: Any, role: str) -> None:
    """Add the user to the role's group; the group is made when it does not exist yet."""
    group, _ = Group.objects.get_or_create(name=Role(role).value)
    user.groups.add(group)
    user.__dict__.pop("_role_keys", None)
