"""RFM scores and segments."""

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.maths import rfm
from analytics.maths.segment_maps import ELEVEN, TEN

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NAMES = {"new": "new_customers", "cant_lose": "cannot_lose", "cannot_lose_them": "cannot_lose"}
CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(-50, 50)), min_size=1, max_size=40
)
FEW = settings(max_examples=40, deadline=None, derandomize=True)


def rows_of(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is missing: the shipped map cannot be compared with it")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key_of(label):
    key = label.lower().replace(" ", "_")
    return NAMES.get(key, key)


def test_ten_segment_map_is_the_shared_grid():
    shared = rows_of("rfm_segment_map_10.csv")
    assert dict(TEN) == {row["r_score"] + row["f_score"]: key_of(row["segment"]) for row in shared}


def test_eleven_segment_map_is_the_shared_list():
    shared = rows_of("rfm_segment_map_11.csv")
    assert dict(ELEVEN) == {row["score"]: key_of(row["segment"]) for row in shared}


def test_cdnow_frequency_scores_have_the_known_sizes():
    path = DATA / "cdnow_sample.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is missing: the known sizes cannot be checked")
    days = pd.read_csv(path, parse_dates=["date"])
    days = days[days.date <= "1997-09-30"].drop_duplicates(["sample_id", "date"])
    frequency = days.groupby("sample_id").size().to_numpy()
    _, scores, _ = rfm.score(frequency, frequency, frequency)
    assert np.bincount(scores, minlength=6)[1:].tolist() == [1411, 0, 439, 214, 293]


def test_score_is_highest_for_recent_frequent_and_large():
    r, f, m = rfm.score([50, 40, 30, 20, 10], [1, 2, 3, 4, 5], [-10, 0, 10, 20, 30])
    assert r.tolist() == f.tolist() == m.tolist() == [1, 2, 3, 4, 5]


def test_score_is_integer():
    assert {scores.dtype.kind for scores in rfm.score([1.5], [1], [1])} == {"i"}


def test_equal_values_all_get_the_lowest_score():
    assert [scores.tolist() for scores in rfm.score([3] * 4, [2] * 4, [9] * 4)] == [[1] * 4] * 3


def test_score_of_nobody_is_empty():
    assert [scores.tolist() for scores in rfm.score([], [], [])] == [[], [], []]


def test_score_of_one_customer_is_one():
    assert [scores.tolist() for scores in rfm.score([3], [2], [9])] == [[1]] * 3


def test_score_takes_other_bins():
    assert rfm.score(range(10), range(10), range(10), bins=3)[1].tolist() == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]


