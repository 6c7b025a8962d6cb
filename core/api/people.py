"""Who works here over the API: users, teams, absences. What records name by number gets its name here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.masking import MaskedMixin
from core.api.viewsets import ScopedReadViewSet
from core.filters import AbsenceFilterSet, TeamFilterSet, UserFilterSet
from core.models import Absence, Team, User
from core.roles import Role
from core.sorting import ABSENCE_SORTS, TEAM_SORTS
from core.user_list import USER_SORTS


class UserSerializer(MaskedMixin, serializers.ModelSerializer[User]):
    """Somebody who works here, or a service, as colleagues see them; nothing of how they sign in."""

    roles = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id", "username", "full_name", "email", "title", "team", "roles", "is_active", "is_service",
            "date_joined", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Role.choices)))
    def get_roles(self, user: User) -> list[str]:
        """The keys of the roles, in the order of their names."""
        return sorted({group.name for group in user.groups.all()} & set(Role.values))


class UserViewSet(ScopedReadViewSet):
    """Users: whom owners, handlers and members of teams are. They are made and changed on pages."""

    model = User
    serializer_class = UserSerializer
    filterset_class = UserFilterSet
    # When somebody signed in last is left to the page.
    sort_keys = {name: key for name, key in USER_SORTS.items() if name != "last"}
    default_sort = "name"

    def for_api(self, rows: Any) -> Any:
        """Users with their roles."""
        return rows.prefetch_related("groups")


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team, the one it belongs to, and who leads it."""

    class Meta:
        model = Team
        fields = ("id", "name", "parent", "lead")
        read_only_fields = fields


class TeamViewSet(ScopedReadViewSet):
    """Teams; `parent` makes a tree of them."""

    model = Team
    serializer_class = TeamSerializer
    filterset_class = TeamFilterSet
    sort_keys = TEAM_SORTS
    default_sort = "name"


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """Somebody is away from the first day to the last, and the deputy stands in."""

    class Meta:
        model = Absence
        fields = ("id", "user", "deputy", "starts_on", "ends_on", "note", "by", "at")
        read_only_fields = fields


class AbsenceViewSet(ScopedReadViewSet):
    """Absences: the caller's own, a manager's those of the own teams, an administrator's all."""

    model = Absence
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilterSet
    sort_keys = ABSENCE_SORTS
    default_sort = "-from"
