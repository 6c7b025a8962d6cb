from datetime import date

from analytics.periods import Window, day_number, day_of, month_ends, months_before, windows


def test_months_before_keeps_to_the_last_day_of_a_shorter_month():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    assert months_before(date(2026, 1, 31), -1) == date(2026, 2, 28)


def test_windows_of_months_follow_one_another_without_gap():
    now, before, earlier = windows("3m", date(2026, 6, 30))

    assert now == Window(date(2026, 3, 30), date(2026, 6, 30))
    assert before.until == now.after
    assert earlier.until == before.after
    assert now.first == date(2026, 3, 31)


def test_windows_of_the_year_compare_the_same_days():
    now, before, earlier = windows("ytd", date(2024, 2, 29))

    assert now == Window(date(2023, 12, 31), date(2024, 2, 29))
    assert before == Window(date(2022, 12, 31), date(2023, 2, 28))
    assert earlier == Window(date(2021, 12, 31), date(2022, 2, 28))


def test_month_ends_are_the_months_before():
    assert month_ends(date(2026, 3, 10), 3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]


def test_day_numbers_come_back():
    assert day_of(day_number(date(2026, 11, 23))) == date(2026, 11, 23)
