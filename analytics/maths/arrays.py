"""Checked arrays: the one place where input is refused, always naming the argument."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.str_]


def vector(name: str, value: npt.ArrayLike, *, negative: bool = False, whole: bool = False) -> Floats:
    """`value` as a one-dimensional array of finite floats; ValueError naming `name` otherwise."""
    array = scalar_or_vector(name, value, negative=negative, whole=whole)
    if array.ndim != 1:
        raise ValueError(f"{name}: a one-dimensional array is needed, not a single number")
    return array


def scalar_or_vector(
    name: str, value: npt.ArrayLike, *, negative: bool = False, whole: bool = False
) -> Floats:
    """Like `vector`, but a single number is allowed and stays one (an array of shape ())."""
    array = _as_floats(name, value)
    if array.ndim > 1:
        raise ValueError(f"{name}: a one-dimensional array is needed, not {array.ndim} dimensions")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: missing or infinite values are not allowed")
    if not negative and (array < 0).any():
        raise ValueError(f"{name}: negative values are not allowed")
    if whole and (array != np.floor(array)).any():
        raise ValueError(f"{name}: whole numbers are needed")
    return array


def _as_floats(name: str, value: npt.ArrayLike) -> Floats:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: numbers are needed ({error})") from None


def same_length(**columns: npt.NDArray[Any]) -> None:
    """Refuses columns whose lengths differ from the first; single numbers fit any length."""
    sized = {name: column.shape[0] for name, column in columns.items() if column.ndim}
    if not sized:
        return
    first, *_ = sized
    for name, length in sized.items():
        if length != sized[first]:
            raise ValueError(f"{name}: {length} values, but {first} has {sized[first]}")


def fraction(name: str, value: float) -> float:
    """`value` when it lies strictly between 0 and 1; ValueError naming `name` otherwise."""
    if not 0 < value < 1:
        raise ValueError(f"{name}: must lie between 0 and 1, not {value}")
    return float(value)


def above_zero(name: str, value: float) -> float:
    """`value` when it is finite and above 0; ValueError naming `name` otherwise."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name}: must be above 0, not {value}")
    return float(value)


def whole_number(name: str, value: int, *, least: int) -> int:
    """`value` as int when it is whole and at least `least`; ValueError naming `name` otherwise."""
    if isinstance(value, bool) or value != int(value) or value < least:
        raise ValueError(f"{name}: a whole number of at least {least} is needed, not {value}")
    return int(value)
