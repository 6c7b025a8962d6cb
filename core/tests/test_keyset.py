"""Paging is exact under equal values, NULLs, both directions and rows that come and go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from core.choices import AuditAction
from core.errors import DomainError
from core.keyset import KeysetPage, SortKey, fingerprint, iterate, paginate
from core.models import AuditEntry, ExchangeRate, Job, User
from core.tests.factories import UserFactory

AT = SortKey("at", "When")
MINE = fingerprint(1, "list")


def page_of(rows: Any, key: SortKey, cursor: str | None = None, **changes: Any) -> KeysetPage:
    options = {"descending": False, "page_size": 3, "fingerprint": MINE}
    return paginate(rows, sort=key, cursor=cursor, **{**options, **changes})


def walk(rows: Any, key: SortKey, **changes: Any) -> tuple[list[list[int]], list[list[int]]]:
    """Return the ids of each page going forward, and then going back."""
    page = page_of(rows, key, **changes)
    forward, backward = [[row.pk for row in page.rows]], []
    while page.has_next:
        page = page_of(rows, key, page.next_cursor, **changes)
        forward.append([row.pk for row in page.rows])
    while page.has_previous:
        page = page_of(rows, key, page.previous_cursor, **changes)
        backward.append([row.pk for row in page.rows])
    return forward, backward


def make_jobs(*started: datetime | None) -> None:
    Job.objects.bulk_create(Job(task="core.tasks.tick", started_at=at) for at in started)


STARTED = SortKey("started_at", "Started", nullable=True)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [False, True])
def test_ten_thousand_equal_values_are_each_seen_once(descending: bool) -> None:
    AuditEntry.objects.bulk_create(
        (AuditEntry(action=AuditAction.RAN, at=NOON) for _ in range(10_000)), batch_size=1_000
    )
    forward, backward = walk(AuditEntry.objects.all(), AT, descending=descending, page_size=999)
    seen = [pk for page in forward for pk in page]
    assert seen == sorted(seen, reverse=descending)
    assert len(seen) == len(set(seen)) == 10_000
    assert backward == forward[-2::-1]


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 20])
def test_nulls_come_last_in_both_directions_whatever_the_page_size(descending: bool, size: int) -> None:
    make_jobs(None, NOON, None, NOON, NOON + timedelta(hours=1), None, NOON - timedelta(days=1))
    sign = "-" if descending else ""
    ordering = F("started_at").desc(nulls_last=True) if descending else F("started_at").asc(nulls_last=True)
    expected = list(Job.objects.order_by(ordering, f"{sign}pk").values_list("pk", flat=True))
    forward, backward = walk(Job.objects.all(), STARTED, descending=descending, page_size=size)
    assert [pk for page in forward for pk in page] == expected
    assert backward == forward[-2::-1]


@pytest.mark.django_db
def test_all_values_null_and_no_rows_at_all() -> None:
    assert page_of(Job.objects.all(), STARTED) == KeysetPage(size=3)
    make_jobs(*[None] * 5)
    forward, backward = walk(Job.objects.all(), STARTED, page_size=2)
    assert [len(page) for page in forward] == [2, 2, 1]
    assert backward == forward[-2::-1]


@pytest.mark.django_db
def test_a_page_costs_two_queries_and_three_at_a_border(django_assert_num_queries: Any) -> None:
    make_jobs(NOON, None)
    with django_assert_num_queries(3):
        page_of(Job.objects.all(), STARTED)
    make_jobs(*[NOON] * 5)
    with django_assert_num_queries(2):
        page_of(Job.objects.all(), STARTED)
    with django_assert_num_queries(2):
        page_of(Job.objects.all(), SortKey("created_at", ""))


@pytest.mark.django_db
def test_a_key_through_a_relation_keeps_rows_without_the_related_one() -> None:
    with_team = [UserFactory().pk for _ in range(3)]
    without = [UserFactory(team=None).pk for _ in range(3)]
    key = SortKey("team__name", "Team", nullable=True)
    forward, backward = walk(User.objects.for_list(), key, page_size=2)
    assert [pk for page in forward for pk in page] == with_team + without
    assert backward == forward[-2::-1]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["rate", "valid_from", "currency", "pk"])
@pytest.mark.parametrize("descending", [False, True])
def test_decimals_dates_texts_and_ids_may_be_keys(key: str, descending: bool) -> None:
    for number in range(7):
        day = date(2026, 1, 1) + timedelta(days=number)
        ExchangeRate.objects.create(
            currency="USD", valid_from=day, rate=Decimal("7.10000001") + Decimal(number % 3) / 7
        )
    forward, backward = walk(ExchangeRate.objects.all(), SortKey(key, ""), descending=descending, page_size=2)
    assert len({pk for page in forward for pk in page}) == 7
    assert backward == forward[-2::-1]


@pytest.mark.django_db
def test_float_and_annotated_keys_are_exact() -> None:
    make_jobs(*[NOON] * 6)
    rows = Job.objects.annotate(tenth=F("id") * 0.1)
    forward, backward = walk(rows, SortKey("tenth", ""), page_size=4, descending=True)
    assert [len(page) for page in forward] == [4, 2]
    assert backward == forward[-2::-1]


@pytest.mark.django_db
def test_deleting_the_rows_of_the_cursor_neither_skips_nor_repeats() -> None:
    make_jobs(*[NOON] * 9)
    ids = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    first = page_of(Job.objects.all(), STARTED)
    Job.objects.filter(pk__in=ids[1:4]).delete()
    second = page_of(Job.objects.all(), STARTED, first.next_cursor)
    assert [row.pk for row in second.rows] == ids[4:7]


@pytest.mark.django_db
def test_an_emptied_page_is_no_dead_end() -> None:
    make_jobs(*[NOON] * 5)
    ids = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    first = page_of(Job.objects.all(), STARTED)
    second = page_of(Job.objects.all(), STARTED, first.next_cursor)
    Job.objects.filter(pk__in=ids[3:]).delete()
    last = page_of(Job.objects.all(), STARTED, first.next_cursor)
    assert ([row.pk for row in last.rows], last.has_next) == (ids[:3], False)
    Job.objects.filter(pk__in=ids[:3]).delete()
    make_jobs(NOON + timedelta(days=1))
    newest = page_of(Job.objects.all(), STARTED, second.previous_cursor)
    assert ([row.pk for row in newest.rows], newest.has_previous) == ([Job.objects.get().pk], False)


@pytest.mark.django_db
def test_row_numbers_and_the_count_on_demand() -> None:
    make_jobs(*[NOON] * 8)
    first = page_of(Job.objects.all(), STARTED)
    second = page_of(Job.objects.all(), STARTED, first.next_cursor, count=True)
    assert (first.first_row, first.last_row, first.count, first.size) == (1, 3, None, 3)
    assert (second.first_row, second.last_row, second.count) == (4, 6, 8)
    back = page_of(Job.objects.all(), STARTED, second.previous_cursor)
    assert (back.first_row, back.last_row) == (1, 3)


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["", "x", "a:b:c", "é", "\0", "." * 5_000])
def test_a_broken_cursor_is_refused(broken: str) -> None:
    make_jobs(NOON)
    if broken == "":
        assert len(page_of(Job.objects.all(), STARTED, broken).rows) == 1
        return
    with pytest.raises(DomainError) as refused:
        page_of(Job.objects.all(), STARTED, broken)
    assert (refused.value.code, refused.value.status) == ("bad_cursor", 400)


@pytest.mark.django_db
def test_a_cursor_of_another_person_sort_or_direction_is_refused() -> None:
    make_jobs(*[NOON] * 5)
    cursor = page_of(Job.objects.all(), STARTED).next_cursor
    assert cursor is not None
    tampered = cursor[:5] + ("A" if cursor[5] != "A" else "B") + cursor[6:]
    for key, given, changes in (
        (STARTED, cursor, {"fingerprint": fingerprint(2, "list")}),
        (STARTED, cursor, {"descending": True}),
        (SortKey("created_at", ""), cursor, {}),
        (STARTED, tampered, {}),
    ):
        with pytest.raises(DomainError, match="no longer valid"):
            page_of(Job.objects.all(), key, given, **changes)


@pytest.mark.django_db
def test_iterate_reads_everything_once_in_chunks() -> None:
    make_jobs(None, NOON, None, NOON, NOON + timedelta(hours=1), None, NOON)
    for size in (1, 2, 3, 7, 100):
        chunks = list(iterate(Job.objects.all(), sort=STARTED, descending=True, chunk_size=size))
        ids = [row.pk for chunk in chunks for row in chunk]
        assert max(len(chunk) for chunk in chunks) <= size
        assert len(ids) == len(set(ids)) == 7
    assert list(iterate(Job.objects.none(), sort=STARTED, descending=True)) == []


@pytest.mark.django_db
def test_the_select_and_prefetch_of_the_list_survive(django_assert_num_queries: Any) -> None:
    UserFactory.create_batch(3)
    page = page_of(User.objects.for_list(), SortKey("full_name", "Name"))
    with django_assert_num_queries(0):
        assert [(row.team.name, list(row.groups.all())) for row in page.rows]
