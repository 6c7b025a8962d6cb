from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.choices import DismissReason, SuggestedAction, WarningState
from analytics.domain.nightly import run_now_here
from analytics.domain.warnings import move_warning, plan_action, stake_of
from analytics.domain.warnings.night import raise_warnings
from analytics.models import ChurnWarning, ScoringPolicy
from analytics.reasons import headline, in_words
from analytics.rules import suggested_action
from analytics.tests.factories import (
    AS_OF,
    ChurnWarningFactory,
    give_orders,
    regular_days,
    silent_customer,
    simulated_base,
)
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification
from customers.choices import DecisionRole, EventKind, Priority, Stage, TaskState, Tier
from customers.domain.tasks import complete_task
from customers.models import Task, TimelineEvent
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(user_in):
    return user_in("sales", full_name="Lin Jiayi")


@pytest.fixture
def warned(owner):
    """A scored base with one silent customer, and the warning about it."""
    simulated_base()
    customer = silent_customer(owner=owner, team=owner.team, tier=Tier.CORE, stage=Stage.MATURITY)
    run_now_here(AS_OF)
    return ChurnWarning.objects.get(customer=customer)


# ---- raised at night --------------------------------------------------------------------------------
def test_a_silent_valuable_customer_is_warned_about(warned, owner):
    assert warned.state == WarningState.OPEN
    assert (warned.owner, warned.opened_on) == (owner, AS_OF)
    assert warned.risk >= 0.5
    assert warned.stake_low < warned.value_at_stake < warned.stake_high
    assert headline(warned.reasons) == "Usually orders every 30 days, silent for 150"
    assert warned.suggested_action == SuggestedAction.EXECUTIVE_VISIT


def test_the_evidence_lets_the_decision_be_worked_out_again(warned):
    evidence = warned.evidence

    assert evidence["inputs"]["silent_days"] == 150
    assert evidence["inputs"]["usual_gap"] == 30
    assert evidence["inputs"]["x"] == 13
    assert evidence["model"]["parameters"]["r"] > 0
    assert evidence["thresholds"]["min_purchase_days"] == 3
    assert evidence["result"]["risk"] == pytest.approx(warned.risk)


def test_points_of_the_reasons_and_the_baseline_add_up_to_the_risk(warned):
    points = sum(reason["weight"] or 0 for reason in warned.reasons)

    assert points + round(100 * warned.evidence["result"]["risk_on_habit"]) == round(100 * warned.risk)


def test_the_owner_gets_a_task_and_one_message(warned, owner):
    task = warned.task

    assert (task.owner, task.customer, task.state) == (owner, warned.customer, TaskState.OPEN)
    assert task.title == (
        "Visit with a director and review the cooperation: Usually orders every 30 days, silent for 150"
    )
    assert task.priority == Priority.HIGH
    assert task.dedupe == f"warning-{warned.customer_id}-2026-06-30"
    message = Notification.objects.get(user=owner)
    assert message.kind == "churn_warnings"
    assert message.title.startswith("1 new churn warning, ¥")


def test_the_timeline_and_the_audit_tell_of_it(warned):
    event = TimelineEvent.objects.get(customer=warned.customer, kind=EventKind.WARNING)

    assert event.data["new"] == WarningState.OPEN
    assert event.subject_id == warned.pk
    assert AuditEntry.objects.about(warned).get().changes == {"state": ["", "open"]}
    assert warned.moves.get().new == WarningState.OPEN


def test_raising_again_on_the_day_changes_nothing(warned):
    raise_warnings(AS_OF)

    assert ChurnWarning.objects.count() == ChurnWarning.objects.filter(opened_on=AS_OF).count()
    assert Task.objects.filter(customer=warned.customer).count() == 1
    assert TimelineEvent.objects.filter(customer=warned.customer).count() == 1


