"""The dashboard's numbers against the rows behind their links."""

from datetime import date

import pytest
from django.http import Http404, QueryDict

from analytics.board import load_board, tiles
from analytics.cards import all_charts
from analytics.choices import Period
from analytics.domain.kpis import write_kpis
from analytics.domain.nightly import run_now_here
from analytics.filters import WarningFilterSet
from analytics.members import LISTED, Rows, customers_behind, in_scope, with_turnover
from analytics.models import ChurnWarning, KpiValue
from analytics.periods import months_before
from analytics.scopes import Scope, scope_for, teams_for
from analytics.tests.factories import AS_OF, give_orders, silent_customer, simulated_base
from core.models import Team
from customers.filters import CustomerFilterSet
from customers.models import Customer, OrderDay, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(user_in):
    """Customers of two teams, one below the other, some tagged, some of no team; all figures computed."""
    head = Team.objects.create(name="Head")
    below = Team.objects.create(name="Below", parent=head)
    tag = Tag.objects.create(name="Key account")
    owner = user_in("sales", team=below)
    simulated_base(40, team=head, seed=1)
    customers = simulated_base(35, owner=owner, team=below, seed=2)
    simulated_base(15, seed=3)
    for customer in customers[::3]:
        customer.tags.add(tag)
    silent_customer(owner=owner, team=below).tags.add(tag)
    CustomerFactory(team=below)
    run_now_here(AS_OF)
    return {"head": head, "below": below, "tag": tag, "admin": user_in("administrator", team=None)}


def scopes_of(base) -> list[Scope]:
    return [
        Scope(),
        Scope(team_id=base["head"].pk),
        Scope(team_id=base["below"].pk),
        Scope(tag_id=base["tag"].pk),
        Scope(team_id=base["head"].pk, tag_id=base["tag"].pk),
    ]


def test_figures_of_periods_equal_the_customers_behind_them(base):
    for scope in scopes_of(base):
        for period in Period.values:
            for kpi in LISTED:
                stored = KpiValue.objects.get(kpi=kpi, scope=scope.key, period=period, on=AS_OF)
                _compare(stored, kpi, period, scope, base["admin"])


def _compare(stored, kpi, period, scope, admin):
    def counted(part):
        return customers_behind(Rows(kpi, period, AS_OF, scope, part), admin)

    if kpi == "active":
        assert stored.value == counted("yes").count()
    elif kpi == "revenue":
        rows = Rows(kpi, period, AS_OF, scope, "yes")
        total = sum(float(row.turnover) for row in with_turnover(counted("yes"), rows.window))
        assert stored.value == pytest.approx(total)
        assert stored.n == counted("yes").count()
    else:
        n, yes = counted("all").count(), counted("yes").count()
        assert stored.n == n
        assert counted("no").count() == n - yes
        if n:
            assert stored.value == pytest.approx(yes / n)
            assert stored.low <= stored.value <= stored.high


def test_the_figure_before_is_the_figure_of_the_day_before(base):
    for kpi in ("active", "revenue", "retention", "customers"):
        now = KpiValue.objects.get(kpi=kpi, scope="all", period="12m", on=AS_OF)
        then = months_before(AS_OF, 12)
        write_kpis(then)
        earlier = KpiValue.objects.get(kpi=kpi, scope="all", period="12m", on=then)
        assert now.before == pytest.approx(earlier.value)


def test_links_of_tiles_and_charts_lead_to_as_many_rows(base):
    admin = base["admin"]
    for scope in scopes_of(base):
        board = load_board(admin, scope, "12m")
        customers = next(tile for tile in tiles(board) if "has_orders" in tile["url"])
        assert rows_behind(customers["url"], admin).count() == customers["n"]
        for kpi, key, url in _bars(board):
            assert rows_behind(url, admin).count() == board.values[kpi, key].n


def _bars(board):
    for key in board.parts("rfm"):
        yield "rfm", key, board.url("customers:customer-list", r=key[0], f=key[1])
    for chart in all_charts(board):
        if chart["id"] == "p_alive":
            urls = chart["figure"]["data"][0]["customdata"]
            yield from (("p_alive", key, urls[int(key)]) for key in board.parts("p_alive"))
        if chart["id"] == "segment":
            keys = [row[0] for row in chart["raw"]]
            urls = chart["figure"]["data"][0]["customdata"]
            yield from (("segment", key, url) for key, url in zip(keys, urls, strict=True))


def rows_behind(url, user):
    query = QueryDict(url.partition("?")[2])
    found = CustomerFilterSet(query, queryset=Customer.objects.visible_to(user), user=user)
    assert found.is_valid()
    return found.qs


