"""Churn: window, risk, usual gap, and the judgement of a risk."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.maths import churn, clv
from analytics.maths.simulate import simulate_mbg_nbd

FEW = settings(max_examples=40, deadline=None, derandomize=True)
SCORED = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(label for _, label in rows) < len(rows)
)
RISK = [0.1, 0.4, 0.35, 0.8]
LEFT = [0, 0, 1, 1]


def test_window_is_the_percentile_of_the_gaps_rounded_up():
    assert churn.risk_window(range(1, 102), percentile=0.85) == 86
    assert churn.risk_window([40, 40.5], percentile=0.5) == 41


def test_window_stays_within_its_limits():
    assert churn.risk_window([2, 3, 4]) == churn.SHORTEST_WINDOW
    assert churn.risk_window([2_000] * 5) == churn.LONGEST_WINDOW
    assert churn.risk_window([2, 3, 4], shortest=1) == 4


@pytest.mark.parametrize("gaps", [[], [np.nan], [0, 5], [-1]])
def test_window_refuses_bad_gaps(gaps):
    with pytest.raises(ValueError, match=r"^gaps: "):
        churn.risk_window(gaps)


@pytest.mark.parametrize(
    ("options", "name"),
    [({"percentile": 1.5}, "percentile"), ({"shortest": 0}, "shortest"), ({"longest": 3}, "longest")],
)
def test_window_refuses_bad_options_by_name(options, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        churn.risk_window([40, 50], **options)


def test_risk_is_one_minus_the_chance_of_an_order():
    model = clv.fit_mbg_nbd([5] * 30, [99] * 30, [100] * 30)
    expected = (model.r + 5) * 20 / (model.alpha + 100)
    assert churn.no_order_risk(model, 20, [5], [99], [100]) == pytest.approx([np.exp(-expected)])


def test_risk_ranks_well_and_says_rather_too_little():
    rng = np.random.default_rng(2)
    seen = simulate_mbg_nbd((0.6, 20.0, 0.9, 2.0), rng.uniform(50, 150, 20_000), rng, horizon=60)
    rows = (seen.frequency, seen.recency, seen.age)
    model = clv.fit_mbg_nbd(*rows)
    risk = churn.no_order_risk(model, 60, *rows)
    judged = churn.backtest(risk, seen.age - seen.recency, seen.future == 0, base_rate=0.7)
    assert judged.is_worth_showing
    assert judged.auc_gain.is_clear
    assert (risk <= model.probability_no_purchase(60, *rows) + 1e-12).all()


@pytest.mark.parametrize("row", [(0, 0.0, 90.0), (1, 20.0, 90.0), (3, 80.0, 90.0)])
def test_exact_chance_of_no_order_is_what_happens(row):
    rng = np.random.default_rng(6)
    model = clv.fit_mbg_nbd([0, 1, 5, 2] * 20, [0, 3, 80, 9] * 20, [90] * 80)
    model = model.with_parameters(np.array([0.6, 20.0, 0.9, 2.0]))
    seen = simulate_mbg_nbd((0.6, 20.0, 0.9, 2.0), [90.0] * 300_000, rng, horizon=60)
    alike = (seen.frequency == row[0]) & (np.abs(seen.recency - row[1]) <= 2)
    chance = model.probability_no_purchase(60, seen.frequency[alike], seen.recency[alike], seen.age[alike])
    happened = (seen.future[alike] == 0).mean()
    assert happened == pytest.approx(chance.mean(), abs=4 * np.sqrt(0.25 / alike.sum()))


def test_exact_chance_of_no_order_without_dropout_is_that_of_the_nbd():
    model = clv.fit_mbg_nbd([5] * 30, [99] * 30, [100] * 30)
    expected = ((model.alpha + 100) / (model.alpha + 120)) ** (model.r + 5)
    assert model.probability_no_purchase(20, [5], [99], [100]) == pytest.approx([expected])


@pytest.mark.parametrize("window", [0, -1, np.nan])
def test_risk_refuses_a_bad_window(window):
    model = clv.fit_mbg_nbd([5] * 30, [99] * 30, [100] * 30)
    with pytest.raises(ValueError, match=r"^window: "):
        churn.no_order_risk(model, window, [5], [99], [100])


def test_usual_gap_is_the_median_between_different_days():
    days = [date(2026, 1, day).toordinal() for day in (1, 31, 11, 11, 13)]
    assert churn.usual_gap(days) == 10


@pytest.mark.parametrize("days", [[], [5], [5, 5]])
def test_usual_gap_needs_two_days(days):
    assert churn.usual_gap(days) is None


@FEW
@given(rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), max_size=40))
def test_usual_gaps_of_many_are_those_of_each(rows):
    customers = [customer for customer, _ in rows]
    each = {one: churn.usual_gap([day for who, day in rows if who == one]) for one in sorted(set(customers))}
    found, gaps = churn.usual_gaps(customers, [day for _, day in rows])
    assert dict(zip(found, gaps, strict=True)) == {who: gap for who, gap in each.items() if gap is not None}


def test_silence_is_a_multiple_of_the_gap():
    assert churn.silence_ratio([160, 0], [41, 10]) == pytest.approx([160 / 41, 0])
    assert float(churn.silence_ratio(82, 41)) == 2


def test_silence_ratio_refuses_a_gap_of_nothing():
    with pytest.raises(ValueError, match=r"^gap: "):
        churn.silence_ratio([1], [0])


def test_auc_of_the_textbook_example():
    assert churn.auc(RISK, LEFT).value == 0.75


def test_auc_interval_is_delongs():
    risk = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    left = [0, 0, 1, 0, 0, 1, 1, 0, 1, 1]
    # Placements by hand: positives .4, .8, .8, 1, 1 (variance .06), negatives 1, 1, .8, .8, .4 (.06).
    error = np.sqrt(0.06 / 5 + 0.06 / 5) / (0.8 * 0.2)
    limits = 1 / (1 + np.exp(-(np.log(4) + 1.959964 * error * np.array([-1, 1]))))
    found = churn.auc(risk, left)
    assert (found.value, found.n) == (pytest.approx(0.8), 10)
    assert [found.low, found.high] == pytest.approx(limits, abs=1e-6)


@FEW
@given(rows=SCORED)
def test_auc_is_the_share_of_rightly_ordered_pairs(rows):
    left = [score for score, label in rows if label]
    stayed = [score for score, label in rows if not label]
    pairs = [(one > other) + (one == other) / 2 for one in left for other in stayed]
    found = churn.auc([score for score, _ in rows], [label for _, label in rows])
    assert found.value == pytest.approx(np.mean(pairs))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_perfect_auc_still_has_an_interval():
    found = churn.auc([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(0.025 ** (1 / 3))
    assert churn.auc([6, 5, 4, 3, 2, 1], [0, 0, 0, 1, 1, 1]).low == 0


def test_auc_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(200):
        found = churn.auc(np.append(rng.normal(1, 1, 40), rng.normal(0, 1, 60)), [1] * 40 + [0] * 60)
        hits += found.low <= 0.7602 <= found.high
    assert 0.9 <= hits / 200 <= 0.99


def test_auc_of_the_same_score_twice_does_not_differ():
    change = churn.auc_change(RISK, RISK, LEFT)
    assert (change.difference, change.low, change.high, change.is_clear) == (0, 0, 0, False)


def test_auc_change_is_clear_where_one_score_is_noise():
    rng = np.random.default_rng(3)
    left = rng.random(500) < 0.4
    change = churn.auc_change(left + rng.normal(0, 1, 500), rng.normal(0, 1, 500), left)
    assert change.is_clear
    assert change.low < 0.26 < change.high


@pytest.mark.parametrize(
    ("scores", "labels", "name"),
    [
        ([1, 2], [1, 1], "labels"),
        ([1, 2], [0, 0], "labels"),
        ([1, 2], [0, 2], "labels"),
        ([1, 2], [1], "labels"),
        ([np.nan, 2], [0, 1], "scores"),
        ([], [], "labels"),
    ],
)
def test_auc_refuses_bad_input_by_name(scores, labels, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        churn.auc(scores, labels)


def test_brier_is_the_mean_squared_distance():
    assert churn.brier([0.5, 1, 0, 0.2], [1, 1, 0, 0]) == pytest.approx((0.25 + 0.04) / 4)


def test_brier_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match=r"^probabilities: "):
        churn.brier([1.2, 0.5], [0, 1])


def test_calibration_sets_said_against_happened():
    chance = np.repeat([0.1, 0.9], 50)
    left = np.concatenate([np.repeat([1, 0], [5, 45]), np.repeat([1, 0], [45, 5])])
    table = churn.calibration(chance, left, bins=2)
    assert [(row.predicted, row.actual.value, row.actual.n) for row in table] == [
        (pytest.approx(0.1), 0.1, 50),
        (pytest.approx(0.9), 0.9, 50),
    ]


def test_lift_counts_ties_by_their_share():
    left = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert churn.lift(range(10, 0, -1), left, top=0.2) == pytest.approx(5)
    assert churn.lift([1] * 10, left, top=0.2) == pytest.approx(1)


def test_a_risk_that_says_nothing_is_not_worth_showing():
    rng = np.random.default_rng(1)
    silence = rng.uniform(0, 100, 400)
    left = rng.uniform(0, 100, 400) < silence
    judged = churn.backtest(rng.random(400), silence, left, base_rate=0.5)
    assert not judged.is_worth_showing
    assert (judged.n, judged.base_rate.n) == (400, 400)


@pytest.mark.parametrize(
    ("risk", "silence", "base_rate", "name"),
    [([1.5, 0], [1, 2], 0.5, "risk"), ([1, 0], [1], 0.5, "silence"), ([1, 0], [1, 2], 0, "base_rate")],
)
def test_backtest_refuses_bad_input_by_name(risk, silence, base_rate, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        churn.backtest(risk, silence, [1, 0], base_rate=base_rate)
