"""Purchase histories as sufficient statistics, packed to the distinct rows that a likelihood needs.

A million customers with days as resolution have some 15,000 (12-week cohort) to 400,000 (3 years)
distinct rows (frequency, recency, age), and far fewer distinct values in each column. Logarithms and
gamma functions are taken over the distinct values, sums over the distinct rows.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import Floats, Ints, same_length, scalar_or_vector, vector


@dataclass(frozen=True)
class History:
    """Distinct rows: indices into the distinct frequencies, recencies and ages, and how many share each."""

    frequencies: Floats
    recencies: Floats
    ages: Floats
    frequency_of: Ints
    recency_of: Ints
    age_of: Ints
    weight: Floats

    @cached_property
    def n(self) -> int:
        """Number of customers."""
        return int(self.weight.sum())

    @cached_property
    def mean_age(self) -> float:
        """Mean age of the customers, in the unit of time given."""
        return float(self.weight @ self.ages[self.age_of]) / self.n

    @cached_property
    def frequency_weight(self) -> Floats:
        """Number of customers with each distinct frequency."""
        return np.bincount(self.frequency_of, self.weight, minlength=self.frequencies.size).astype(np.float64)

    @cached_property
    def purchases(self) -> float:
        """Number of repeat purchases of all customers."""
        return float(self.frequency_weight @ self.frequencies)

    def thinned(self, size: int) -> "History":
        """A systematic sample of `size` customers, taken evenly along the sorted rows (no randomness)."""
        if self.n <= size:
            return self
        ends = np.cumsum(self.weight)
        picks = np.searchsorted(ends, (np.arange(size) + 0.5) * (self.n / size), side="right")
        rows, weight = np.unique(picks, return_counts=True)
        return History(
            self.frequencies,
            self.recencies,
            self.ages,
            self.frequency_of[rows],
            self.recency_of[rows],
            self.age_of[rows],
            weight.astype(np.float64),
        )


def checked_history(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """The three columns as arrays (single numbers stay so), or ValueError naming the argument.

    Refused: missing, infinite, negative or mismatched values, a fractional frequency, a recency above
    the age, a recency above 0 without a repeat purchase. A repeat purchase at recency 0 is kept
    (days cut off to whole numbers make them).
    """
    x = scalar_or_vector("frequency", frequency, whole=True)
    last = scalar_or_vector("recency", recency)
    total = scalar_or_vector("age", age)
    same_length(frequency=x, recency=last, age=total)
    if (last > total).any():
        raise ValueError("recency: the last purchase cannot be later than the age")
    if ((x == 0) & (last > 0)).any():
        raise ValueError("recency: must be 0 where frequency is 0")
    return x, last, total


def packed_history(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> History:
    """The distinct rows of the customers, for fitting. Refuses what `checked_history` refuses, and more:
    single numbers, no customer, and a customer of age 0 with repeat purchases."""
    for name, column in (("frequency", frequency), ("recency", recency), ("age", age)):
        vector(name, column)
    x, last, total = checked_history(frequency, recency, age)
    if not x.size:
        raise ValueError("frequency: at least one customer is needed")
    if ((x > 0) & (total == 0)).any():
        raise ValueError("age: must be above 0 where frequency is above 0")
    if not total.any():
        raise ValueError("age: every customer is of age 0, there is no history to fit")
    return _packed(x, last, total)


def _packed(x: Floats, last: Floats, total: Floats) -> History:
    frequencies, frequency_of = np.unique(x, return_inverse=True)
    recencies, recency_of = np.unique(last, return_inverse=True)
    ages, age_of = np.unique(total, return_inverse=True)
    key = (frequency_of * recencies.size + recency_of) * ages.size + age_of
    rows, weight = np.unique(key, return_counts=True)
    rest, age_of = np.divmod(rows, ages.size)
    frequency_of, recency_of = np.divmod(rest, recencies.size)
    return History(frequencies, recencies, ages, frequency_of, recency_of, age_of, weight.astype(np.float64))


def distinct_rows(*columns: Floats) -> tuple[Ints, Ints]:
    """Index of one row of each distinct kind, and for every row the number of its kind."""
    key = np.zeros(columns[0].shape, dtype=np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        key = key * values.size + codes
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    return first, kind


@dataclass(frozen=True, eq=False)
class Rows:
    """Checked columns of shape (n,), and which rows share frequency and age (see `distinct_rows`):
    the costly part of an expectation depends on these two only."""

    x: Floats
    recency: Floats
    age: Floats
    first: Ints
    kind: Ints

    @classmethod
    def of(cls, x: Floats, recency: Floats, age: Floats) -> "Rows":
        """The rows of columns that were checked before."""
        return cls(x, recency, age, *distinct_rows(x, age))
