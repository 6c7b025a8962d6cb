"""Quantiles from counts in logarithmic buckets."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.complaint_kpis.sums import add_fact, merged
from analytics.maths.sketch import ALPHA, bucket_of, quantile, value_of

seconds = st.lists(st.integers(0, 40_000_000), min_size=1, max_size=60)


def sketch(values):
    found: dict[int, int] = {}
    for value in values:
        found[bucket_of(value)] = found.get(bucket_of(value), 0) + 1
    return found


@given(seconds, st.floats(0.01, 1.0))
def test_a_quantile_is_off_by_at_most_one_percent(values, share):
    exact = sorted(values)[ceil(share * len(values) - 1e-9) - 1]

    assert quantile(sketch(values), share) == pytest.approx(exact, rel=ALPHA * 1.001)


@given(seconds, seconds)
def test_sketches_add_up(first, second):
    sums = [{}, {}, {}]
    for target, values in ((0, first), (1, second), (2, first + second)):
        for value in values:
            add_fact(sums[target], "solved", hit=True, net=value, gross=value * 2, cents=None)

    assert merged(sums[:2]) == merged([sums[2]])


def test_nothing_has_no_median():
    assert quantile({}, 0.5) is None


def test_no_time_at_all_is_zero():
    assert (value_of(bucket_of(0)), quantile({bucket_of(0): 3}, 0.9)) == (0.0, 0.0)


@pytest.mark.parametrize("share", [0, 1.2, -0.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        quantile({1: 1}, share)


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="seconds"):
        bucket_of(-1)
