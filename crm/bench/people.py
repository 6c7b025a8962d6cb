"""The person in whose name a base is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.models import User

LOGIN = "bench"


def administrator() -> User:
    """Return the administrator of the base, made where there is none yet."""
    from core.domain.roles import give_role
    from core.models import Team, User

    known: User | None = User.objects.filter(username=LOGIN).first()
    if known is not None:
        return known
    user = User.objects.create_user(LOGIN, full_name="Bench", team=Team.objects.create(name="Bench"))
    give_role(user, "administrator")
    return user
