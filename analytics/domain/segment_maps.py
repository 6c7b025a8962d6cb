"""Segment maps: shipped as data, edited by administrators, always complete."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.choices import Segment, Uses
from analytics.maths.rfm import segment_map_problems
from analytics.maths.segment_maps import ELEVEN, TEN
from analytics.models import SegmentMap
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict, DomainError
from core.models import User

BINS = 5


def cells_of(uses: str) -> list[str]:
    """Return the cell keys of a map over these scores, best first: "55" … "11", or "555" … "111"."""
    digits = [str(digit) for digit in range(BINS, 0, -1)]
    return ["".join(cell) for cell in product(digits, repeat=2 if uses == Uses.RF else 3)]


def check_cells(uses: str, cells: Mapping[str, str]) -> None:
    """Refuse, cell by cell, a map in which a cell has no segment, an unknown one, or is not on the grid."""
    expected = set(cells_of(uses))
    wrong = {
        cell: _("Choose a segment.") for cell in sorted(expected) if cells.get(cell) not in Segment.values
    }
    wrong |= {cell: _("There is no such cell.") for cell in sorted(set(cells) - expected)}
    if wrong or segment_map_problems(dict(cells), bins=BINS):
        raise DomainError("segment_map_incomplete", _("Every cell needs exactly one segment."), fields=wrong)


@transaction.atomic
def update_segment_map(
    segment_map: SegmentMap, *, name: str, cells: Mapping[str, str], by: User, version: int
) -> SegmentMap:
    """Change name and cells; the next run uses them. Refused when incomplete or changed meanwhile."""
    check_cells(segment_map.uses, cells)
    changes = {
        f"{cell[:1]}·{'·'.join(cell[1:])}": (segment_map.cells.get(cell, ""), key)
        for cell, key in cells.items()
        if segment_map.cells.get(cell) != key
    }
    changed = SegmentMap.objects.filter(pk=segment_map.pk, version=version).update(
        name=name, cells=dict(cells), version=F("version") + 1, updated_at=timezone.now(), updated_by=by
    )
    if not changed:
        raise Conflict(
            "segment_map_changed", _("Somebody else changed this map meanwhile. Look at it again.")
        )
    if name != segment_map.name:
        changes["name"] = (segment_map.name, name)
    record(AuditAction.CHANGED, by=by, subject=segment_map, changes=changes)
    segment_map.refresh_from_db()
    return segment_map


@transaction.atomic
def use_segment_map(segment_map: SegmentMap, *, by: User) -> None:
    """Make this the map that the next run uses. Using the one in use again changes nothing."""
    check_cells(segment_map.uses, segment_map.cells)
    # The lock on all maps settles two people who choose at once.
    maps = {one.pk: one for one in SegmentMap.objects.order_by("pk").select_for_update()}
    if maps[segment_map.pk].is_active:
        return
    SegmentMap.objects.filter(is_active=True).update(is_active=False)
    SegmentMap.objects.filter(pk=segment_map.pk).update(is_active=True)
    record(AuditAction.CHANGED, by=by, subject=segment_map, changes={"is_active": (False, True)})


def active_map() -> SegmentMap:
    """Return the map in use; the shipped ten-segment map where none was chosen."""
    found = SegmentMap.objects.filter(is_active=True).first()
    if found is None:
        seed_segment_maps()
        found = SegmentMap.objects.get(is_active=True)
    return found


def seed_segment_maps() -> None:
    """Make the two shipped maps exist, and one be in use. Maps that people edited stay as they are."""
    shipped = (
        ("ten", "Ten segments (R × F)", Uses.RF, TEN),
        ("eleven", "Eleven segments (R × F × M)", Uses.RFM, ELEVEN),
    )
    for key, name, uses, cells in shipped:
        SegmentMap.objects.get_or_create(key=key, defaults={"name": name, "uses": uses, "cells": dict(cells)})
    if not SegmentMap.objects.filter(is_active=True).exists():
        SegmentMap.objects.filter(key="ten").update(is_active=True)