@FEW
@given(customers=CUSTOMERS, bins=st.integers(2, 9))
def test_score_is_the_rank_formula(customers, bins):
    columns = np.array(customers).T
    scores = rfm.score(*columns, bins=bins)
    for column, found, sign in zip(columns, scores, (-1, 1, 1), strict=True):
        good = sign * column
        expected = [1 + bins * int((good < value).sum()) // len(good) for value in good]
        assert found.tolist() == expected


@FEW
@given(customers=CUSTOMERS, seed=st.integers(0, 99))
def test_row_order_does_not_change_a_score(customers, seed):
    columns = np.array(customers).T
    order = np.random.default_rng(seed).permutation(len(customers))
    shuffled = rfm.score(*columns[:, order])
    assert [s.tolist() for s in shuffled] == [s[order].tolist() for s in rfm.score(*columns)]


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (([np.nan], [1], [1]), "recency"),
        (([-1], [1], [1]), "recency"),
        (([1], [-1], [1]), "frequency"),
        (([1, 2], [1], [1, 2]), "frequency"),
        (([1], [1], [np.inf]), "monetary"),
        (([1], [1], [1, 2]), "monetary"),
        (([1], [1], ["x"]), "monetary"),
        ((1, [1], [1]), "recency"),
    ],
)
def test_score_refuses_bad_input_by_name(columns, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        rfm.score(*columns)


def test_score_refuses_a_single_bin():
    with pytest.raises(ValueError, match=r"^bins: "):
        rfm.score([1], [1], [1], bins=1)


def test_segment_by_two_scores_leaves_monetary_aside():
    keys = rfm.segment([5, 5, 1], [5, 5, 5], [1, 5, 3], segment_map=TEN)
    assert keys.tolist() == ["champions", "champions", "cannot_lose"]


def test_segment_by_three_scores_uses_monetary():
    keys = rfm.segment([5, 5, 1], [5, 5, 1], [5, 1, 1], segment_map=ELEVEN)
    assert keys.tolist() == ["champions", "potential_loyalist", "lost"]


def test_segment_reads_int_and_tuple_cells_alike():
    columns = ([5, 1], [4, 3], [2, 2])
    by_text = rfm.segment(*columns, segment_map=TEN).tolist()
    by_int = rfm.segment(*columns, segment_map={int(cell): key for cell, key in TEN.items()})
    by_tuple = rfm.segment(*columns, segment_map={tuple(map(int, cell)): key for cell, key in TEN.items()})
    assert by_int.tolist() == by_tuple.tolist() == by_text


def test_segment_of_nobody_is_empty():
    assert rfm.segment([], [], [], segment_map=TEN).shape == (0,)


def test_every_cell_of_the_shipped_maps_is_found():
    cells = np.array(list(product(range(1, 6), repeat=3))).T
    assert rfm.segment(*cells, segment_map=ELEVEN).tolist() == [
        ELEVEN["".join(map(str, cell))] for cell in cells.T
    ]


def test_segment_names_the_missing_cell():
    short = {cell: key for cell, key in TEN.items() if cell != "31"}
    with pytest.raises(ValueError, match=r"^segment_map: no segment for cell \(3, 1\)"):
        rfm.segment([5, 3], [5, 1], [1, 1], segment_map=short)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (([6], [1], [1]), "r"),
        (([0], [1], [1]), "r"),
        (([1], [1.5], [1]), "f"),
        (([1], [1], [np.nan]), "m"),
        (([1], [1], [7]), "m"),
        (([1], [1, 1], [1]), "f"),
        (([1], [1], [1, 1]), "m"),
    ],
)
def test_segment_refuses_bad_scores_by_name(columns, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        rfm.segment(*columns, segment_map=TEN)


@pytest.mark.parametrize(
    "broken",
    [{}, {"5": "a"}, {"55": "a", "555": "b"}, {"ab": "c"}, {"50": "a"}, {"55": ""}, {"55": None}],
)
def test_segment_refuses_what_is_no_map(broken):
    with pytest.raises(ValueError, match=r"^segment_map: "):
        rfm.segment([5], [5], [5], segment_map=broken)


@pytest.mark.parametrize("shipped", [TEN, ELEVEN])
def test_shipped_maps_are_sound(shipped):
    assert rfm.segment_map_problems(shipped) == []
    rfm.validate_segment_map(shipped)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda cells: cells.pop("31"), "no segment for 3-1"),
        (lambda cells: cells.update({"61": "lost"}), "cells outside the grid: 6-1"),
        (lambda cells: cells.update({31: "lost"}), "1 cells are named more than once"),
    ],
)
def test_problems_of_a_map_are_named(change, problem):
    cells = dict(TEN)
    change(cells)
    assert rfm.segment_map_problems(cells) == [problem]
    with pytest.raises(ValueError, match=f"^segment_map: {problem}$"):
        rfm.validate_segment_map(cells)


def test_map_of_other_bins_is_measured_by_them():
    three = {(r, f): "one" for r in range(1, 4) for f in range(1, 4)}
    assert rfm.segment_map_problems(three, bins=3) == []
    assert rfm.segment_map_problems(three)[0].startswith("no segment for 1-4, 1-5, ")
