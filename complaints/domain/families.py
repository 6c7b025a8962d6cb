"""Cases that were merged: one matter with the case that goes on."""

from __future__ import annotations

from complaints.models import Complaint


def taken_in(case: Complaint) -> list[Complaint]:
    """Return the cases that were merged into this one, and those that had been merged into them."""
    found: dict[int, Complaint] = {}
    heads = [case.pk]
    while heads:
        rows = Complaint.objects.filter(merged_into__in=heads).exclude(pk__in=[case.pk, *found])
        heads = [one.pk for one in rows]
        found |= {one.pk: one for one in rows}
    return sorted(found.values(), key=lambda one: one.pk)


def family_of(case: Complaint) -> list[Complaint]:
    """Return the case and those that it has taken in."""
    return [case, *taken_in(case)]
