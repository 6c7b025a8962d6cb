"""Filters say in words what they filter, know who asks, and survive nonsense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import django_filters
import pytest
from django.http import QueryDict

from core.filters import ScopedFilterSet, UserFilterSet, visible
from core.models import ExchangeRate, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


class RateFilterSet(ScopedFilterSet):
    rate = django_filters.RangeFilter(label="Rate")
    valid_from = django_filters.DateFromToRangeFilter(label="Day")
    currency = django_filters.MultipleChoiceFilter(
        label="Currency", choices=[("USD", "US dollar"), ("EUR", "Euro")]
    )
    on = django_filters.DateFilter(label="On", field_name="valid_from")
    odd = django_filters.BooleanFilter(label="Odd", method="anything")

    def anything(self, rows: object, name: str, value: bool) -> object:
        return rows


def bound(query: str, user: User | None = None) -> RateFilterSet:
    return RateFilterSet(QueryDict(query), queryset=ExchangeRate.objects.all(), user=user)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("rate_min=1.50", "Rate: from 1.5"),
        ("rate_max=12000", "Rate: up to 12,000"),
        ("rate_min=1&rate_max=2", "Rate: 1–2"),
        ("currency=USD&currency=EUR", "Currency: US dollar, Euro"),
        ("on=2026-05-01", "On: 1 May 2026"),
        ("valid_from_after=2026-05-01", "Day: from 1 May 2026"),
        ("odd=true", "Odd: Yes"),
        ("odd=false", "Odd: No"),
        ("rate_min=abc", "Rate: “abc” is not understood"),
        ("currency=XXX", "Currency: “XXX” is not understood"),
    ],
)
def test_chips_say_what_is_filtered(query: str, label: str) -> None:
    assert [chip for chip, _url in bound(query).chips()] == [label]


def test_taking_a_chip_away_keeps_the_rest_and_starts_paging_anew() -> None:
    query = "rate_min=1&rate_max=2&currency=USD&currency=EUR&sort=-day&cursor=abc&count=1&on="
    removed = dict(bound(query).chips())
    assert removed["Rate: 1–2"] == "?currency=USD&currency=EUR&sort=-day"
    assert removed["Currency: US dollar, Euro"] == "?rate_min=1&rate_max=2&sort=-day"


def test_parameters_are_what_is_in_use_and_nothing_else() -> None:
    assert bound("rate_min=1&on=&unknown=1&sort=x").parameters() == {"rate_min": ["1"]}
    assert bound("").chips() == []


def test_pickers_offer_only_what_the_person_may_see(user_in: Callable[..., User]) -> None:
    class Picker(ScopedFilterSet):
        team = django_filters.ModelChoiceFilter(label="Team", queryset=visible(Team))

    TeamFactory()
    for user, count in ((user_in("sales"), 2), (user_in(None), 0)):
        filterset = Picker(QueryDict(""), queryset=User.objects.all(), user=user)
        assert filterset.form.fields["team"].queryset.count() == count
    assert visible(Team)(None).count() == 0


def test_users_are_found_by_name_role_team_and_state(team: Team, user_in: Callable[..., User]) -> None:
    viewer = user_in("sales", full_name="Lena Fischer")
    below = UserFactory(full_name="陈思远", team=TeamFactory(parent=team))
    service = UserFactory(is_service=True, is_active=False)
    cases = {
        "q=思远": [below],
        "q=FISCHER": [viewer],
        "role=sales": [viewer],
        f"team={team.pk}": [viewer, below],
        f"team={team.pk}&active=true": [viewer, below],
        "active=false": [service],
        "is_service=true": [service],
    }
    for query, found in cases.items():
        rows = UserFilterSet(QueryDict(query), queryset=User.objects.all(), user=viewer).qs
        assert list(rows.order_by("pk")) == found, query


def test_days_are_those_of_the_person(user_in: Callable[..., User]) -> None:
    from datetime import UTC, datetime

    from core.audit_filters import AuditFilterSet
    from core.choices import AuditAction
    from core.models import AuditEntry

    late = datetime(2026, 5, 1, 17, 0, tzinfo=UTC)
    AuditEntry.objects.create(action=AuditAction.RAN, at=late)
    for zone, day in (("Asia/Shanghai", date(2026, 5, 2)), ("Europe/Berlin", date(2026, 5, 1))):
        user = user_in("administrator", time_zone=zone)
        query = QueryDict(f"since={day}&until={day}&action=ran")
        rows = AuditFilterSet(query, queryset=AuditEntry.objects.all(), user=user).qs
        assert rows.count() == 1, zone
