"""Queryset of the API tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db.models import Case, CharField, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from core.access import ScopedQuerySet
from core.choices import TokenState

#: A token that works and was not used for so long should perhaps not be there.
UNUSED_AFTER = timedelta(days=90)


class ApiTokenQuerySet(ScopedQuerySet):
    """Tokens; the owner is the user whose rights they carry."""

    owner_path = "user"
    team_path = None

    def usable(self, at: datetime) -> Self:
        """Tokens that are neither expired nor revoked, of users who may sign in."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)

    def with_state(self, at: datetime) -> Self:
        """Add `state`: what each token is at that moment. One never used counts from when it was made."""
        return self.annotate(
            state=Case(
                When(revoked_at__isnull=False, then=Value(TokenState.REVOKED.value)),
                When(expires_at__lte=at, then=Value(TokenState.EXPIRED.value)),
                When(_last_sign_of_life_before(at - UNUSED_AFTER), then=Value(TokenState.UNUSED.value)),
                default=Value(TokenState.ACTIVE.value),
                output_field=CharField(),
            )
        )

    def with_scope(self, scope: str) -> Self:
        """Tokens that were given this very scope."""
        texts = self.annotate(scopes_text=Cast("scopes", TextField()))
        return texts.filter(scopes_text__contains=f'"{scope}"')

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("user").with_state(timezone.now())


def _last_sign_of_life_before(moment: datetime) -> Q:
    return Q(last_used_at__lt=moment) | Q(last_used_at__isnull=True, created_at__lt=moment)
