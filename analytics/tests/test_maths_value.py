"""What a customer is worth: spend per purchase, lifetime value and its interval."""

import numpy as np
import pytest

from analytics.maths import clv
from analytics.maths.clv.value import Plan
from analytics.maths.simulate import simulate_mbg_nbd, simulate_spend


@pytest.fixture(scope="module")
def fitted():
    """An MBG/NBD and a Gamma-Gamma fitted to 3,000 simulated customers, and the customers."""
    rng = np.random.default_rng(11)
    seen = simulate_mbg_nbd((0.6, 20.0, 0.9, 2.0), rng.uniform(50, 150, 3_000), rng)
    mean = simulate_spend((6.0, 4.0, 60.0), seen.frequency, rng)
    some = seen.frequency > 0
    model = clv.fit_mbg_nbd(seen.frequency, seen.recency, seen.age)
    return model, clv.fit_gamma_gamma(seen.frequency[some], mean[some]), seen, mean


def test_simulated_spend_is_recovered():
    rng = np.random.default_rng(4)
    frequency = rng.integers(1, 12, 30_000)
    model = clv.fit_gamma_gamma(frequency, simulate_spend((6.25, 3.74, 15.44), frequency, rng))
    gaps = np.log(model.parameters) - np.log([6.25, 3.74, 15.44])
    assert (np.abs(gaps) < 4 * np.sqrt(np.diag(model.covariance))).all()
    assert model.population_mean == pytest.approx(6.25 * 15.44 / 2.74, rel=0.02)


@pytest.mark.parametrize(
    ("frequency", "monetary", "name"),
    [
        ([], [], "frequency"),
        ([0, 1], [1, 1], "frequency"),
        ([1.5], [1], "frequency"),
        ([np.nan], [1], "frequency"),
        ([1, 2], [1], "monetary"),
        ([1], [0], "monetary"),
        ([1], [-3], "monetary"),
        ([1], [np.nan], "monetary"),
    ],
)
def test_gamma_gamma_refuses_bad_input_by_name(frequency, monetary, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        clv.fit_gamma_gamma(frequency, monetary)


@pytest.mark.parametrize(
    ("frequency", "monetary"),
    [
        ([1], [10.0]),
        ([1] * 10, [10.0] * 10),
        ([5] * 10, [10.0] * 10),
        ([3] * 9, [1, 1, 2, 9, 1e6, 4, 1e-3, 5, 7]),
    ],
)
def test_odd_spending_gives_finite_models(frequency, monetary):
    model = clv.fit_gamma_gamma(frequency, monetary)
    assert np.isfinite(model.parameters).all()
    assert np.isfinite(model.population_mean)
    assert (model.expected_value([0, *frequency], [0, *monetary]) > 0).all()


def test_spend_without_a_population_mean_falls_back_to_the_observed_one():
    monetary = np.exp(np.random.default_rng(0).standard_cauchy(200).clip(-10, 10))
    model = clv.fit_gamma_gamma([3] * 200, monetary)
    assert (model.mean_exists, model.population_mean) == (False, pytest.approx(monetary.mean()))


def test_expected_value_lies_between_population_and_own_mean(fitted):
    spend = fitted[1]
    few, many = spend.expected_value([1, 1_000], [500.0, 500.0])
    assert spend.population_mean < few < many < 500
    assert many == pytest.approx(500, rel=0.01)


def test_unit_of_money_does_not_matter(fitted):
    _, spend, seen, mean = fitted
    some = seen.frequency > 0
    cents = clv.fit_gamma_gamma(seen.frequency[some], mean[some] * 1e6)
    assert [cents.p, cents.q, cents.v] == pytest.approx([spend.p, spend.q, spend.v * 1e6], rel=1e-5)


def test_lifetime_value_is_the_discounted_sum_of_the_months(fitted):
    model, spend, seen, mean = fitted
    rows = (seen.frequency[:50], seen.recency[:50], seen.age[:50])
    ends = np.arange(1, 7) * 365.25 / 12 / 7
    sums = np.array([model.expected_purchases(end, *rows) for end in ends])
    monthly = np.diff(sums, axis=0, prepend=0.0) / 1.02 ** np.arange(1, 7)[:, np.newaxis]
    by_hand = monthly.sum(axis=0) * spend.expected_value(rows[0], mean[:50])
    options = {"months": 6, "discount": 0.02, "days_per_period": 7}
    assert clv.lifetime_value(model, spend, *rows, mean[:50], **options) == pytest.approx(by_hand)


def test_lifetime_value_without_discount_is_purchases_times_value(fitted):
    model, spend, seen, mean = fitted
    rows = (seen.frequency, seen.recency, seen.age)
    year = model.expected_purchases(365.25, *rows) * spend.expected_value(seen.frequency, mean)
    assert clv.lifetime_value(model, spend, *rows, mean, discount=0) == pytest.approx(year)


def test_values_of_nobody_are_empty(fitted):
    model, spend, *_ = fitted
    assert spend.expected_value([], []).shape == (0,)
    assert clv.lifetime_value(model, spend, [], [], [], []).shape == (0,)


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (([-1], [0], [1]), "frequency"),
        (([1], [2], [1]), "recency"),
        (([1], [0.5], [np.nan]), "age"),
        (([1, 2], [0.5], [1]), "recency"),
    ],
)
def test_lifetime_value_refuses_bad_rows_by_name(fitted, rows, name):
    model, spend, *_ = fitted
    with pytest.raises(ValueError, match=rf"^{name}: "):
        clv.lifetime_value(model, spend, *rows, [10.0])


