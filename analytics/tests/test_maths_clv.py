"""Purchase models: recovery of simulated truth, properties, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.maths import clv
from analytics.maths.clv.conditional import Process
from analytics.maths.clv.history import packed_history
from analytics.maths.clv.likelihood import dropout_objective
from analytics.maths.simulate import simulate_bg_nbd, simulate_mbg_nbd, simulate_nbd

FITS = [clv.fit_bg_nbd, clv.fit_mbg_nbd]
FEW = settings(max_examples=25, deadline=None, derandomize=True)
SMALL = ([0, 1, 4, 0, 9, 2], [0, 5, 30, 0, 51, 3], [40, 40, 31, 10, 52, 60])


def within(model, truth, errors=4):
    """Whether each parameter lies within so many standard errors, on the log scale."""
    gaps = np.abs(np.log(model.parameters) - np.log(truth))
    return bool((gaps < errors * np.sqrt(np.diag(model.covariance))).all())


@pytest.fixture(scope="module")
def fitted():
    """An MBG/NBD fitted to 3,000 simulated customers, and the customers."""
    rng = np.random.default_rng(11)
    seen = simulate_mbg_nbd((0.6, 20.0, 0.9, 2.0), rng.uniform(50, 150, 3_000), rng)
    return clv.fit_mbg_nbd(seen.frequency, seen.recency, seen.age), seen


@pytest.mark.parametrize(
    ("simulate", "fit", "truth"),
    [
        (simulate_bg_nbd, clv.fit_bg_nbd, (0.25, 4.4, 0.8, 2.4)),
        (simulate_mbg_nbd, clv.fit_mbg_nbd, (0.6, 20.0, 0.9, 2.0)),
        (simulate_mbg_nbd, clv.fit_mbg_nbd, (3.0, 60.0, 2.0, 9.0)),
    ],
)
def test_simulated_parameters_are_recovered(simulate, fit, truth):
    rng = np.random.default_rng(3)
    seen = simulate(truth, rng.uniform(26, 156, 15_000), rng, horizon=52)
    model = fit(seen.frequency, seen.recency, seen.age)
    assert within(model, truth)
    forecast = model.expected_purchases(52, seen.frequency, seen.recency, seen.age).sum()
    assert forecast == pytest.approx(seen.future.sum(), rel=0.05)
    alive = model.probability_alive(seen.frequency, seen.recency, seen.age).sum()
    assert alive == pytest.approx(seen.alive.sum(), rel=0.08)


@pytest.mark.parametrize("fit", FITS)
def test_history_without_dropout_is_said_and_forecast_by_nbd(fit):
    rng = np.random.default_rng(5)
    seen = simulate_nbd((0.8, 20.0), rng.uniform(10, 150, 4_000), rng, horizon=30)
    rows = (seen.frequency, seen.recency, seen.age)
    model = fit(*rows)
    assert (model.dropout_visible, model.a, model.b) == (False, None, None)
    assert model.parameters == pytest.approx([0.8, 20.0], rel=0.1)
    expected = model.expected_purchases(30, *rows)
    assert expected == pytest.approx((model.r + rows[0]) * 30 / (model.alpha + rows[2]))
    assert np.isnan(model.probability_alive(*rows)).all()
    assert model.sample_parameters(7, rng).shape == (7, 2)


def test_dropout_is_seldom_seen_where_there_is_none():
    seen_in = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        seen = simulate_nbd((0.8, 20.0), rng.uniform(10, 150, 300), rng)
        seen_in += clv.fit_mbg_nbd(seen.frequency, seen.recency, seen.age).dropout_visible
    assert seen_in <= 4


@pytest.mark.parametrize("shift", [0, 1])
def test_gradient_is_that_of_the_likelihood(shift):
    objective = dropout_objective(packed_history(*SMALL), shift)
    theta = np.log([0.7, 8.0, 0.6, 2.1])
    steps = 1e-6 * np.eye(4)
    slopes = [(objective(theta + step)[0] - objective(theta - step)[0]) / 2e-6 for step in steps]
    assert objective(theta)[1] == pytest.approx(slopes, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("process", "row", "truth"),
    [  # 50-digit arithmetic of the printed formula (mpmath)
        (Process(0.2426, 4.41, 0.793, 2.426, 0), (30, 500, 39), 277.831286081),
        (Process(0.52, 6.2, 0.89, 1.61, 1), (365, 5000, 3650), 478.336309579),
        (Process(1, 50, 1, 2, 1), (365, 5, 39), 11.1468784948),
        (Process(1, 50, 0.3, 0.7, 0), (30, 0, 39), 0.308947127517),
        (Process(2, 20, 200, 1000, 1), (365, 5, 39), 6.01007223872),
    ],
)
def test_hypergeometric_term_stands_up_to_exact_arithmetic(process, row, truth):
    horizon, x, age = (np.array([float(value)]) for value in row)
    assert process.purchases_if_alive(horizon, x, age) == pytest.approx([truth], rel=1e-5)


@FEW
@given(
    a=st.floats(0.05, 20),
    b=st.floats(0.05, 20),
    x=st.integers(0, 3_000),
    age=st.floats(1, 3_000),
    share=st.floats(0.01, 1),
    shift=st.sampled_from([0, 1]),
)
def test_expectations_stay_in_their_limits(a, b, x, age, share, shift):
    process = Process(0.5, 10.0, a, b, shift)
    count, total = np.array([float(x)]), np.array([age])
    last = total * share if x else np.zeros(1)
    alive = process.probability_alive(count, last, total)
    near, far = (process.purchases_if_alive(np.array([t]), count, total) for t in (10.0, 100.0))
    assert 0 <= alive[0] <= 1
    assert 0 < near[0] <= far[0] * (1 + 1e-9)
    assert near[0] <= (0.5 + x) * 10 / (10 + age) * (1 + 1e-9)


@pytest.mark.parametrize("fit", FITS)
def test_row_order_does_not_matter(fit, fitted):
    seen = fitted[1]
    rows = [seen.frequency[:500], seen.recency[:500], seen.age[:500]]
    order = np.random.default_rng(0).permutation(500)
    assert fit(*(column[order] for column in rows)).parameters == pytest.approx(fit(*rows).parameters)


def test_single_numbers_and_arrays_agree(fitted):
    model = fitted[0]
    single = model.expected_purchases(30, 2, 30.0, 40.0)
    assert single.shape == ()
    assert model.expected_purchases(30, [2, 2], [30, 30], [40, 40]) == pytest.approx([float(single)] * 2)


def test_nothing_is_expected_within_no_time(fitted):
    assert fitted[0].expected_purchases(0, *SMALL).tolist() == [0.0] * 6


def test_predictions_of_nobody_are_empty(fitted):
    model, _ = fitted
    assert model.expected_purchases(10, [], [], []).shape == (0,)
    assert model.probability_alive([], [], []).shape == (0,)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "rows",
    [
        ([3], [5], [10]),
        ([0], [0], [10]),
        ([5] * 50, [50] * 50, [100] * 50),
        ([5] * 50, [100] * 50, [100] * 50),
        ([2] * 30, [0] * 30, [10] * 30),
        ([0] * 99 + [1], [0] * 99 + [5], [10] * 100),
        ([5000] * 5 + [1, 0], [3600] * 5 + [100, 0], [3650] * 7),
        ([0, 0, 2, 3], [0, 0, 4, 9], [0, 3, 5, 20]),
        ([0] * 50 + [20] * 50, [0] * 50 + [99] * 50, [100] * 100),
        ([0, 1, 2, 5], [0, 1e-6, 2e-6, 1e-6], [5e-6] * 4),
    ],
    ids="one one-timer equal active at-once rare huge newborn polar tiny".split(),
)
def test_odd_histories_give_finite_models(fit, rows):
    model = fit(*rows)
    draws = model.sample_parameters(20, np.random.default_rng(0))
    assert np.isfinite(model.parameters).all()
    assert np.isfinite(model.expected_purchases(rows[2][0] + 1, *rows)).all()
    assert all(
        np.isfinite(model.with_parameters(drawn).expected_purchases(1, *rows)).all() for drawn in draws
    )


@pytest.mark.parametrize("fit", FITS)
def test_nobody_came_back_gives_half_a_purchase_in_all_the_time_seen(fit):
    model = fit([0] * 4, [0] * 4, [10, 20, 30, 40])
    assert (model.r, model.alpha, model.dropout_visible, model.converged) == (0.5, 100.0, False, False)
    assert model.expected_purchases(10, 0, 0, 40) == pytest.approx(0.5 * 10 / 140)


def test_polar_customers_have_left_or_will_stay():
    rows = ([0] * 500 + [20] * 500, [0] * 500 + [99] * 500, [100] * 1000)
    alive = clv.fit_mbg_nbd(*rows).probability_alive(*rows)
    assert alive[[0, -1]] == pytest.approx([0, 1], abs=0.01)


BAD_ROWS = [
    (([np.nan], [0], [1]), "frequency"),
    (([-1], [0], [1]), "frequency"),
    (([1.5], [0.5], [1]), "frequency"),
    (([1, 2], [0.5], [1]), "recency"),
    (([1], [np.nan], [1]), "recency"),
    (([1], [-0.5], [1]), "recency"),
    (([1], [2], [1]), "recency"),
    (([0], [1], [2]), "recency"),
    (([1], [0.5], [np.inf]), "age"),
    (([1, 2], [0.5, 0.5], [1]), "age"),
    (([1], [0.5], [None]), "age"),
    (([[1]], [[0.5]], [[1]]), "frequency"),
    ((["x"], [0.5], [1]), "frequency"),
]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("rows", "name"),
    [*BAD_ROWS, (([], [], []), "frequency"), (([1], [0], [0]), "age"), (([0], [0], [0]), "age")],
)
def test_fit_refuses_bad_input_by_name(fit, rows, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        fit(*rows)


@pytest.mark.parametrize(("rows", "name"), BAD_ROWS)
def test_predictions_refuse_bad_input_by_name(fitted, rows, name):
    model, _ = fitted
    for predict in (
        lambda: model.expected_purchases(10, *rows),
        lambda: model.probability_alive(*rows),
    ):
        with pytest.raises(ValueError, match=f"^{name}: "):
            predict()


@pytest.mark.parametrize("horizon", [-1, np.nan, [1, 2, 3]])
def test_expected_purchases_refuses_a_bad_horizon(fitted, horizon):
    with pytest.raises(ValueError, match=r"^horizon: "):
        fitted[0].expected_purchases(horizon, [1, 2], [3, 4], [5, 6])