def test_the_next_night_refreshes_instead_of_doubling(warned):
    before = warned.risk

    run_now_here(AS_OF + timedelta(days=1))

    again = ChurnWarning.objects.get(customer=warned.customer)
    assert again == warned
    assert (again.as_of, again.opened_on) == (AS_OF + timedelta(days=1), AS_OF)
    assert headline(again.reasons) == "Usually orders every 30 days, silent for 151"
    assert again.risk != before
    assert again.evidence == warned.evidence


def test_a_customer_who_orders_again_is_saved(warned):
    give_orders(warned.customer, [AS_OF + timedelta(days=4)])

    run_now_here(AS_OF + timedelta(days=5))

    warned.refresh_from_db()
    assert (warned.state, warned.closed_by) == (WarningState.SAVED, None)
    move = warned.moves.get(new=WarningState.SAVED)
    assert move.evidence == {"ordered_on": "2026-07-04", "days_after": 4, "within_window": True}
    assert warned.task.state == TaskState.DONE


def test_an_order_that_came_in_late_dismisses_the_warning(warned):
    give_orders(warned.customer, [AS_OF - timedelta(days=20)])

    run_now_here(AS_OF + timedelta(days=1))

    warned.refresh_from_db()
    assert (warned.state, warned.dismiss_reason) == (WarningState.DISMISSED, DismissReason.DATA_WRONG)
    assert warned.task.state == TaskState.CANCELLED


def test_long_silence_proposes_the_customer_as_lost(warned):
    before = warned.value_at_stake
    run_now_here(AS_OF + timedelta(days=4 * warned.window_days + 200))

    warned.refresh_from_db()
    assert (warned.state, warned.looks_lost) == (WarningState.OPEN, True)
    assert warned.value_at_stake == before


def test_a_closed_warning_is_not_raised_again_at_once(warned, owner):
    move_warning(warned, WarningState.DISMISSED, by=owner, reason=DismissReason.SEASONAL)

    run_now_here(timezone.localdate())

    assert ChurnWarning.objects.filter(customer=warned.customer).count() == 1


def test_a_lost_customer_is_not_warned_about_until_it_orders(warned, owner):
    move_warning(
        warned, WarningState.LOST, by=owner, at=timezone.now() - timedelta(days=10 + 4 * warned.window_days)
    )

    raise_warnings(AS_OF)

    assert not ChurnWarning.objects.filter(customer=warned.customer).unclosed().exists()


def test_the_cap_keeps_the_most_valuable(owner):
    ScoringPolicy.objects.update(max_new_per_owner=2, min_stake=Decimal(1))
    simulated_base()
    amounts = {
        amount: silent_customer(owner=owner, team=owner.team, amount=amount)
        for amount in ("9000", "20000", "60000")
    }

    run = run_now_here(AS_OF)

    warned = set(ChurnWarning.objects.filter(owner=owner).values_list("customer", flat=True))
    assert warned == {amounts["20000"].pk, amounts["60000"].pk}
    assert run.counts["warnings"]["over_the_cap"] >= 1
    run_now_here(AS_OF)
    assert ChurnWarning.objects.filter(owner=owner).count() == 2


def test_one_message_for_many_warnings(owner):
    simulated_base()
    for amount in ("40000", "50000", "60000"):
        silent_customer(owner=owner, team=owner.team, amount=amount)

    run_now_here(AS_OF)

    assert Notification.objects.filter(user=owner).count() == 1
    assert Notification.objects.get(user=owner).title.startswith("3 new churn warnings, ¥")


@pytest.mark.parametrize(
    "change",
    [
        {"min_risk": 0.999999},
        {"min_stake": Decimal("99999999")},
        {"min_purchase_days": 99},
        {"silence_factor": 9.0},
        {"lost_after_windows": 1.0, "window_max": 60},
    ],
)
def test_thresholds_keep_warnings_back(owner, change):
    ScoringPolicy.objects.update(**change)
    simulated_base()
    customer = silent_customer(owner=owner)

    run_now_here(AS_OF)

    assert not ChurnWarning.objects.filter(customer=customer).exists()


def test_a_customer_within_its_habit_is_not_warned_about(owner):
    simulated_base()
    yearly = CustomerFactory(owner=owner)
    give_orders(yearly, regular_days(AS_OF - timedelta(days=100), every=300, count=5), "90000.00")

    run_now_here(AS_OF)

    assert not ChurnWarning.objects.filter(customer=yearly).exists()


