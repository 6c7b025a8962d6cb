"""From what root the complaints of a type come, how they end, and how often their complainants come again."""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy import stats

from complaints.chance import LEAST_VARIANCE, share_of
from complaints.choices.cases import Decision
from complaints.domain.portraits.frames import Frames

MOST_CAUSES = 10
#: A complainant comes again when the next complaint comes within so many days of the first.
AGAIN_DAYS = 90


def content_of(frames: Frames, cases: pd.DataFrame) -> dict[str, Any]:
    """Return roots, endings and returns of these complaints; what nobody knows is null, never 0."""
    return {**_roots(frames, cases), **_endings(frames, cases), **_returns(frames, cases)}


def _share(k: int, n: int) -> dict[str, Any] | None:
    found = share_of(int(k), int(n))
    if found is None:
        return None
    return {"k": found.k, "n": found.n, "value": found.value, "low": found.low, "high": found.high}


def _counted(values: pd.Series, most: int = MOST_CAUSES) -> list[list[Any]]:
    """Return [value, number] of what is known, the most frequent first, ties by name."""
    counts = values[values != ""].value_counts()
    pairs = sorted(((str(key), int(n)) for key, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    return [list(pair) for pair in pairs[:most]]


def _roots(frames: Frames, cases: pd.DataFrame) -> dict[str, Any]:
    """Causes, bones and gaps, each counted once a complaint; the gap of an investigation comes first."""
    causes = frames.causes[frames.causes["case"].isin(cases["case"])]
    branches = causes[["case", "branch"]].drop_duplicates()
    found = cases.loc[cases["gap"].fillna("") != "", ["case", "gap"]]
    linked = causes.loc[~causes["case"].isin(found["case"]), ["case", "gap"]]
    gaps = pd.concat([found, linked]).drop_duplicates()
    known = set(causes["case"]) | set(found["case"])
    return {
        "rooted": _share(len(known), len(cases)),
        "causes": _counted(causes["code"]),
        "branches": _counted(branches["branch"]),
        "gaps": _counted(gaps["gap"]),
    }


def _endings(frames: Frames, cases: pd.DataFrame) -> dict[str, Any]:
    decided = cases[cases["decision"] != ""]
    upheld = decided["decision"].isin([Decision.UPHELD, Decision.PARTLY]).sum()
    redress = frames.redress[frames.redress["case"].isin(cases["case"])]
    scores = frames.scores.loc[frames.scores["case"].isin(cases["case"]), "score"]
    return {
        "decisions": _counted(decided["decision"]),
        "upheld": _share(upheld, len(decided)),
        "compensated": _share(redress["case"].nunique(), len(cases)),
        "compensation": str(sum(redress["value"], start=0)) if len(redress) else None,
        "reopened": _share((cases["cycle"] > 1).sum(), len(cases)),
        "satisfaction": mean_of([float(score) for score in scores]),
    }


def mean_of(values: list[float]) -> dict[str, Any] | None:
    """Return mean and Student's 95% interval of scores from 1 to 5; the interval is null for one answer."""
    n = len(values)
    if n == 0:
        return None
    mean = sum(values) / n
    if n == 1:
        return {"n": n, "value": mean, "low": None, "high": None}
    variance = max(sum((value - mean) ** 2 for value in values) / (n - 1), LEAST_VARIANCE)
    half = float(stats.t.ppf(0.975, n - 1)) * (variance / n) ** 0.5
    return {"n": n, "value": mean, "low": max(mean - half, 1.0), "high": min(mean + half, 5.0)}


def _returns(frames: Frames, cases: pd.DataFrame) -> dict[str, Any]:
    """How many complainants complained again, of those whose days after the first complaint are over."""
    wait = pd.Timedelta(days=AGAIN_DAYS)
    first = cases[cases["customer"].notna()].groupby("customer")["at"].min()
    first = first[first + wait <= frames.year.ends]
    again = {
        name: _who_came(first, rows, wait) for name, rows in (("again", frames.cases), ("again_same", cases))
    }
    return {name: _share(k, len(first)) for name, k in again.items()}


def _who_came(first: pd.Series, rows: pd.DataFrame, wait: pd.Timedelta) -> int:
    known = rows.loc[rows["customer"].isin(first.index), ["customer", "at"]]
    after = known["at"] - known["customer"].map(first)
    return int(known.loc[(after > pd.Timedelta(0)) & (after <= wait), "customer"].nunique())
