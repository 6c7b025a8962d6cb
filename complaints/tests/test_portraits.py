"""Portraits: shares against the base, hidden small cells, roots and endings, the job, pages, reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.domain.portraits.making import make_portraits
from complaints.models import CallBack, Category, Complaint, Portrait, PortraitTrait
from complaints.portraits import Trait, marked, spend_band, tenure_band, traits_of
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.models import User
from core.tests.factories import TeamFactory, UserFactory
from core.zones import midnight
from customers.models import Customer, OrderTotals
from customers.tests.factories import CustomerFactory


# ---- arithmetic ---------------------------------------------------------------------------------------
def test_a_share_is_divided_by_that_of_the_base() -> None:
    found = {
        one.value: one
        for one in traits_of("tier", {"core": (20, 31), "growth": (20, 22)}, {"core": 100, "growth": 300})
    }
    core = found["core"]
    assert (core.n, core.cases, core.total, core.share, core.lift) == (20, 31, 40, 0.5, 2.0)
    assert core.low is not None
    assert core.low < 0.5 < (core.high or 0)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": (20, 20), "b": (4, 4), "c": (3, 3)}, {"a"}),
        # Hidden alone it could be worked out from the total: the next smallest goes with it.
        ({"a": (20, 20), "b": (9, 9), "c": (3, 3)}, {"a"}),
        # Nobody has it: there is nothing to work out.
        ({"a": (20, 20), "b": (9, 9)}, {"a", "b"}),
    ],
)
def test_small_cells_tell_no_figures(counts: dict[str, tuple[int, int]], told: set[str]) -> None:
    rows = traits_of("tier", counts, {"a": 50, "b": 40, "c": 30})
    assert {row.value for row in rows if row.n is not None} == told
    assert len(rows) == 3


def test_what_nobody_knows_and_what_few_have_is_left_out() -> None:
    rows = traits_of("region", {"": (9, 9), "east": (8, 8), "tiny": (6, 6)}, {"": 80, "east": 90, "tiny": 9})
    assert [(row.value, row.total, row.base_total) for row in rows] == [("east", 14, 99)]


def test_only_what_stands_among_many_is_clear() -> None:
    def trait(n: int) -> Trait:
        return Trait("tier", str(n), n, n, 100, 300, 1000, share=n / 100, low=0.0, high=1.0, lift=n / 30)

    # 40 of 100 against 30 of 100: p = 0.04 alone, not among twenty.
    assert [one.is_clear for one in marked([trait(40)])] == [True]
    assert not any(one.is_clear for one in marked([trait(40), *[trait(30)] * 19]))
    assert marked([trait(60), *[trait(30)] * 19])[0].is_clear


@pytest.mark.parametrize(
    ("amount", "band"),
    [(0, "0"), (-5, "0"), (1, "1-50"), (50_000, "50-200"), (999_999, "200-1000"), (1_000_000, "1000+")],
)
def test_spend_has_bands(amount: float, band: str) -> None:
    assert spend_band(amount) == band


@pytest.mark.parametrize(
    ("since", "band"),
    [
        (date(2026, 11, 20), "0-1"),
        (date(2025, 11, 26), "1-3"),
        (date(2023, 11, 27), "1-3"),
        (date(2023, 11, 26), "3-5"),
        (date(2021, 11, 26), "5+"),
    ],
)
def test_tenure_has_bands(since: date, band: str) -> None:
    assert tenure_band(since, date(2026, 11, 26)) == band


# ---- the job ------------------------------------------------------------------------------------------
def customer_who_ordered(industry: str) -> Customer:
    customer: Customer = CustomerFactory(industry=industry)
    day = timezone.localdate() - timedelta(days=30)
    OrderTotals.objects.update_or_create(
        customer=customer,
        defaults={"first_day": day, "last_day": day, "purchase_days": 1, "orders": 1, "amount": 100},
    )
    return customer


@pytest.fixture
def year(db: object) -> Category:
    """Banks are a quarter of the customers and make three quarters of the complaints about lecturers."""
    category = CategoryFactory(code="course.lecturer-x", parent_code="course")
    banks = [customer_who_ordered("banking") for _n in range(16)]
    others = [customer_who_ordered("energy") for _n in range(48)]
    at = timezone.now() - timedelta(days=200)
    for n, customer in enumerate([*banks[:15], *others[:5]]):
        ComplaintFactory(
            customer=customer,
            category=category,
            received_at=at + timedelta(hours=n),
            state="closed",
            ended_at=at + timedelta(days=4),
            decision="upheld" if n < 8 else "rejected" if n < 12 else "",
            cycle=2 if n == 0 else 1,
            owner=UserFactory(),
        )
    ComplaintFactory(customer=banks[0], category=category, received_at=at + timedelta(days=20))
    return category


def portrait_of(code: str) -> Portrait:
    found: Portrait = Portrait.objects.get(kind="category", code=code)
    return found


@pytest.mark.django_db
def test_a_portrait_says_who_complains_against_all_active_customers(year: Category) -> None:
    make_portraits(timezone.now())
    portrait = portrait_of(year.code)
    banking = portrait.traits.get(attribute="industry", value="banking")
    assert (portrait.cases, portrait.customers, portrait.active) == (21, 20, 64)
    assert (banking.n, banking.cases, banking.total, banking.base_n, banking.base_total) == (
        15,
        16,
        20,
        16,
        64,
    )
    assert banking.lift == pytest.approx(3.0)
    assert banking.is_clear


@pytest.mark.django_db
def test_a_portrait_says_how_it_ends_and_who_comes_again(year: Category) -> None:
    make_portraits(timezone.now())
    content = portrait_of(year.code).content
    assert (content["upheld"]["k"], content["upheld"]["n"]) == (8, 12)
    assert (content["reopened"]["k"], content["reopened"]["n"]) == (1, 21)
    assert (content["again"]["k"], content["again"]["n"]) == (1, 20)
    assert (content["satisfaction"], content["compensation"]) == (None, None)


@pytest.mark.django_db
def test_the_type_above_counts_what_is_below(year: Category) -> None:
    make_portraits(timezone.now())
    assert portrait_of("course").cases == 21
    assert Portrait.objects.get(kind="all").cases == 21


@pytest.mark.django_db
def test_who_complains_without_ordering_is_not_compared(year: Category) -> None:
    ComplaintFactory(
        customer=CustomerFactory(industry="energy"),
        category=year,
        received_at=timezone.now() - timedelta(days=9),
    )
    make_portraits(timezone.now())
    portrait = portrait_of(year.code)
    assert (portrait.customers, portrait.content["compared"], portrait.active) == (21, 20, 64)


@pytest.mark.django_db
def test_satisfaction_is_the_mean_of_the_scores(year: Category) -> None:
    for case, score in zip(Complaint.objects.filter(category=year)[:4], (2, 4, 4, 5), strict=True):
        at = timezone.now()
        CallBack.objects.create(
            complaint=case, cycle=1, due_at=at, state="done", done_at=at, is_accepted=True, result_score=score
        )
    make_portraits(timezone.now())
    seen = portrait_of(year.code).content["satisfaction"]
    assert (seen["n"], seen["value"]) == (4, 3.75)
    assert 1 <= seen["low"] < 3.75 < seen["high"] <= 5


@pytest.mark.django_db
def test_a_second_run_writes_the_same(year: Category) -> None:
    def stored() -> tuple[Any, Any]:
        rows = PortraitTrait.objects.order_by("portrait_id", "attribute", "value")
        return (
            list(Portrait.objects.order_by("pk").values_list("pk", "cases", "content")),
            list(rows.values_list("portrait_id", "attribute", "value", "n", "lift", "is_clear")),
        )

    at = timezone.now()
    make_portraits(at)
    first = stored()
    make_portraits(at)
    assert stored() == first


@pytest.mark.django_db
def test_a_type_of_which_nobody_complained_any_more_loses_its_portrait(year: Category) -> None:
    make_portraits(timezone.now())
    assert make_portraits(timezone.now() + timedelta(days=400)) == 0
    assert not Portrait.objects.exists()


@pytest.mark.django_db
def test_without_complaints_there_is_no_portrait() -> None:
    assert make_portraits(timezone.now()) == 0


@pytest.mark.django_db
def test_today_is_not_over_and_waits(db: object) -> None:
    ComplaintFactory(received_at=midnight(timezone.localdate()))
    assert make_portraits(timezone.now()) == 0


# ---- pages and API ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_each_number_opens_as_many_complaints(client: Any, year: Category) -> None:
    make_portraits(timezone.now())
    client.force_login(UserFactory(is_superuser=True))
    page = client.get(portrait_of(year.code).get_absolute_url())
    bars = [bar for group in page.context["groups"] for bar in group.bars]
    shown = {bar.url: len(client.get(bar.url).context["page"].rows) for bar in bars}
    assert {bar.url: bar.trait.cases for bar in bars} == shown
    ends = [(share, url) for _label, share, url in page.context["endings"] if share and url]
    assert [share["k"] for share, _url in ends] == [
        len(client.get(url).context["page"].rows) for _share, url in ends
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"), [("manager", 200), ("analyst", 200), ("sales", 403), ("agent", 403)]
)
def test_portraits_are_read_by_those_who_see_the_whole(
    client: Any, user_in: Callable[..., User], year: Category, role: str, status: int
) -> None:
    make_portraits(timezone.now())
    client.force_login(user_in(role, team=TeamFactory()))
    for url in (reverse("complaints:portrait-list"), portrait_of(year.code).get_absolute_url()):
        assert client.get(url).status_code == status


@pytest.mark.django_db
def test_the_list_says_what_stands_out(client: Any, user_in: Callable[..., User], year: Category) -> None:
    make_portraits(timezone.now())
    client.force_login(user_in("analyst"))
    text = client.get(reverse("complaints:portrait-list")).content.decode()
    assert "Complaints come 3.0 times as often from Banking (Industry)" in text


@pytest.mark.django_db
def test_empty_pages_say_what_will_be_there(client: Any, user_in: Callable[..., User]) -> None:
    client.force_login(user_in("analyst"))
    assert "No portraits yet" in client.get(reverse("complaints:portrait-list")).content.decode()
    assert "No traits yet" in client.get(reverse("complaints:trait-list")).content.decode()
    assert "No list yet" in client.get(reverse("complaints:likely-list")).content.decode()


@pytest.mark.django_db
def test_a_trait_that_is_none_is_refused(client: Any) -> None:
    client.force_login(UserFactory(is_superuser=True))
    url = reverse("complaints:complaint-list")
    assert client.get(f"{url}?trait=password:x").status_code == 400
    assert client.get(f"{url}?trait=tier:nowhere").status_code == 200


@pytest.mark.django_db
def test_the_api_hides_small_cells(client: Any, user_in: Callable[..., User], year: Category) -> None:
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    Customer.objects.update(size="small")
    Customer.objects.filter(pk__in=[*ids[:3], *ids[-12:]]).update(size="micro")
    make_portraits(timezone.now())
    client.force_login(user_in("analyst"))
    found = client.get("/api/v1/complaint-portraits/?kind=category").json()["results"]
    traits = next(row for row in found if row["code"] == year.code)["traits"]
    hidden = [one for one in traits if one["n"] is None]
    assert sorted(one["value"] for one in hidden) == ["micro", "small"]
    assert all(one["lift"] is None and one["cases"] is None for one in hidden)
