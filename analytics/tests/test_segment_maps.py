import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from analytics.choices import Segment, Uses
from analytics.domain.nightly import run_now_here
from analytics.domain.segment_maps import (
    active_map,
    cells_of,
    check_cells,
    seed_segment_maps,
    update_segment_map,
    use_segment_map,
)
from analytics.maths.segment_maps import ELEVEN, TEN
from analytics.models import SegmentMap
from analytics.tests.factories import AS_OF, simulated_base
from analytics.views.settings import segment_counts
from core.access import require
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from customers.models import Metrics

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten():
    return SegmentMap.objects.get(key="ten")


def test_both_shipped_maps_are_there_and_one_is_in_use(ten):
    eleven = SegmentMap.objects.get(key="eleven")

    assert (ten.cells, ten.uses, ten.is_active) == (dict(TEN), Uses.RF, True)
    assert (eleven.cells, eleven.uses, eleven.is_active) == (dict(ELEVEN), Uses.RFM, False)


def test_every_key_of_the_shipped_maps_has_a_name():
    assert set(TEN.values()) | set(ELEVEN.values()) <= set(Segment.values)


def test_seeding_again_keeps_what_people_edited(ten, user_in):
    cells = ten.cells | {"55": "loyal"}
    update_segment_map(ten, name="Ours", cells=cells, by=user_in("administrator"), version=1)

    seed_segment_maps()

    ten.refresh_from_db()
    assert (ten.name, ten.cells["55"]) == ("Ours", "loyal")


def test_only_one_map_is_in_use():
    with pytest.raises(IntegrityError), transaction.atomic():
        SegmentMap.objects.filter(key="eleven").update(is_active=True)


def test_cells_are_listed_best_first():
    assert cells_of(Uses.RF)[0] == "55"
    assert cells_of(Uses.RF)[-1] == "11"
    assert len(cells_of(Uses.RFM)) == 125


@pytest.mark.parametrize(
    ("change", "cell"), [({"55": ""}, "55"), ({"55": "nobody"}, "55"), ({"66": "champions"}, "66")]
)
def test_a_map_with_a_bad_cell_is_refused_and_the_cell_named(change, cell):
    with pytest.raises(DomainError) as refused:
        check_cells(Uses.RF, dict(TEN) | change)

    assert refused.value.code == "segment_map_incomplete"
    assert set(refused.value.fields) == {cell}


def test_a_missing_cell_is_refused():
    cells = dict(TEN)
    del cells["33"]

    with pytest.raises(DomainError) as refused:
        check_cells(Uses.RF, cells)

    assert set(refused.value.fields) == {"33"}


def test_update_writes_the_cells_and_an_audit_line(ten, user_in):
    by = user_in("administrator")

    changed = update_segment_map(ten, name=ten.name, cells=ten.cells | {"33": "loyal"}, by=by, version=1)

    assert (changed.cells["33"], changed.version, changed.updated_by) == ("loyal", 2, by)
    assert AuditEntry.objects.about(ten).get().changes == {"3·3": ["need_attention", "loyal"]}


def test_update_refuses_what_somebody_else_changed_meanwhile(ten, user_in):
    by = user_in("administrator")
    update_segment_map(ten, name="Mine", cells=ten.cells, by=by, version=1)

    with pytest.raises(Conflict) as refused:
        update_segment_map(ten, name="Theirs", cells=ten.cells, by=by, version=1)

    assert refused.value.code == "segment_map_changed"


def test_use_changes_the_map_of_the_next_run(user_in):
    simulated_base(60)
    eleven = SegmentMap.objects.get(key="eleven")

    use_segment_map(eleven, by=user_in("administrator"))
    run_now_here(AS_OF)

    assert active_map() == eleven
    for metrics in Metrics.objects.exclude(segment=""):
        assert metrics.segment == ELEVEN[f"{metrics.r}{metrics.f}{metrics.m}"]


def test_using_the_map_in_use_changes_nothing(ten, user_in):
    use_segment_map(ten, by=user_in("administrator"))

    assert not AuditEntry.objects.about(ten).exists()


def test_without_a_map_in_use_the_shipped_one_is_taken(ten):
    SegmentMap.objects.all().delete()

    assert active_map().key == "ten"


def test_the_preview_counts_what_the_run_would_give(ten):
    simulated_base(60)
    run_now_here(AS_OF)

    counts = dict(segment_counts(ten.uses, ten.cells))

    for key, label in Segment.choices:
        assert counts.get(str(label), 0) == Metrics.objects.filter(segment=key).count()


# ---- pages ------------------------------------------------------------------------------------------
def form_of(segment_map, **change):
    cells = {f"cell_{cell}": key for cell, key in (segment_map.cells | change).items()}
    return {"name": segment_map.name, "version": segment_map.version} | cells


def test_an_administrator_edits_the_grid(ten, user_in, client_of):
    client = client_of(user_in("administrator"))
    page = reverse("analytics:segment-map-update", args=[ten.pk])

    assert client.get(page).status_code == 200
    answer = client.post(page, form_of(ten, **{"33": "loyal"}))

    assert answer.status_code == 302
    ten.refresh_from_db()
    assert ten.cells["33"] == "loyal"


def test_an_empty_cell_is_marked(ten, user_in, client_of):
    answer = client_of(user_in("administrator")).post(
        reverse("analytics:segment-map-update", args=[ten.pk]), form_of(ten, **{"33": ""})
    )

    assert answer.status_code == 422
    assert answer.content.decode().count(" cell-bad") == 1
    assert "Choose a segment." in answer.content.decode()


def test_a_preview_saves_nothing(ten, user_in, client_of):
    answer = client_of(user_in("administrator")).post(
        reverse("analytics:segment-map-update", args=[ten.pk]),
        form_of(ten, **{"33": "loyal"}) | {"preview": "1"},
    )

    assert answer.status_code == 200
    ten.refresh_from_db()
    assert ten.cells["33"] == "need_attention"


def test_an_analyst_sees_the_maps_and_changes_none(ten, user_in, client_of):
    analyst = user_in("analyst")
    client = client_of(analyst)

    assert client.get(reverse("analytics:segment-map-list")).status_code == 200
    page = client.get(reverse("analytics:segment-map-update", args=[ten.pk]))
    assert "Save map" not in page.content.decode()
    assert (
        client.post(reverse("analytics:segment-map-update", args=[ten.pk]), form_of(ten)).status_code == 403
    )
    assert client.post(reverse("analytics:segment-map-use", args=[ten.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        require(analyst, "change", SegmentMap)


def test_the_grid_of_three_scores_has_five_tables(user_in, client_of):
    eleven = SegmentMap.objects.get(key="eleven")

    page = client_of(user_in("administrator")).get(reverse("analytics:segment-map-update", args=[eleven.pk]))

    assert page.content.decode().count("segment-grid") == 5
    assert page.content.decode().count("<select") == 125


def test_the_button_puts_a_map_to_use(user_in, client_of):
    eleven = SegmentMap.objects.get(key="eleven")

    answer = client_of(user_in("administrator")).post(reverse("analytics:segment-map-use", args=[eleven.pk]))

    assert answer.status_code == 302
    assert active_map() == eleven
