from core.sparkline import Sparkline, lay_out


def test_the_line_spans_the_box() -> None:
    line = lay_out([1, 3, 2])

    assert line.runs == (((2.0, 36.0), (51.0, 4.0), (100.0, 20.0)),)
    assert line.last == (100.0, 20.0)


def test_the_target_belongs_to_the_scale() -> None:
    line = lay_out([0, 5], target=10)

    assert line.target == 4.0
    assert line.runs == (((2.0, 36.0), (100.0, 20.0)),)


def test_a_missing_value_breaks_the_line_and_keeps_its_place() -> None:
    line = lay_out([0, None, 10, None])

    assert line.runs == (((2.0, 36.0),), ((67.3, 4.0),))
    assert line.last == (67.3, 4.0)


def test_equal_values_lie_in_the_middle() -> None:
    assert lay_out([7, 7]).runs == (((2.0, 20.0), (100.0, 20.0)),)


def test_nothing_to_draw() -> None:
    assert lay_out([]) == Sparkline((), None, None)
    assert lay_out([None, None]) == Sparkline((), None, None)


def test_one_value_is_a_point() -> None:
    assert lay_out([4]).last == (2.0, 20.0)
