"""What may be given: the ceiling of each grade, what is promised for a case, and one against the other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from complaints.choices.cases import Grade
from complaints.domain.families import family_of
from complaints.models import Compensation, CompensationCeiling, CompensationMove, Complaint

#: What holds until administrators say otherwise: grade → (without approval, at most).
BUILT_IN: dict[str, tuple[Decimal, Decimal]] = {
    Grade.SEVERE: (Decimal(5_000), Decimal(20_000)),
    Grade.GENERAL: (Decimal(1_000), Decimal(5_000)),
    Grade.MINOR: (Decimal(200), Decimal(1_000)),
}


def ceiling_for(case: Complaint) -> CompensationCeiling:
    """Return what the grade of the case allows; a service request counts as minor."""
    grade = case.grade or Grade.MINOR
    free, most = BUILT_IN[grade]
    found: CompensationCeiling | None = CompensationCeiling.objects.filter(grade=grade).first()
    return found or CompensationCeiling(grade=grade, free=free, most=most)


def seed_ceilings() -> None:
    """Make the ceiling of each grade exist."""
    for grade, (free, most) in BUILT_IN.items():
        CompensationCeiling.objects.get_or_create(grade=grade, defaults={"free": free, "most": most})


def committed_to(case: Complaint, *, up_to: Compensation | None = None) -> Decimal:
    """Return what is promised or given for the case in the base currency, summed over the ledger.

    What was given for the cases that it has taken in is given for the same matter. With `up_to` what was
    proposed later does not count: it was weighed against this one itself.
    """
    rows = CompensationMove.objects.filter(compensation__complaint__in=family_of(case))
    if up_to is not None:
        rows = rows.filter(compensation__lte=up_to.pk)
    total: Decimal = rows.committed()
    return total


@dataclass(frozen=True)
class Check:
    """What the ceiling of today says of a compensation: `total` is promised for the case with it."""

    free: Decimal
    most: Decimal
    total: Decimal

    def needs_second(self, row: Compensation) -> bool:
        """Tell whether a second person has to agree, who has not yet."""
        if not row.value:
            return False  # What costs nothing, such as a call, needs nobody's approval.
        if self.total > self.most:
            agreed = row.is_exception and row.case_total is not None and self.total <= row.case_total
            return not agreed
        return self.total > self.free and row.approved_by_id is None

    def values(self, row: Compensation) -> dict[str, Any]:
        """Return what is kept of it with the row."""
        return {
            "ceiling_free": self.free,
            "ceiling_most": self.most,
            "case_total": max(self.total, row.value),
            "needs_approval": bool(row.value) and self.total > self.free,
        }


def check_of(row: Compensation, case: Complaint) -> Check:
    """Weigh a stored compensation against the ceiling of today.

    `case` is the one that goes on for that of the compensation; the caller holds it locked.
    """
    ceiling = ceiling_for(case)
    return Check(ceiling.free, ceiling.most, committed_to(case, up_to=row))
