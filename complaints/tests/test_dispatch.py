"""Who gets a case: the order of people, and that one case never goes to two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from complaints.choices.cases import AssignReason, State
from complaints.dispatch import Candidate, Wanted, ranked
from complaints.domain import dispatching
from complaints.domain.dispatching import dispatch, dispatch_waiting, dry_run
from complaints.domain.moves import take
from complaints.models import Complaint, Handler, Queue
from complaints.tests.factories import CalendarFactory, CategoryFactory, QueueFactory, registered
from core.models import Absence, Notification, Team, User
from core.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory

NOON = datetime(2026, 11, 2, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


# ---- the order --------------------------------------------------------------------------------------
def names(*candidates: Candidate, **wanted: object) -> list[str]:
    return [row.candidate.name for row in ranked(Wanted(**wanted), candidates).rows if not row.excluded]


def test_the_lighter_load_in_relation_to_the_cap_is_first():
    assert names(Candidate(1, "a", load=5, cap=20), Candidate(2, "b", load=2, cap=4)) == ["a", "b"]


def test_who_waited_longest_is_first_of_equals_and_who_never_had_one_before_all():
    early, late = NOON - timedelta(days=2), NOON
    assert names(
        Candidate(1, "late", last_given=late), Candidate(2, "early", last_given=early), Candidate(3, "never")
    ) == ["never", "early", "late"]


def test_complete_equals_are_settled_by_number():
    assert names(Candidate(2, "b"), Candidate(1, "a")) == ["a", "b"]


def test_the_owner_of_the_customer_is_first_where_that_counts():
    others = Candidate(1, "free"), Candidate(2, "owner", load=3, cap=9, is_owner=True)
    assert names(*others, owner_first=True) == ["owner", "free"]
    assert names(*others, owner_first=False) == ["free", "owner"]


def test_experience_settles_between_equal_loads():
    assert names(Candidate(1, "new"), Candidate(2, "old hand", experience=3)) == ["old hand", "new"]


@pytest.mark.parametrize(
    ("candidate", "why"),
    [
        (Candidate(1, "x", is_away=True), "away"),
        (Candidate(1, "x", load=3, cap=3), "full"),
        (Candidate(1, "x", is_working=False), "closed"),
        (Candidate(1, "x", skills=frozenset({"law"})), "skill"),
    ],
)
def test_who_cannot_have_it_says_why(candidate, why):
    ranking = (
        ranked(Wanted(skill="finance"), [candidate]) if why == "skill" else ranked(Wanted(), [candidate])
    )
    assert (ranking.best, ranking.rows[0].excluded) == (None, why)


# ---- in the database --------------------------------------------------------------------------------
@pytest.fixture
def queue(bare: None, team: Team) -> Queue:
    return QueueFactory(is_default=True, is_automatic=True, team=team)


@pytest.fixture
def handlers(queue: Queue, team: Team) -> list[User]:
    users = [UserFactory(full_name=name, team=team) for name in ("Ann", "Bob")]
    for user in users:
        Handler.objects.create(user=user, cap=2).queues.add(queue)
    return users


def given(case: Complaint) -> User | None:
    dispatch(case, at=NOON)
    case.refresh_from_db()
    return case.owner


def test_cases_go_round(handlers):
    assert [given(registered()) for _n in range(4)] == [handlers[0], handlers[1], handlers[0], handlers[1]]


def test_nobody_gets_more_than_the_cap(handlers):
    for _n in range(4):
        given(registered())
    fifth = registered()
    assert given(fifth) is None
    assert fifth.state == State.NEW
    assert [row["excluded"] for row in fifth.dispatch_evidence["weighed"]] == ["full", "full"]


def test_a_case_is_given_once(handlers):
    case = registered()
    assert given(case) == handlers[0]
    assert dispatch(case, at=NOON) is None
    assert case.assignments.get().reason == AssignReason.DISPATCH


def test_who_took_it_by_hand_is_right(handlers, agent):
    case = take(registered(), by=agent)
    assert dispatch(case, at=NOON) is None
    case.refresh_from_db()
    assert case.owner == agent


def test_the_case_keeps_why_somebody_got_it(handlers):
    case = registered()
    given(case)
    first, second = case.dispatch_evidence["weighed"]
    assert (first["name"], first["reasons"], second["name"]) == ("Ann", ["load:0/2"], "Bob")


def test_who_is_away_gets_nothing(handlers, agent):
    Absence.objects.create(
        user=handlers[0], starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 3), deputy=agent, by=agent
    )
    assert given(registered()) == handlers[1]


def test_outside_of_opening_hours_a_case_waits(handlers):
    CalendarFactory(is_default=True)
    case = registered()
    assert dispatch(case, at=datetime(2026, 11, 1, 2, tzinfo=UTC)) is None  # a Sunday
    assert given(case) == handlers[0]


def test_skill_decides(handlers):
    Handler.objects.filter(user=handlers[1]).update(skills=["finance"])
    assert given(registered(category=CategoryFactory(skill="finance"))) == handlers[1]


def test_a_strategic_customer_stays_with_its_owner(handlers):
    customer = CustomerFactory(tier="strategic", owner=handlers[1])
    given(registered())
    assert given(registered(customer=customer)) == handlers[1]


def test_a_queue_that_is_not_automatic_gives_nothing_out(handlers, queue):
    Queue.objects.filter(pk=queue.pk).update(is_automatic=False)
    assert given(registered()) is None


def test_a_dry_run_changes_nothing(handlers):
    case = registered()
    ranking = dry_run(case, at=NOON)
    case.refresh_from_db()
    assert (ranking.best.name, case.owner, case.dispatch_evidence) == ("Ann", None, {})


def test_the_number_of_queries_does_not_grow_with_the_people(
    handlers, queue, team, django_assert_num_queries
):
    case = Complaint.objects.select_related("queue", "category", "customer").get(pk=registered().pk)
    with django_assert_num_queries(4):
        dry_run(case, at=NOON)
    for _n in range(3):
        Handler.objects.create(user=UserFactory(team=team)).queues.add(queue)
    with django_assert_num_queries(4):
        dry_run(case, at=NOON)


def test_the_sweep_takes_the_most_urgent_first(handlers):
    for user in handlers[1:]:
        Handler.objects.filter(user=user).delete()
    Handler.objects.update(cap=1)
    plain, urgent = registered(), registered(is_legal=True)
    assert dispatch_waiting(NOON) == 1
    plain.refresh_from_db()
    urgent.refresh_from_db()
    assert (plain.owner, urgent.owner) == (None, handlers[0])


def test_what_nobody_can_take_keeps_nothing_newer_from_being_given(handlers, queue):
    skilled = CategoryFactory(skill="cantonese")
    stuck = [registered(category=skilled, queue=queue) for _number in range(3)]
    plain = registered(queue=queue)
    assert dispatch_waiting(NOON, most=2) == 1
    assert Complaint.objects.get(pk=plain.pk).owner is not None
    assert not Complaint.objects.filter(pk__in=[case.pk for case in stuck], owner__isnull=False).exists()


def test_a_broken_case_keeps_no_other_from_being_given(handlers, queue, monkeypatch, caplog):
    broken, sound = registered(queue=queue, is_legal=True), registered(queue=queue)
    real = dispatching.dry_run

    def breaks(case, **given):
        if case.pk == broken.pk:
            raise RuntimeError("broken")
        return real(case, **given)

    monkeypatch.setattr(dispatching, "dry_run", breaks)
    assert dispatch_waiting(NOON) == 1
    assert Complaint.objects.get(pk=sound.pk).owner is not None
    assert f"Case {broken.pk} could not be dispatched" in caplog.text


def test_the_urgent_come_first_however_many_older_ones_wait(handlers, queue):
    for _number in range(3):
        registered(queue=queue)
    newest = registered(is_safety=True, queue=queue)
    assert dispatch_waiting(NOON, most=1) == 1
    assert Complaint.objects.get(owner__isnull=False) == newest


def test_leads_are_told_of_every_case_though_only_the_first_is_weighed(queue, team):
    team.lead = UserFactory()
    team.save()
    cases = [registered(queue=queue) for _number in range(3)]
    later = cases[0].received_at + timedelta(minutes=31)
    for _sweep in range(2):
        dispatch_waiting(later, most=2)
    assert Notification.objects.filter(user=team.lead, kind="case_unassigned").count() == 3


def test_a_lead_is_told_once_of_a_case_that_nobody_can_take(queue, team):
    lead = UserFactory(team=team)
    Team.objects.filter(pk=team.pk).update(lead=lead)
    case = registered()
    later = case.received_at + timedelta(minutes=31)
    dispatch_waiting(case.received_at + timedelta(minutes=29))
    assert not Notification.objects.exists()
    dispatch_waiting(later)
    dispatch_waiting(later)
    assert Notification.objects.get().user == lead
