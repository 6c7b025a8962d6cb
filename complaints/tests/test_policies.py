"""Service policies: several statutory deadlines, ladders by name, and what a new installation begins with."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse

import complaints.migrations
from complaints.choices.cases import ClockKind, MetBy, Unit
from complaints.domain.ladder import ladder_for
from complaints.domain.policies import Statutory, save_level, save_policy
from complaints.domain.settings import retire_category
from complaints.models import Level, Policy
from complaints.tests.factories import CategoryFactory, policy
from core.errors import DomainError
from core.models import AuditEntry

pytestmark = pytest.mark.django_db
SAMR = Statutory("SAMR", 7, Unit.WORKING_DAYS_CLOSE, MetBy.ACCEPTANCE)
DISP = Statutory("DISP", 8, Unit.WEEKS, MetBy.LETTER)


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


@pytest.fixture
def made(admin) -> Policy:
    return save_policy({"name": "Mine", "kind": "complaint"}, {}, by=admin, statutory=[SAMR, DISP])


def level(policy: Policy, admin, **values) -> Level:
    data = {"clock": "statutory", "number": 1, "offset": 0, "recipient": "owner", "action": "notify"}
    return save_level(policy, {**data, **values}, by=admin)


def law_of(policy: Policy) -> list[tuple[str, str]]:
    rows = policy.targets.filter(clock=ClockKind.STATUTORY).order_by("name")
    return list(rows.values_list("name", "met_by"))


def test_a_policy_holds_several_statutory_deadlines(made):
    assert law_of(made) == [("DISP", "letter"), ("SAMR", "acceptance")]


def test_two_deadlines_of_one_name_are_refused(made, admin):
    with pytest.raises(DomainError) as refusal:
        save_policy({"name": "Mine"}, {}, by=admin, policy=made, statutory=[SAMR, SAMR])
    assert refusal.value.code == "same_name"


def test_without_a_word_of_them_they_stay_and_saving_the_same_changes_nothing(made, admin):
    before = AuditEntry.objects.about(made).count()
    save_policy({"name": "Mine"}, {}, by=admin, policy=made)
    save_policy({"name": "Mine"}, {}, by=admin, policy=made, statutory=[DISP, SAMR])
    assert (len(law_of(made)), AuditEntry.objects.about(made).count()) == (2, before)


def test_a_deadline_with_levels_of_its_own_has_those_only(made, admin):
    general, own = level(made, admin), level(made, admin, name="DISP", number=1, offset=-60)
    assert ladder_for(made.pk, "statutory", "DISP") == [own]
    assert ladder_for(made.pk, "statutory", "SAMR") == [general]


def test_levels_follow_a_deadline_that_is_renamed_and_go_with_one_that_is_dropped(made, admin):
    level(made, admin, name="DISP")
    level(made, admin, name="SAMR")
    renamed = Statutory("DISP 1.6.2R", 8, Unit.WEEKS, MetBy.LETTER, was="DISP")
    save_policy({"name": "Mine"}, {}, by=admin, policy=made, statutory=[renamed])
    assert list(Level.objects.filter(policy=made).values_list("name", flat=True)) == ["DISP 1.6.2R"]


def test_two_deadlines_change_their_names_with_each_other(made, admin):
    first, second = level(made, admin, name="DISP"), level(made, admin, name="SAMR", offset=-1)
    swapped = [
        Statutory("SAMR", 8, Unit.WEEKS, MetBy.LETTER, was="DISP"),
        Statutory("DISP", 7, Unit.WORKING_DAYS_CLOSE, MetBy.ACCEPTANCE, was="SAMR"),
    ]
    save_policy({"name": "Mine"}, {}, by=admin, policy=made, statutory=swapped)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.name, second.name) == ("SAMR", "DISP")


def test_a_level_of_a_deadline_that_is_not_asked_for_is_refused(made, admin):
    with pytest.raises(DomainError) as refusal:
        level(made, admin, name="FCA")
    assert refusal.value.code == "no_such_deadline"


def test_a_policy_takes_a_category_of_its_kind_only(made, admin):
    CategoryFactory(code="tuition"), CategoryFactory(code="copy", kind="request")
    with pytest.raises(DomainError) as refusal:
        save_policy({"name": "Mine", "category_code": "copy"}, {}, by=admin, policy=made)
    assert refusal.value.code == "unknown_category"
    kept = save_policy({"name": "Mine", "category_code": "tuition"}, {}, by=admin, policy=made)
    with pytest.raises(DomainError) as turned:
        save_policy({"name": "Mine", "kind": "request"}, {}, by=admin, policy=kept)
    assert turned.value.fields == {"category_code": "Choose a category that is in use for this kind."}


def test_a_policy_keeps_a_category_that_was_retired(made, admin):
    row = CategoryFactory(code="tuition")
    kept = save_policy({"name": "Mine", "category_code": "tuition"}, {}, by=admin, policy=made)
    retire_category(row, by=admin)
    again = {"name": "Mine", "category_code": "tuition", "position": 3}
    assert save_policy(again, {}, by=admin, policy=kept).position == 3


def test_the_form_has_a_row_for_each_and_one_more(made, admin, client_of):
    client, path = client_of(admin), reverse("complaints:policy-update", args=[made.pk])
    text = client.get(path).content.decode()
    assert "statutory_3_name" in text
    assert "statutory_4_name" not in text
    data = {"name": "Mine", "kind": "complaint", "position": 0, "is_active": "on", "version": made.version}
    rows = [("SAMR", "acceptance", 7, "working_days_close", "SAMR"), ("", "", "", "", "DISP")]
    rows.append(("FCA", "solution", 8, "weeks", ""))
    for place, row in enumerate(rows, start=1):
        parts = zip(("name", "met_by", "amount", "unit", "was"), row, strict=True)
        data |= {f"statutory_{place}_{part}": value for part, value in parts}
    assert client.post(path, data).status_code == 302
    assert law_of(made) == [("FCA", "solution"), ("SAMR", "acceptance")]


def test_several_deadlines_need_names(made, admin, client_of):
    path = reverse("complaints:policy-update", args=[made.pk])
    made.refresh_from_db()
    data = {"name": "Mine", "kind": "complaint", "position": 0, "version": made.version}
    for place in (1, 2):
        data |= {f"statutory_{place}_name": "", f"statutory_{place}_amount": place}
    answer = client_of(admin).post(path, data)
    assert answer.status_code == 422
    assert "statutory_1_name" in answer.context["form"].errors


def test_the_form_of_a_level_offers_the_deadlines_of_its_policy(made, admin, client_of):
    client, path = client_of(admin), reverse("complaints:level-create", args=[made.pk])
    assert "DISP" in client.get(path).content.decode()
    data = {"clock": "statutory", "name": "DISP", "number": 1, "offset": 0, "recipient": "owner"}
    assert client.post(path, {**data, "action": "notify"}).status_code == 302
    assert Level.objects.get(policy=made).name == "DISP"


# ---- what the product begins with -------------------------------------------------------------------
def clocks_with_levels(policy: Policy) -> set[str]:
    return set(policy.levels.values_list("clock", flat=True))


def test_every_deadline_of_the_product_has_a_ladder():
    for row in Policy.objects.all():
        assert clocks_with_levels(row) == set(row.targets.values_list("clock", flat=True))
    assert set(Policy.objects.filter(kind="complaint").values_list("targets__met_by", flat=True)) == {
        "solution",
        "acceptance",
    }


def add_levels() -> None:
    """What the migration does to an installation that is there."""
    folder = Path(next(iter(complaints.migrations.__path__)))
    name = next(folder.glob("*_statutory.py")).stem
    import_module(f"complaints.migrations.{name}").add_levels(apps, None)


def test_ladders_of_the_product_that_nobody_changed_get_what_they_lack():
    whole = set(Level.objects.values_list("policy", "clock", "number", "offset", "through_quiet_hours"))
    Level.objects.exclude(clock__in=["respond", "solve"]).delete()
    add_levels()
    rows = Level.objects.values_list("policy", "clock", "number", "offset", "through_quiet_hours")
    assert set(rows) == whole


def test_ladders_that_somebody_changed_are_left_alone(admin):
    Level.objects.exclude(clock__in=["respond", "solve"]).delete()
    severe, general, *_others = Policy.objects.order_by("position")
    severe.levels.filter(clock="solve", number=1).update(offset=-1)
    save_policy({"name": "Ours"}, {}, by=admin, policy=general)
    own = policy(name="Own")
    add_levels()
    for row in (severe, general):
        assert clocks_with_levels(row) == {"respond", "solve"}
    assert clocks_with_levels(own) == {"respond"}
