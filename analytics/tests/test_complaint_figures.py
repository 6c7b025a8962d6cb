"""Figures of complaints against a table worked out by hand, and what later changes do to the past."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.choices import Grain
from analytics.complaint_kpis.asking import asked_of
from analytics.complaint_kpis.board import load_board, shown_kpis
from analytics.complaint_kpis.definitions import BY_KEY, KPIS, OF_NOW
from analytics.complaint_kpis.page import hits_url, url_of
from analytics.complaint_kpis.sums import merged
from analytics.domain.tallies import compute_figures, old_months
from analytics.models import CaseTally, KpiValue, TallyMonth, TallyState
from analytics.tests.case_world import COMPUTED, a_dozen, at, called_back, closed, received, set_up
from analytics.tests.factories import give_orders
from complaints.choices.facts import Fact
from complaints.domain import moves
from complaints.domain.assessing import regrade
from complaints.domain.letter_issue import issue_letter
from complaints.domain.merging import merge
from complaints.domain.reopening import reopen
from complaints.filters.cases import ComplaintFilterSet
from complaints.models import CaseFact, Complaint, Escalation, FirstContact, Target
from complaints.tests.letters import whole_letter
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
HOUR = 3_600
NOVEMBER = {"period": "chosen", "from": "2026-11-01", "to": "2026-11-19"}


@pytest.fixture
def person(user_in):
    user = user_in("agent", full_name="Chen Siyuan")
    set_up(user)
    return user


@pytest.fixture
def analyst(user_in):
    return user_in("analyst")


def board_for(user, **choice):
    state = TallyState.load()
    return load_board(asked_of(user, choice, as_of=state.as_of or date(2026, 11, 20)), state)


def figures(board):
    return {kpi.key: board.reading(kpi) for kpi in shown_kpis(board.asked)}


@pytest.fixture
def dozen(person):
    return a_dozen(person)


@pytest.fixture
def computed(dozen):
    compute_figures(COMPUTED)
    return dozen


# ---- the table --------------------------------------------------------------------------------------
#                     value   n  hits
BY_HAND = {
    # A B C D F G I J L; E came in on the 20th, H was merged, K is a request.
    "received": (9.0, 9, 0),
    "escalated": (1 / 9, 9, 1),
    # L reached level 2, nothing reached level 3; L alone is severe.
    "escalated_2": (1 / 9, 9, 1),
    "escalated_3": (0.0, 9, 0),
    "severe": (1 / 9, 9, 1),
    # In time: A (20 min), C (30, to the minute), F, G, L. Late: B (60 min), D (never), J (withdrawn).
    "sla_acknowledge": (5 / 8, 8, 5),
    # Late: B (5 hours), D, J. G counts once, with both its responses.
    "sla_respond": (5 / 8, 8, 5),
    # Promised for the next working day; B and C gave the solution later than that.
    "sla_update": (0.0, 2, 0),
    # A, B (to the minute), C (with its pause), G, L; D is late; F waits, J was not due.
    "sla_solve": (5 / 6, 6, 5),
    "sla_statutory": (1.0, 5, 5),
    # Of A, B, C, G, L only G was opened again.
    "reopened": (1 / 5, 5, 1),
    # A and L answered.
    "called_back": (2 / 5, 5, 2),
    # A, G upheld, C partly; B rejected, L goodwill.
    "upheld": (3 / 5, 5, 3),
    "cost": (300.0, 1, 0),
    # D, E, F are open; of D a deadline has passed.
    "open": (3.0, 3, 0),
    "overdue": (1 / 3, 3, 1),
}


@pytest.mark.parametrize("key", BY_HAND)
def test_a_figure_is_what_was_worked_out_by_hand(computed, analyst, key):
    reading = figures(board_for(analyst, **NOVEMBER))[key]

    assert (reading.value, reading.n, reading.hits) == (pytest.approx(BY_HAND[key][0]), *BY_HAND[key][1:])


def test_what_nobody_noted_is_no_data(computed, analyst):
    found = figures(board_for(analyst, **NOVEMBER))
    for key in ("ninety_seconds", "eased", "false_alarms", "turned"):
        assert (found[key].value, found[key].n) == (None, 0)


def test_first_contacts_are_judged_by_their_time_and_by_what_they_did(dozen, person, analyst):
    for name, seconds, after in (("A", 90, "2"), ("B", 91, "4"), ("C", None, "")):
        begun = at(2, 10)
        FirstContact.objects.create(
            complaint=dozen[name],
            by=person,
            started_at=begun,
            resolve_at=begun + timedelta(seconds=seconds) if seconds else None,
            emotion_before="4",
            emotion_after=after,
        )
    # A later contact, after a reopening, is not the first.
    FirstContact.objects.create(complaint=dozen["A"], cycle=2, by=person, started_at=at(5, 10))
    compute_figures(COMPUTED)
    found = figures(board_for(analyst, **NOVEMBER))
    assert (found["ninety_seconds"].hits, found["ninety_seconds"].n) == (1, 3)
    assert (found["eased"].hits, found["eased"].n) == (1, 2)


def test_false_alarms_are_counted_of_levels_that_somebody_took_up(dozen, person, analyst):
    clock = dozen["F"].clocks.get(kind="respond")
    clock.escalations.all().delete()
    for number, (taken, wrong) in enumerate(((True, True), (True, False), (False, False)), start=1):
        Escalation.objects.create(
            complaint=dozen["F"],
            clock=clock,
            number=number,
            recipient="owner",
            state="fired",
            fired_at=at(9, 12),
            acknowledged_at=at(9, 13) if taken else None,
            was_wrong=wrong,
        )
    compute_figures(COMPUTED)
    reading = figures(board_for(analyst, **NOVEMBER))["false_alarms"]
    assert (reading.hits, reading.n) == (1, 2)


def test_who_came_in_dissatisfied_and_was_content_in_the_end_was_turned(dozen, analyst):
    # A was content after its call-back, L was not; whoever was calm, or not asked, says nothing.
    Complaint.objects.filter(pk__in=[dozen[name].pk for name in "ALB"]).update(emotion_before="3")
    compute_figures(COMPUTED)
    reading = figures(board_for(analyst, **NOVEMBER))["turned"]
    assert (reading.hits, reading.n) == (1, 2)
    Complaint.objects.filter(pk=dozen["L"].pk).update(emotion_before="2", updated_at=COMPUTED)
    compute_figures(COMPUTED + timedelta(minutes=1))
    assert figures(board_for(analyst, **NOVEMBER))["turned"].n == 1


def test_times_are_working_time_without_pauses_and_time_by_the_clock(computed, analyst):
    found = figures(board_for(analyst, **NOVEMBER))

    # Solved, net: G 4, L 8, A 9, C 13, B 16 hours; by the clock: L 24, A 25, B 48, C 54, G 242.
    solve = found["solve_time"]
    assert solve.n == 5
    assert [solve.value, solve.p90, solve.gross, solve.gross_p90] == pytest.approx(
        [9 * HOUR, 16 * HOUR, 48 * HOUR, 242 * HOUR], rel=0.011
    )
    # Answered, net and by the clock: F 10, G 15, L 20, C 30, A 60 minutes, B 5 and 6 hours.
    respond = found["respond_time"]
    assert respond.n == 6
    assert [respond.value, respond.p90, respond.gross, respond.gross_p90] == pytest.approx(
        [HOUR / 3, 5 * HOUR, HOUR / 3, 6 * HOUR], rel=0.011
    )


def test_requests_have_figures_of_their_own(computed, analyst):
    found = figures(board_for(analyst, kind="request", **NOVEMBER))

    assert (found["received"].n, found["solve_time"].n, found["reopened"].n) == (1, 1, 1)
    assert {"upheld", "recovered", "rate"} & set(found) == set()


def test_both_kinds_together_are_the_sum(computed, analyst):
    found = figures(board_for(analyst, kind="all", **NOVEMBER))

    assert (found["received"].n, found["solve_time"].n, found["open"].n) == (10, 6, 3)


def test_grades_part_the_deadlines(computed, analyst):
    board = board_for(analyst, **NOVEMBER)

    severe = board.reading(BY_KEY["sla_solve"], "grade", "severe")
    others = [board.reading(BY_KEY["sla_solve"], "grade", grade) for grade in board.keys("grade")]

    assert (severe.n, severe.hits) == (1, 1)
    assert sum(one.n for one in others) == 6


def test_categories_count_at_the_top_of_the_taxonomy(computed, analyst):
    board = board_for(analyst, **NOVEMBER)

    counts = {key: board.reading(BY_KEY["received"], "category", key).n for key in board.keys("category")}

    assert counts == {"fees": 5, "": 4}


def test_the_age_of_what_is_open(computed, analyst):
    board = board_for(analyst, **NOVEMBER)

    ages = {key: sums["open"] for (side, key), sums in board.open.items() if side == "age"}

    # E ten minutes, F eleven days and two hours, D eighteen days.
    assert ages == {"0": 1, "7": 1, "14": 1}


# ---- the edges --------------------------------------------------------------------------------------
def test_without_a_case_there_is_no_data_rather_than_zero_percent(person, analyst):
    compute_figures(COMPUTED)

    found = figures(board_for(analyst, **NOVEMBER))

    shares = {key: one.value for key, one in found.items() if one.kpi.unit not in {"count"}}
    assert set(shares.values()) == {None}
    assert (found["received"].value, found["open"].value) == (0.0, 0.0)


def test_open_cases_alone_tell_only_what_is_late(person, analyst):
    received(person, at(19, 17, 50))
    received(person, at(20, 11, 50))
    compute_figures(COMPUTED)

    found = figures(board_for(analyst, period="chosen", **{"from": "2026-11-01", "to": "2026-11-20"}))

    # The one of yesterday evening was due to be acknowledged at 9:20 this morning.
    assert (found["sla_acknowledge"].n, found["sla_acknowledge"].hits) == (1, 0)
    assert (found["sla_respond"].value, found["solve_time"].value, found["reopened"].value) == (None,) * 3


def test_where_every_case_waits_no_solution_is_decided(person, analyst):
    for _turn in range(2):
        case = received(person, at(2, 10))
        moves.answer(case, "We look.", by=person, at=at(2, 10, 5))
        moves.wait_for_customer(case, reason="Which day?", by=person, at=at(2, 10, 10))
    compute_figures(COMPUTED)

    found = figures(board_for(analyst, **NOVEMBER))

    assert (found["sla_solve"].value, found["sla_update"].value) == (None, None)
    assert (found["overdue"].n, found["overdue"].hits) == (2, 0)


def test_a_case_that_was_late_before_it_waited_is_late(person, analyst):
    case = received(person, at(2, 10))
    moves.answer(case, "We look.", by=person, at=at(2, 10, 5))
    moves.wait_for_customer(case, reason="Which day?", by=person, at=at(6, 10))
    compute_figures(COMPUTED)

    found = figures(board_for(analyst, **NOVEMBER))

    assert (found["sla_solve"].n, found["sla_solve"].hits) == (1, 0)


def test_a_merged_case_counts_nowhere(computed):
    assert CaseFact.objects.filter(complaint=computed["H"]).count() == 0


def test_small_numbers_are_marked(computed, analyst):
    found = figures(board_for(analyst, **NOVEMBER))

    assert (found["sla_solve"].is_few, found["received"].is_few) == (True, False)


# ---- recovery and rate ------------------------------------------------------------------------------
def test_recovery_waits_ninety_days_and_then_counts_both_ways_back(computed, person, analyst):
    """A was content. B ordered again on day 90, C on day 91. L said no and stayed away; G stayed away."""
    give_orders(computed["B"].customer, [date(2026, 11, 4) + timedelta(days=90)])
    give_orders(computed["C"].customer, [date(2026, 11, 4) + timedelta(days=91)])
    before = figures(board_for(analyst, **NOVEMBER))["recovered"]
    compute_figures(datetime(2027, 2, 20, 12, tzinfo=COMPUTED.tzinfo))

    after = figures(board_for(analyst, period="chosen", **{"from": "2027-02-01", "to": "2027-02-19"}))

    assert before.value is None
    assert (after["recovered"].n, after["recovered"].hits) == (5, 2)


def test_the_rate_is_per_thousand_active_customers(computed, analyst):
    KpiValue.objects.create(kpi="active", on=date(2026, 11, 18), period="12m", scope="all", value=450, n=500)

    reading = figures(board_for(analyst, **NOVEMBER))["rate"]

    assert (reading.n, reading.value) == (9, pytest.approx(20.0))


# ---- days, months, and again ------------------------------------------------------------------------
def test_a_month_is_the_sum_of_its_days(computed):
    days = CaseTally.objects.filter(grain=Grain.DAY, scope="all", kind="complaint", side="")
    month = CaseTally.objects.get(grain=Grain.MONTH, scope="all", kind="complaint", side="")

    assert month.sums == merged(days.values_list("sums", flat=True))


@pytest.mark.parametrize("cut", [3, 8, 13, 19])
def test_two_halves_of_a_period_add_up(computed, analyst, cut):
    first = board_for(analyst, period="chosen", **{"from": "2026-11-01", "to": f"2026-11-{cut:02}"})
    second = board_for(analyst, period="chosen", **{"from": f"2026-11-{cut + 1:02}", "to": "2026-11-30"})
    whole = board_for(analyst, period="chosen", **{"from": "2026-11-01", "to": "2026-11-30"})

    parts = [figures(first), figures(second)]

    for key, one in figures(whole).items():
        if key not in OF_NOW:
            assert (one.n, one.hits) == (sum(p[key].n for p in parts), sum(p[key].hits for p in parts))


def test_computing_again_changes_nothing(computed):
    before = list(CaseTally.objects.order_by("pk").values_list("pk", "sums"))

    counts = compute_figures(COMPUTED)

    assert (counts["facts"], counts["months"], counts["rows"]) == (0, 0, 0)
    assert list(CaseTally.objects.order_by("pk").values_list("pk", "sums")) == before


def test_a_rebuild_gives_the_same(computed):
    before = set(CaseTally.objects.values_list("grain", "on", "scope", "side", "key", "kind"))

    counts = compute_figures(COMPUTED, rebuild=True)

    assert (counts["rows"], counts["months"]) == (0, len(TallyMonth.objects.all()))
    assert set(CaseTally.objects.values_list("grain", "on", "scope", "side", "key", "kind")) == before


def test_what_a_killed_run_left_is_summed_by_the_next(computed, analyst):
    """Facts were written, and the worker died before it summed them."""
    CaseFact.objects.filter(what=Fact.RECEIVED, complaint=computed["A"]).delete()
    TallyMonth.objects.filter(month=date(2026, 11, 1)).update(version=0)

    assert old_months() == [date(2026, 11, 1)]
    counts = compute_figures(COMPUTED)

    # Measuring puts the fact back, summing finds what stood there right already.
    assert (counts["facts"], counts["months"], old_months()) == (1, 1, [])
    assert figures(board_for(analyst, **NOVEMBER))["received"].n == 9


def test_a_case_that_is_reopened_changes_the_week_in_which_it_was_solved(computed, person, analyst):
    reopen(computed["A"], reason="Again.", by=person, at=at(23, 10))
    compute_figures(at(24, 12))

    found = figures(board_for(analyst, **NOVEMBER))

    assert (found["reopened"].n, found["reopened"].hits) == (5, 2)
    # Its solution stands no more, nor does its end.
    assert (found["solve_time"].n, found["called_back"].n) == (4, 4)


def test_a_letter_in_time_long_after_the_end_counts_the_night_after(person, analyst):
    Target.objects.filter(clock="statutory").update(met_by="letter")
    case = closed(received(person, at(2, 10)), person, at(3, 10), at(3, 11), "upheld")
    issued_at = at(3, 12) + timedelta(days=50)
    compute_figures(issued_at - timedelta(hours=1))
    assert not CaseFact.objects.filter(what=Fact.SLA_STATUTORY).exists()

    issue_letter(whole_letter(case, person), way="post", by=person, at=issued_at)
    compute_figures(issued_at + timedelta(hours=14))

    fact = CaseFact.objects.get(what=Fact.SLA_STATUTORY)
    assert (fact.complaint_id, fact.hit) == (case.pk, True)


def test_a_case_that_is_merged_later_leaves_the_past(computed, person, analyst):
    merge(computed["D"], computed["F"], by=person, at=at(23, 10))
    compute_figures(at(24, 12))

    assert figures(board_for(analyst, **NOVEMBER))["received"].n == 8


def test_a_regraded_case_moves_to_its_new_grade(computed, person, analyst):
    regrade(computed["D"], "severe", reason="An accident.", by=person, at=at(23, 10))
    compute_figures(at(24, 12))
    board = board_for(analyst, **NOVEMBER)

    assert board.reading(BY_KEY["received"], "grade", "severe").n == 2


def test_a_team_that_moves_takes_its_figures_along(computed, person, analyst):
    above = TeamFactory()
    person.team.parent = above
    person.team.save()
    compute_figures(COMPUTED)

    assert figures(board_for(analyst, team=str(above.pk), **NOVEMBER))["received"].n == 9


# ---- the list behind a number -----------------------------------------------------------------------
def listed(user, url):
    """How many cases the list behind an address shows to the person."""
    query = dict(parse_qsl(urlsplit(url).query))
    rows = Complaint.objects.visible_to(user)
    found = ComplaintFilterSet(query, rows, user=user)
    assert found.is_valid(), found.errors
    return found.qs.count()


@pytest.mark.parametrize("key", [kpi.key for kpi in KPIS])
def test_the_list_has_as_many_cases_as_the_number_says(computed, analyst, key):
    board = board_for(analyst, **NOVEMBER)
    kpi, reading = BY_KEY[key], board.reading(BY_KEY[key])

    if key == "overdue":
        assert listed(analyst, url_of(board, kpi)) == reading.hits
        return
    assert listed(analyst, url_of(board, kpi)) == reading.n
    if kpi.unit == "share":
        halves = [listed(analyst, hits_url(board, kpi, hit=hit)) for hit in (True, False)]
        assert halves == [reading.hits, reading.n - reading.hits]


@pytest.mark.parametrize("side", ["grade", "category", "intake"])
def test_the_list_of_a_part_has_as_many_cases_as_the_part_says(computed, analyst, side):
    board = board_for(analyst, **NOVEMBER)
    kpi = BY_KEY["sla_acknowledge"]

    shown = {key: board.reading(kpi, side, key).n for key in board.keys(side)}
    behind = {key: listed(analyst, url_of(board, kpi, **{side: key or "-"})) for key in shown}

    assert behind == shown
    assert sum(shown.values()) == 8


# ---- reach ------------------------------------------------------------------------------------------
@pytest.fixture
def elsewhere(user_in):
    """Somebody of another team, with one case."""
    other = user_in("agent", team=TeamFactory())
    received(other, at(3, 10))
    return other


def test_a_handler_sees_the_own_cases_only(dozen, elsewhere, person):
    compute_figures(COMPUTED)

    mine, theirs = (board_for(user, **NOVEMBER) for user in (person, elsewhere))

    assert (figures(mine)["received"].n, figures(theirs)["received"].n) == (9, 1)
    assert listed(elsewhere, url_of(theirs, BY_KEY["received"])) == 1


def test_a_lead_sees_the_teams_below(dozen, elsewhere, user_in):
    lead = user_in("manager", team=elsewhere.team)
    compute_figures(COMPUTED)

    board = board_for(lead, **NOVEMBER)

    assert figures(board)["received"].n == 1
    assert listed(lead, url_of(board, BY_KEY["received"])) == 1


def test_rows_of_other_scopes_are_out_of_reach(dozen, elsewhere, user_in):
    lead = user_in("manager", team=elsewhere.team)
    compute_figures(COMPUTED)

    scopes = {
        user: set(CaseTally.objects.visible_to(user).values_list("scope", flat=True))
        for user in (elsewhere, lead)
    }

    assert scopes[elsewhere] == {f"user:{elsewhere.pk}"}
    assert scopes[lead] == {f"team:{elsewhere.team_id}"}


# ---- cost -------------------------------------------------------------------------------------------
def test_a_payment_that_is_taken_back_is_taken_off(computed, person, analyst):
    from complaints.domain.compensation import move_on

    row = computed["L"].compensations.get()
    move_on(row, "reversed", by=person, note="Paid twice.", at=at(18, 10))
    compute_figures(COMPUTED + timedelta(hours=1))

    reading = figures(board_for(analyst, **NOVEMBER))["cost"]

    assert (reading.value, reading.n) == (0.0, 2)
    assert CaseFact.objects.filter(what=Fact.GIVEN, amount=Decimal(-300)).count() == 1


def test_measuring_costs_as_many_queries_for_ten_cases_as_for_two(person):
    for _turn in range(2):
        closed(received(person, at(2, 10)), person, at(2, 11), at(2, 12), "upheld")
    with CaptureQueriesContext(connection) as two:
        compute_figures(COMPUTED)
    for _turn in range(8):
        case = closed(received(person, at(2, 10)), person, at(2, 11), at(2, 12), "upheld")
        called_back(case, is_accepted=True, score=5, at=at(3, 9))
    with CaptureQueriesContext(connection) as ten:
        compute_figures(COMPUTED + timedelta(minutes=1))

    assert len(ten) <= len(two)
