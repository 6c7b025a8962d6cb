"""Exact tests, intervals and many looks: against hand counts, published values and enumeration."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from complaints.chance import discoveries, share_of
from complaints.permutation import MOST_EXACT, fall_of, permutation_p


@pytest.mark.parametrize(
    ("before", "after", "chance"),
    [
        # 1 of the 20 ways to pick three of six has the sum 3 or less.
        ([5, 5, 5], [1, 1, 1], 1 / 20),
        # Nobody answered otherwise: every way gives the same sum.
        ([4, 4, 4], [4, 4], 1.0),
        ([1, 1, 1], [5, 5, 5], 1.0),
        # 3 of 10 pairs of {1, 2, 3, 4, 5} sum to 4 or less: no, only 1+2 and 1+3.
        ([2, 4, 5], [1, 3], 2 / 10),
        ([3.5, 4.5], [3.0], 1 / 3),
    ],
)
def test_the_permutation_test_counts_the_ways(before: list[float], after: list[float], chance: float) -> None:
    assert permutation_p(before, after) == pytest.approx(chance, abs=1e-12)


def test_the_permutation_test_agrees_with_enumeration() -> None:
    rng = np.random.default_rng(7)
    for _turn in range(20):
        pooled = rng.integers(1, 6, size=10).tolist()
        before, after = pooled[:6], pooled[6:]
        sums = [sum(pick) for pick in combinations(pooled, 4)]
        expected = sum(one <= sum(after) for one in sums) / len(sums)
        assert permutation_p(before, after) == pytest.approx(expected, abs=1e-12)


def test_above_the_limit_the_normal_limit_is_close_to_the_exact_test() -> None:
    rng = np.random.default_rng(11)
    before = rng.choice([3, 4, 5], size=900).tolist()
    after = rng.choice([3, 4, 5], size=MOST_EXACT, p=[0.4, 0.33, 0.27]).tolist()
    exact = permutation_p(before, after)
    larger = permutation_p(before, [*after, 4])
    assert exact == pytest.approx(larger, rel=0.25)


def test_the_interval_is_welchs() -> None:
    before, after = [1, 5, 3, 2, 5, 4, 1, 3], [2, 1, 4, 1, 5]
    found = fall_of(before, after)
    reference = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))


def test_equal_answers_do_not_make_an_interval_of_no_width() -> None:
    found = fall_of([5] * 10, [5] * 5)
    assert found.low < 0 < found.high


def test_a_window_without_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="both windows"):
        fall_of([], [1.0])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(k: int, n: int, low: float, high: float) -> None:
    found = share_of(k, n)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nobody_counted_is_no_share() -> None:
    assert share_of(0, 0) is None


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    # Benjamini & Hochberg 1995, section 3.2: 15 comparisons, four stand at 0.05.
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert discoveries(dict(enumerate(chances)), 0.05) == {0, 1, 2, 3}


def test_nothing_looked_at_is_nothing_found() -> None:
    assert discoveries({}, 0.05) == set()