def test_value_at_stake_equals_the_warnings_behind_it(base):
    admin = base["admin"]
    for scope in scopes_of(base):
        board = load_board(admin, scope, "12m")
        tile = next(tile for tile in tiles(board) if "warnings" in tile["url"])
        query = QueryDict(tile["url"].partition("?")[2])
        rows = WarningFilterSet(query, queryset=ChurnWarning.objects.visible_to(admin), user=admin).qs
        assert tile["n"] == rows.count()
        stored = KpiValue.objects.filter(kpi="at_stake", scope=scope.key, on=AS_OF).first()
        assert (stored.n if stored else 0) == rows.count()
        total = float(sum(row.value_at_stake for row in rows))
        assert (stored.value if stored else 0) == pytest.approx(total)


def test_months_equal_the_days(base):
    for scope in scopes_of(base):
        days = in_scope(OrderDay.objects.all(), scope, "customer__")
        for row in KpiValue.objects.filter(kpi="revenue_month", scope=scope.key, on=AS_OF):
            month = date.fromisoformat(f"{row.key}-01")
            inside = days.filter(day__year=month.year, day__month=month.month, day__lte=AS_OF)
            assert row.value == pytest.approx(sum(float(day.amount) for day in inside))
            assert row.n == inside.purchases().values("customer").distinct().count()


def test_concentration_rises_from_nothing_to_all(base):
    parts = load_board(base["admin"], Scope(), "12m").parts("concentration")
    shares = [parts[key].value for key in sorted(parts)]

    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    assert shares == sorted(shares)
    assert all(row.low <= row.value <= row.high for row in parts.values())


def test_empty_scopes_have_no_figures(base):
    empty = Team.objects.create(name="Nobody")
    run_now_here(AS_OF)

    assert not KpiValue.objects.filter(scope=f"team:{empty.pk}").exists()
    assert load_board(base["admin"], Scope(team_id=empty.pk), "12m").is_empty


def test_history_is_computed_anew_when_old_orders_arrive(base):
    on = date(2026, 3, 31)
    before = KpiValue.objects.get(kpi="customers", scope="all", period="12m", on=on).value
    give_orders(CustomerFactory(), [date(2026, 2, 2)])

    run_now_here(AS_OF)

    assert KpiValue.objects.get(kpi="customers", scope="all", period="12m", on=on).value == before + 1


def test_a_team_that_lost_its_customers_loses_its_figures(base):
    key = f"team:{base['below'].pk}"
    Customer.objects.filter(team=base["below"]).update(team=base["head"])

    run_now_here(AS_OF)

    assert not KpiValue.objects.filter(scope=key).exclude(kpi="at_stake").exists()


def test_single_days_are_forgotten_and_month_ends_kept(base):
    KpiValue.objects.create(kpi="active", on=date(2026, 4, 15), period="12m", scope="all", value=1)
    KpiValue.objects.create(kpi="at_stake", on=date(2024, 4, 30), period="", scope="all", value=1)

    run_now_here(AS_OF)

    assert not KpiValue.objects.filter(on=date(2026, 4, 15)).exists()
    assert KpiValue.objects.filter(on=date(2024, 4, 30)).exists()


def test_a_manager_reads_the_own_teams_only(base, user_in):
    manager = user_in("manager", team=base["below"])
    foreign = user_in("manager", team=Team.objects.create(name="Elsewhere"))

    assert scope_for(manager) == Scope(team_id=base["below"].pk)
    assert set(KpiValue.objects.visible_to(manager).values_list("team", flat=True)) == {base["below"].pk}
    assert teams_for(manager) == [base["below"]]
    with pytest.raises(Http404):
        scope_for(manager, base["head"].pk)
    assert not KpiValue.objects.visible_to(foreign).exists()
    assert not KpiValue.objects.visible_to(user_in("sales", team=base["below"])).exists()


def test_a_manager_without_a_team_reads_nothing(base, user_in):
    manager = user_in("manager", team=None)

    assert load_board(manager, scope_for(manager), "12m").is_empty


@pytest.mark.parametrize("asked", [("x", None), (None, "999999"), ("999999", None)])
def test_unknown_scopes_do_not_exist(base, asked):
    with pytest.raises(Http404):
        scope_for(base["admin"], *asked)


def test_a_change_inside_the_noise_has_no_arrow(base):
    board = load_board(base["admin"], Scope(), "12m")
    row = board.values["active", ""]
    row.value, row.before, row.change_low, row.change_high = 50, 49, -4, 6

    tile = next(tile for tile in tiles(board) if tile["label"] == "Active customers")

    assert (tile["delta"], tile["before"]) == ("1", "no clear change")
    assert "direction" not in tile


def test_the_dashboard_reads_the_same_number_of_rows_at_any_size(base, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        board = load_board(base["admin"], Scope(), "12m")
        tiles(board)
        all_charts(board)
