"""Who should get a case: people weighed by what they can do, whether they are there, and what they have.

Pure: what is known of a case and of the people in, an order with reasons out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

#: Somebody who never had a case waited longest.
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """One person as dispatch sees them."""

    user_id: int
    name: str
    skills: frozenset[str] = frozenset()
    load: int = 0
    cap: int = 1
    is_working: bool = True
    is_away: bool = False
    #: Owns the customer of the case.
    is_owner: bool = False
    #: Handled cases of this category in the last months.
    experience: int = 0
    last_given: datetime | None = None


@dataclass(frozen=True)
class Weighed:
    """A person and why they stand where they stand; `excluded` says why they cannot have the case."""

    candidate: Candidate
    excluded: str = ""
    reasons: tuple[str, ...] = ()

    def as_evidence(self) -> dict[str, Any]:
        """Return what is kept with the case."""
        one = self.candidate
        return {
            "user": one.user_id,
            "name": one.name,
            "load": one.load,
            "cap": one.cap,
            "excluded": self.excluded,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class Wanted:
    """What a case asks of its handler. `owner_first`: severe, or of a customer who is served first."""

    skill: str = ""
    owner_first: bool = False


@dataclass(frozen=True)
class Ranking:
    """Everybody who was weighed, the best first, those who cannot have it last."""

    rows: tuple[Weighed, ...] = field(default_factory=tuple)

    @property
    def best(self) -> Candidate | None:
        """Who should get the case."""
        first = self.rows[0] if self.rows else None
        return first.candidate if first is not None and not first.excluded else None


def ranked(wanted: Wanted, candidates: Iterable[Candidate]) -> Ranking:
    """Weigh everybody: the owner of the customer where that counts, then the lighter load in relation to
    the cap, experience, and who waited longest. Ties are settled by number, so that the answer is stable.
    """
    weighed = [_weighed(wanted, one) for one in candidates]
    return Ranking(tuple(sorted(weighed, key=lambda row: _place(wanted, row))))


def _weighed(wanted: Wanted, one: Candidate) -> Weighed:
    excluded = _excluded(wanted, one)
    reasons = [f"load:{one.load}/{one.cap}"]
    if one.is_owner and wanted.owner_first:
        reasons.insert(0, "owner")
    if wanted.skill and not excluded:
        reasons.append(f"skill:{wanted.skill}")
    if one.experience:
        reasons.append(f"experience:{one.experience}")
    return Weighed(one, excluded, tuple(reasons))


def _excluded(wanted: Wanted, one: Candidate) -> str:
    if one.is_away:
        return "away"
    if wanted.skill and wanted.skill not in one.skills:
        return "skill"
    if one.load >= one.cap:
        return "full"
    if not one.is_working:
        return "closed"
    return ""


def _place(wanted: Wanted, row: Weighed) -> tuple[Any, ...]:
    one = row.candidate
    return (
        bool(row.excluded),
        not (wanted.owner_first and one.is_owner),
        one.load / max(one.cap, 1),
        -min(one.experience, 5),
        one.last_given or _NEVER,
        one.user_id,
    )