def test_a_customer_without_an_owner_is_warned_about_too():
    simulated_base()
    customer = silent_customer(owner=None, team=None)

    run_now_here(AS_OF)

    warning = ChurnWarning.objects.get(customer=customer)
    assert warning.owner is None
    assert warning.task.owner is None


def test_facts_beside_the_model_are_told_without_points(owner):
    simulated_base()
    customer = silent_customer(owner=owner)
    left_on = AS_OF - timedelta(days=30)
    ContactFactory(customer=customer, person__name="李文博", role=DecisionRole.DECIDER, ended_on=left_on)

    run_now_here(AS_OF)

    warning = ChurnWarning.objects.get(customer=customer)
    facts = {reason["code"]: reason for reason in warning.reasons}
    assert facts["person"]["weight"] is None
    assert in_words(facts["person"]) == "李文博 (Decision maker) left on 31 May 2026"
    assert in_words(facts["contact"]) == "No contact is on record"


def test_turnover_that_fell_is_a_reason():
    reason = {"code": "turnover", "params": {"now": 60.0, "before": 100.0, "currency": "CNY"}}

    assert in_words(reason) == "Turnover of 12 months fell by 40%, from ¥100 to ¥60"


def test_every_reason_has_words():
    assert in_words({"code": "segment", "params": {"old": "champions", "new": "at_risk"}}) == (
        "Moved from “Champions” to “At risk” since last month"
    )
    assert in_words({"code": "contact", "params": {"days": 74}}) == "No contact for 74 days"
    assert in_words({"code": "silence", "params": {"gap": None, "days": 90}}) == "Silent for 90 days"


@pytest.mark.parametrize(
    ("tier", "stage", "action"),
    [
        (Tier.STRATEGIC, Stage.DECLINE, SuggestedAction.EXECUTIVE_VISIT),
        (Tier.POTENTIAL, Stage.INTRODUCTION, SuggestedAction.ONBOARDING),
        (Tier.GROWTH, Stage.MATURITY, SuggestedAction.NEEDS_REVIEW),
        (Tier.GROWTH, Stage.GROWTH, SuggestedAction.OWNER_CALL),
        (Tier.POTENTIAL, Stage.GROWTH, SuggestedAction.COURSE_OFFER),
    ],
)
def test_the_first_step_follows_tier_and_stage(tier, stage, action):
    assert suggested_action(tier=tier, stage=stage) == action


# ---- moved by people --------------------------------------------------------------------------------
@pytest.mark.parametrize("new", [WarningState.CONTACTED, WarningState.SAVED, WarningState.LOST])
def test_an_open_warning_moves(owner, new):
    warning = ChurnWarningFactory(customer__owner=owner)

    moved = move_warning(warning, new, by=owner, note="They paused for the merger.")

    assert (moved.state, moved.note) == (new, "They paused for the merger.")
    move = moved.moves.get()
    assert (move.old, move.new, move.by) == ("open", new, owner)
    assert AuditEntry.objects.about(moved).get().changes == {"state": ["open", new]}
    assert TimelineEvent.objects.get(customer=warning.customer).data["new"] == new


@pytest.mark.parametrize("new", [WarningState.SAVED, WarningState.LOST])
def test_a_contacted_warning_closes(owner, new):
    warning = ChurnWarningFactory(state=WarningState.CONTACTED)

    moved = move_warning(warning, new, by=owner)

    assert (moved.closed_by, moved.is_unclosed) == (owner, False)
    assert moved.closed_at is not None


def test_a_dismissal_keeps_its_reason(owner):
    warning = ChurnWarningFactory()

    moved = move_warning(warning, WarningState.DISMISSED, by=owner, reason=DismissReason.SEASONAL)

    assert moved.dismiss_reason == DismissReason.SEASONAL


