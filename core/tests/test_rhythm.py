from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rhythm import HEIGHT, LEFT, MOST_MISSES, RIGHT, Gap, Strip, lay_out, silence_level

END = date(2026, 11, 22)
START = END - timedelta(days=596)  # one unit of the drawing is one day


def day(days_ago: int) -> date:
    return END - timedelta(days=days_ago)


def test_a_tick_stands_at_its_day_and_reaches_by_its_amount() -> None:
    strip = lay_out([(day(596), 50.0), (day(0), 100.0)], start=START, end=END, last_day=END, usual_gap=None)

    assert [(tick.x, tick.top) for tick in strip.ticks] == [(2.0, 14.0), (598.0, 4.0)]


def test_orders_of_one_day_are_one_tick() -> None:
    strip = lay_out(
        [(day(10), 30.0), (day(10), 70.0), (day(20), 100.0)],
        start=START,
        end=END,
        last_day=day(10),
        usual_gap=10,
    )

    assert [tick.top for tick in strip.ticks] == [4.0, 4.0]
    assert strip.orders == 2


def test_orders_outside_the_window_are_left_out() -> None:
    strip = lay_out([(day(700), 1.0), (day(-1), 1.0)], start=START, end=END, last_day=None, usual_gap=None)

    assert strip == Strip((), (), None, 0, None, 0)


def test_a_refund_keeps_the_lowest_height() -> None:
    strip = lay_out([(day(5), -40.0), (day(9), 10.0)], start=START, end=END, last_day=day(5), usual_gap=4)

    assert [tick.top for tick in strip.ticks] == [4.0, 24.0]


@pytest.mark.parametrize(
    ("silent", "level"), [(61, "ok"), (62, "mid"), (122, "mid"), (123, "high"), (160, "high"), (0, "ok")]
)
def test_silence_is_judged_against_the_usual_gap(silent: int, level: str) -> None:
    assert silence_level(silent, 41) == level


def test_without_a_usual_gap_no_silence_is_out_of_habit() -> None:
    assert silence_level(900, None) == "ok"


def test_a_usual_gap_below_a_day_counts_as_a_day() -> None:
    assert silence_level(1, 0.1) == "ok"


def test_each_expected_order_that_did_not_come_is_a_miss() -> None:
    strip = lay_out([(day(160), 1.0)], start=START, end=END, last_day=day(160), usual_gap=41)

    assert strip.misses == (479.0, 520.0, 561.0)
    assert strip.missed == 3
    assert strip.gap == Gap(438.0, 160.0, "high")


def test_a_silence_within_habit_draws_no_miss() -> None:
    strip = lay_out([(day(45), 1.0)], start=START, end=END, last_day=day(45), usual_gap=41)

    assert strip.misses == ()
    assert strip.missed == 0
    assert strip.gap == Gap(553.0, 45.0, "ok")


def test_a_silence_longer_than_the_window_fills_it() -> None:
    strip = lay_out([], start=START, end=END, last_day=day(1000), usual_gap=300)

    assert strip.gap == Gap(LEFT, RIGHT - LEFT, "high")
    assert strip.misses == (198.0, 498.0)
    assert strip.missed == 3


def test_too_many_misses_are_not_drawn_but_counted() -> None:
    strip = lay_out([], start=START, end=END, last_day=day(590), usual_gap=1)

    assert len(strip.misses) == MOST_MISSES
    assert strip.missed == 590


def test_a_customer_without_orders_is_a_bare_line() -> None:
    assert lay_out([], start=START, end=END, last_day=None, usual_gap=None).gap is None


def test_a_last_day_in_the_future_is_no_silence() -> None:
    assert lay_out([], start=START, end=END, last_day=day(-3), usual_gap=10).silent_days is None


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="end must be after start"):
        lay_out([], start=END, end=END, last_day=None, usual_gap=None)


@given(
    orders=st.lists(st.tuples(st.integers(0, 900), st.floats(-1e6, 1e9)), max_size=40),
    silent=st.integers(0, 2000),
    usual_gap=st.none() | st.floats(0, 500),
)
def test_everything_stays_in_the_box(
    orders: list[tuple[int, float]], silent: int, usual_gap: float | None
) -> None:
    strip = lay_out(
        [(day(ago), amount) for ago, amount in orders],
        start=START,
        end=END,
        last_day=day(silent),
        usual_gap=usual_gap,
    )

    assert all(LEFT <= tick.x <= RIGHT and 0 < tick.top < HEIGHT for tick in strip.ticks)
    assert all(LEFT <= x <= RIGHT for x in strip.misses)
    assert strip.gap is not None
    assert LEFT <= strip.gap.x <= strip.gap.x + strip.gap.width <= RIGHT + 0.1