def test_lifetime_value_takes_any_model():
    class Flat:
        def expected_purchases(self, horizon, frequency, recency, age):
            return np.full(np.shape(frequency), float(horizon))

        def expected_value(self, frequency, monetary):
            return np.full(np.shape(frequency), 2.0)

    value = clv.lifetime_value(Flat(), Flat(), [1], [1], [1], [1], months=2, discount=0.1)
    assert value == pytest.approx([2 * clv.MONTH * (1 / 1.1 + 1 / 1.21)])


def test_lifetime_value_works_where_no_dropout_is_visible(fitted):
    model = clv.fit_mbg_nbd([5] * 30, [99] * 30, [100] * 30)
    value = clv.lifetime_value(model, fitted[1], [5], [99], [100], [80.0], months=1, discount=0)
    rate = (model.r + 5) / (model.alpha + 100)
    assert value == pytest.approx(rate * clv.MONTH * fitted[1].expected_value([5], [80.0]))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"months": 0}, "months"),
        ({"months": 1.5}, "months"),
        ({"discount": -0.1}, "discount"),
        ({"discount": np.nan}, "discount"),
        ({"days_per_period": 0}, "days_per_period"),
    ],
)
def test_lifetime_value_refuses_bad_options_by_name(fitted, options, name):
    model, spend, *_ = fitted
    with pytest.raises(ValueError, match=f"^{name}: "):
        clv.lifetime_value(model, spend, [1], [1], [2], [3], **options)


@pytest.mark.parametrize("monetary", [[-1.0], [np.nan], [1.0, 2.0]])
def test_lifetime_value_refuses_bad_money(fitted, monetary):
    model, spend, *_ = fitted
    with pytest.raises(ValueError, match=r"^monetary: "):
        clv.lifetime_value(model, spend, [1], [1], [2], monetary)


def test_interval_holds_the_value_and_does_not_depend_on_the_chunk(fitted):
    model, spend, seen, mean = fitted
    rows = (seen.frequency[:300], seen.recency[:300], seen.age[:300], mean[:300])
    value = clv.lifetime_value(model, spend, *rows)
    whole, pieces = (
        clv.lifetime_value_interval(model, spend, *rows, rng=np.random.default_rng(9), chunk=chunk)
        for chunk in (1_000, 77)
    )
    assert ((whole.low < value) & (value < whole.high)).mean() > 0.99
    assert pieces.low == pytest.approx(whole.low)
    assert pieces.high == pytest.approx(whole.high)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    truth, spend_truth = (0.6, 20.0, 0.9, 2.0), (6.0, 4.0, 60.0)
    hits = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        seen = simulate_mbg_nbd(truth, rng.uniform(50, 150, 600), rng)
        mean = simulate_spend(spend_truth, seen.frequency, rng)
        some = seen.frequency > 0
        model = clv.fit_mbg_nbd(seen.frequency, seen.recency, seen.age)
        spend = clv.fit_gamma_gamma(seen.frequency[some], mean[some])
        row = ([4], [60], [80], [40.0])
        real = clv.lifetime_value(model.with_parameters(truth), spend.with_parameters(spend_truth), *row)
        found = clv.lifetime_value_interval(model, spend, *row, rng=rng, draws=100)
        hits.append(bool(found.low[0] <= real[0] <= found.high[0]))
    assert 0.55 <= np.mean(hits) <= 0.97


def test_plan_weights_are_the_discounted_months():
    plan = Plan.monthly(3, 0.1, 1.0)
    assert plan.weights.sum() == pytest.approx(1 / 1.1)
    assert plan.horizons == pytest.approx([30.4375, 60.875, 91.3125])