def test_a_dismissal_without_a_reason_is_refused(owner):
    with pytest.raises(DomainError) as refused:
        move_warning(ChurnWarningFactory(), WarningState.DISMISSED, by=owner)

    assert (refused.value.code, set(refused.value.fields)) == ("reason_needed", {"reason"})


def test_a_reason_for_anything_else_is_refused(owner):
    with pytest.raises(DomainError) as refused:
        move_warning(ChurnWarningFactory(), WarningState.SAVED, by=owner, reason=DismissReason.SEASONAL)

    assert refused.value.code == "reason_not_wanted"


def test_an_unknown_state_is_refused(owner):
    with pytest.raises(DomainError) as refused:
        move_warning(ChurnWarningFactory(), "gone", by=owner)

    assert refused.value.code == "unknown_state"


def test_a_note_that_is_too_long_is_refused(owner):
    with pytest.raises(DomainError) as refused:
        move_warning(ChurnWarningFactory(), WarningState.SAVED, by=owner, note="x" * 501)

    assert refused.value.code == "too_long"


@pytest.mark.parametrize("state", [WarningState.SAVED, WarningState.LOST, WarningState.DISMISSED])
def test_a_closed_warning_does_not_move(owner, state):
    reason = DismissReason.SEASONAL if state == WarningState.DISMISSED else ""
    warning = ChurnWarningFactory(state=state, closed_at=timezone.now(), dismiss_reason=reason)

    with pytest.raises(Conflict) as refused:
        move_warning(warning, WarningState.CONTACTED, by=owner)

    assert refused.value.code == "warning_moved"


def test_a_contacted_warning_does_not_become_contacted_twice(owner):
    warning = ChurnWarningFactory()
    stale = ChurnWarning.objects.get(pk=warning.pk)
    move_warning(warning, WarningState.CONTACTED, by=owner)

    with pytest.raises(Conflict):
        move_warning(stale, WarningState.CONTACTED, by=owner)

    assert warning.moves.count() == 1


def test_closing_a_warning_closes_its_task(warned, owner):
    move_warning(warned, WarningState.SAVED, by=owner)

    warned.task.refresh_from_db()
    assert (warned.task.state, warned.task.outcome) == (TaskState.DONE, "Saved")


def test_a_task_that_is_closed_already_is_no_obstacle(warned, owner):
    complete_task(warned.task, by=owner)

    assert move_warning(warned, WarningState.LOST, by=owner).state == WarningState.LOST


def test_plan_action_makes_one_task_at_a_time(owner):
    warning = ChurnWarningFactory(customer__owner=owner)

    task = plan_action(warning, by=owner)

    assert plan_action(warning, by=owner) == task
    complete_task(task, by=owner)
    assert plan_action(warning, by=owner) != task


def test_plan_action_refuses_a_closed_warning(owner):
    warning = ChurnWarningFactory(state=WarningState.LOST, closed_at=timezone.now())

    with pytest.raises(Conflict) as refused:
        plan_action(warning, by=owner)

    assert refused.value.code == "warning_closed"


def test_the_hit_rate_counts_outcomes_only():
    ChurnWarningFactory()
    ChurnWarningFactory(state=WarningState.LOST, closed_at=timezone.now())
    ChurnWarningFactory(state=WarningState.SAVED, closed_at=timezone.now())
    ChurnWarningFactory(state=WarningState.DISMISSED, closed_at=timezone.now(), dismiss_reason="other")

    assert ChurnWarning.objects.all().hit_rate() == (1, 2)


def test_value_at_stake_counts_what_is_not_closed():
    ChurnWarningFactory(value_at_stake=Decimal(100))
    ChurnWarningFactory(value_at_stake=Decimal(40), state=WarningState.CONTACTED)
    ChurnWarningFactory(value_at_stake=Decimal(7), state=WarningState.LOST, closed_at=timezone.now())

    value, low, high, n = stake_of(ChurnWarning.objects.all())

    assert (value, n) == (Decimal(140), 2)
    assert low < high


def test_a_warning_is_raised_for_the_day_of_the_run_only(warned):
    assert warned.opened_on == date(2026, 6, 30)
