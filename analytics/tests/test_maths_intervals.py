"""Intervals of shares, changes and means; concentration of value; the simulators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.maths import concentration, intervals
from analytics.maths.simulate import simulate_bg_nbd, simulate_mbg_nbd, simulate_nbd, simulate_spend

FEW = settings(max_examples=40, deadline=None, derandomize=True)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(successes, n, low, high):  # Newcombe 1998, table I, method 3
    found = intervals.wilson(successes, n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)
    assert (found.value, found.n) == (successes / n, n)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_proportion_change_is_as_published(now, before, low, high):  # Newcombe 1998, table II, method 10
    found = intervals.proportion_change(*now, *before)
    assert [found.low, found.high] == pytest.approx([low, high], abs=6e-5)
    assert found.n == now[1] + before[1]


def test_all_and_none_reach_the_ends():
    assert intervals.wilson(0, 9).low == 0
    assert intervals.wilson(9, 9).high == 1


def test_nothing_to_estimate_from_is_none():
    assert intervals.wilson(0, 0) is None
    assert intervals.proportion_change(0, 0, 1, 2) is None
    assert intervals.proportion_change(1, 2, 0, 0) is None
    assert intervals.count_change(3, 0) is None
    assert intervals.mean_interval([], rng=rng()) is None
    assert intervals.total_change([], [], rng=rng()) is None


@pytest.mark.parametrize(
    ("successes", "n", "name"), [(3, 2, "successes"), (-1, 2, "successes"), (0, -1, "n")]
)
def test_wilson_refuses_what_is_no_count(successes, n, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        intervals.wilson(successes, n)


def test_wilson_refuses_a_level_beyond_one():
    with pytest.raises(ValueError, match=r"^level: "):
        intervals.wilson(1, 2, level=95)


@FEW
@given(n=st.integers(1, 500), data=st.data(), level=st.floats(0.5, 0.999))
def test_wilson_holds_the_share(n, data, level):
    found = intervals.wilson(data.draw(st.integers(0, n)), n, level=level)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_same_share_is_no_clear_change():
    found = intervals.proportion_change(30, 100, 30, 100)
    assert (found.difference, found.relative, found.is_clear) == (0, 0, False)


def test_count_change_is_exact():
    found = intervals.count_change(10, 10)
    # Clopper-Pearson for 10 of 20 is .2720 to .7280 (tables), as a ratio .3736 to 2.6766.
    assert [found.low, found.high] == pytest.approx([-6.264, 16.766], abs=5e-3)
    assert (found.difference, found.relative, found.is_clear) == (0, 0, False)


def test_count_change_allows_for_the_length_of_the_period():
    found = intervals.count_change(280, 310, length=28, length_before=31)
    assert found.difference == pytest.approx(0)
    assert not found.is_clear


def test_doubled_orders_are_a_clear_change():
    found = intervals.count_change(200, 100)
    assert (found.difference, found.relative, found.is_clear) == (100, 1, True)
    assert intervals.count_change(0, 30).high < 0


def test_count_change_covers_the_truth_about_as_often_as_it_says():
    draw = rng(4)
    hits = [intervals.count_change(*draw.poisson(40, 2)) for _ in range(300)]
    assert 0.92 <= np.mean([found.low <= 0 <= found.high for found in hits]) <= 1


def test_mean_interval_is_reproducible_and_near_the_normal_one():
    values = rng(1).exponential(10, 400)
    found = intervals.mean_interval(values, rng=rng(2))
    half = 1.96 * values.std(ddof=1) / 20
    assert found == intervals.mean_interval(values, rng=rng(2))
    assert [found.low, found.high] == pytest.approx([values.mean() - half, values.mean() + half], abs=0.3)


def test_one_value_has_no_spread():
    assert intervals.mean_interval([7.0], rng=rng()) == intervals.Estimate(7, 7, 7, 1)


def test_large_samples_agree_with_small_ones():
    values = rng(1).exponential(10, intervals.RESAMPLED_UP_TO + 1)
    large = intervals.mean_interval(values, rng=rng())
    small = intervals.mean_interval(values[:-1], rng=rng())
    assert [large.low, large.high] == pytest.approx([small.low, small.high], rel=0.01)


def test_noise_in_revenue_is_no_clear_change():
    before, now = rng(1).gamma(1, 100, (2, 300))
    assert not intervals.total_change(now, before, rng=rng()).is_clear


def test_growth_in_revenue_is_a_clear_change():
    before = rng(1).gamma(1, 100, 300)
    found = intervals.total_change(before * 1.2, before, rng=rng())
    assert found.is_clear
    assert found.relative == pytest.approx(0.2)
    assert found.low < found.difference < found.high


def test_change_from_nothing_has_no_relative_figure():
    assert intervals.total_change([5.0, 6.0], [0.0, 0.0], rng=rng()).relative is None


@pytest.mark.parametrize(
    ("now", "before", "name"), [([1, 2], [1], "before"), ([np.nan], [1], "now"), ([1], [np.inf], "before")]
)
def test_total_change_refuses_bad_input_by_name(now, before, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        intervals.total_change(now, before, rng=rng())


def test_curve_adds_up_from_the_top():
    curve = concentration.concentration_curve([1, 2, 3, 4], points=5)
    assert curve.customers.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve.value == pytest.approx([0, 0.4, 0.7, 0.9, 1])
    assert (curve.n, curve.total, curve.negative_n, curve.negative_value) == (4, 10, 0, 0)


def test_curve_counts_refunds_as_nothing_and_reports_them():
    curve = concentration.concentration_curve([10, 0, -5, 0], points=5)
    assert curve.value.tolist() == [0, 1, 1, 1, 1]
    assert (curve.total, curve.negative_n, curve.negative_value) == (10, 1, -5)


@pytest.mark.parametrize("value", [[], [0, 0], [-1, -2]])
def test_nothing_to_share_is_none(value):
    assert concentration.concentration_curve(value) is None
    assert concentration.top_share(value, rng=rng()) is None


def test_equal_customers_share_evenly():
    curve = concentration.concentration_curve([7] * 10)
    assert curve.value == pytest.approx(curve.customers)
    found = concentration.top_share([7] * 10, rng=rng())
    assert [found.value, found.low, found.high] == pytest.approx([0.2] * 3)


def test_one_customer_counts_by_the_part():
    found = concentration.top_share([50], rng=rng())
    assert [found.value, found.low, found.high, found.n] == pytest.approx([0.2, 0.2, 0.2, 1])


@FEW
@given(value=st.lists(st.floats(-100, 100), min_size=1, max_size=60).filter(lambda v: max(v) > 1e-6))
def test_top_share_is_the_point_of_the_curve(value):
    curve = concentration.concentration_curve(value, points=6)
    found = concentration.top_share(value, rng=rng(), draws=100)
    assert found.value == pytest.approx(curve.value[1])
    assert (np.diff(curve.value) >= -1e-12).all()


def test_grouping_many_customers_changes_nothing_that_matters():
    value = rng(3).lognormal(3, 1.2, 60_000)
    exact = np.sort(value)[::-1][:12_000].sum() / value.sum()
    found = concentration.top_share(value, rng=rng())
    plain = []
    for _ in range(60):
        drawn = np.sort(rng(len(plain)).choice(value, value.size))[::-1]
        plain.append(drawn[:12_000].sum() / drawn.sum())
    assert found.value == pytest.approx(exact, abs=1e-4)
    assert (found.high - found.low) / 3.92 == pytest.approx(np.std(plain), rel=0.3)


@pytest.mark.parametrize(
    ("value", "options", "name"),
    [([np.nan], {}, "value"), ([1], {"top": 20}, "top"), ([1], {"draws": 5}, "draws")],
)
def test_top_share_refuses_bad_input_by_name(value, options, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        concentration.top_share(value, rng=rng(), **options)


def test_simulation_is_reproducible():
    one, other = (simulate_mbg_nbd((0.6, 20, 0.9, 2), [100] * 50, rng(7), horizon=9) for _ in range(2))
    assert one.frequency.tolist() == other.frequency.tolist()
    assert one.future.tolist() == other.future.tolist()


def test_simulated_customers_obey_the_rules_of_a_history():
    for simulate in (simulate_bg_nbd, simulate_mbg_nbd):
        seen = simulate((0.6, 20, 0.9, 2), rng(1).uniform(0, 100, 2_000), rng(2), horizon=50)
        assert ((seen.recency > 0) == (seen.frequency > 0)).all()
        assert (seen.recency <= seen.age).all()
        assert (seen.future[~seen.alive] == 0).all()


def test_only_mbg_loses_one_time_buyers():
    lost = []
    for simulate in (simulate_bg_nbd, simulate_mbg_nbd):
        seen = simulate((0.6, 20, 2, 2), [50] * 2_000, rng(2))
        lost.append(bool((~seen.alive[seen.frequency == 0]).any()))
    assert lost == [False, True]


def test_customers_who_never_leave_are_alive():
    seen = simulate_nbd((2.0, 20.0), [100] * 5_000, rng(3), horizon=10)
    assert seen.alive.all()
    assert seen.frequency.mean() == pytest.approx(10, rel=0.05)
    assert seen.future.mean() == pytest.approx(1, rel=0.06)


def test_simulated_spend_has_the_population_mean():
    mean = simulate_spend((6.0, 4.0, 15.0), [0, *[3] * 40_000], rng(5))
    assert mean[0] == 0
    assert mean[1:].mean() == pytest.approx(30, rel=0.02)


@pytest.mark.parametrize("parameters", [(0, 1, 1, 1), (1, np.nan, 1, 1), (1, 1, 1, -1)])
def test_simulation_refuses_impossible_parameters(parameters):
    with pytest.raises(ValueError, match=r"^parameters: "):
        simulate_bg_nbd(parameters, [1], rng())
