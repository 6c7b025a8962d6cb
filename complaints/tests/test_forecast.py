"""Likely complainers: the model, its judging, the rule, no leak of the future, the run, the call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.choices.foresight import Method, Sign
from complaints.domain.callback_answers import Answer, settle
from complaints.domain.forecasts import making
from complaints.domain.forecasts.calling import plan_call
from complaints.domain.forecasts.making import learn, listed, make_forecast
from complaints.domain.forecasts.signs import active_customers, complained_between, signs_at
from complaints.domain.moves import close, solve
from complaints.domain.reopening import reopen
from complaints.forecast.judging import auc_of, judged
from complaints.forecast.logistic import fit
from complaints.forecast.signs import SIGNS, points_of
from complaints.models import CallBack, Forecast, LikelyComplainer
from complaints.reason_words import reason_words
from complaints.tests.factories import ComplaintFactory
from core.models import User
from core.tests.factories import TeamFactory, UserFactory
from core.zones import midnight
from customers.models import OrderDay, Task
from customers.tests.factories import CustomerFactory


# ---- the model ----------------------------------------------------------------------------------------
def test_the_model_recovers_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(20_000, 2))
    chances = 1 / (1 + np.exp(-(-1.5 + 0.8 * values[:, 0] - 0.4 * values[:, 1])))
    model = fit(values, rng.random(20_000) < chances, penalty=1e-6)
    slopes = model.weights / model.scales
    assert slopes == pytest.approx([0.8, -0.4], abs=0.07)


def test_a_column_that_never_varies_has_no_weight() -> None:
    values = np.column_stack([np.ones(60), np.arange(60) % 7])
    assert fit(values, np.arange(60) % 2).weights[0] == pytest.approx(0.0)


def test_data_that_a_line_parts_are_held_by_the_penalty() -> None:
    values = np.arange(40, dtype=float)[:, None]
    model = fit(values, values[:, 0] > 20)
    assert np.isfinite(model.weights).all()
    assert 0 < model.chances(values).min() < 0.5 < model.chances(values).max() < 1


def test_labels_of_one_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        fit(np.ones((5, 1)), np.zeros(5))


def test_shifting_moves_the_mean_and_keeps_the_order() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(500, 1))
    model = fit(values, rng.random(500) < 0.3)
    shifted = model.shifted(0.1, values)
    assert shifted.chances(values).mean() == pytest.approx(0.1, abs=1e-6)
    before, after = model.chances(values), shifted.chances(values)
    assert (np.argsort(before) == np.argsort(after)).all()


# ---- judging ------------------------------------------------------------------------------------------
def test_the_area_counts_pairs_and_halves_ties() -> None:
    area, low, high = auc_of(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert area == 0.75
    assert 0 <= low < area < high <= 1
    assert auc_of(np.ones(6), np.array([0.0, 1, 0, 1, 0, 1]))[0] == 0.5


def test_the_first_twenty_and_the_base_are_counted() -> None:
    labels = np.array([1.0] * 10 + [0.0] * 10 + [1.0] * 5 + [0.0] * 75)
    found = judged(np.linspace(1, 0, 100), labels, are_chances=True)
    assert found is not None
    assert (found.first.k, found.first.n, found.base.k, found.base.n) == (10, 20, 15, 100)
    assert sum(band.n for band in found.bands) == 100


def test_nothing_is_judged_when_nobody_complained() -> None:
    assert judged(np.ones(5), np.zeros(5), are_chances=True) is None


def test_points_are_given_from_the_count_on_that_speaks() -> None:
    counts = np.zeros((2, len(SIGNS)))
    counts[0, SIGNS.index(Sign.OPEN)] = 2
    counts[0, SIGNS.index(Sign.REQUESTS)] = 2
    counts[1, SIGNS.index(Sign.REQUESTS)] = 3
    assert points_of(counts)[1].tolist() == [3.0, 2.0]


# ---- no leak of the future ----------------------------------------------------------------------------
def bought(customer: Any, day: date) -> None:
    OrderDay.objects.create(customer=customer, day=day, orders=1, amount=100)


@pytest.mark.django_db
def test_what_happens_after_a_day_does_not_change_what_was_known_then(agent: User) -> None:
    now = timezone.now()
    cut = midnight(timezone.localdate(now) - timedelta(days=60))
    customer, other = CustomerFactory(industry="banking"), CustomerFactory(industry="banking")
    for one in (customer, other):
        bought(one, timezone.localdate(cut) - timedelta(days=20))
    early = cut - timedelta(days=30)
    lived = ComplaintFactory(customer=customer, owner=agent, received_at=early)
    still = ComplaintFactory(customer=other, owner=agent, received_at=early)
    solve(lived, "Sorry", decision="rejected", by=agent, at=early + timedelta(days=2))
    close(lived, by=agent, at=early + timedelta(days=3))
    ids = active_customers(cut)
    before = signs_at(ids, cut)
    at = cut + timedelta(days=5)
    reopen(lived, reason="Not content", by=agent, at=at)
    solve(lived, "Again", decision="upheld", by=agent, at=at + timedelta(days=1))
    solve(still, "Done", decision="rejected", by=agent, at=at)
    callback = CallBack.objects.filter(complaint=still).get()
    settle(callback, Answer(False, result_score=1), by=UserFactory(), at=at + timedelta(days=1))
    ComplaintFactory(customer=customer, received_at=at)
    ComplaintFactory(customer=other, kind="request", grade="", received_at=at)
    bought(customer, timezone.localdate(at))
    assert (active_customers(cut) == ids).all()
    assert signs_at(ids, cut).tolist() == before.tolist()


@pytest.mark.django_db
def test_the_log_says_how_a_case_stood_on_that_day(agent: User) -> None:
    now = timezone.now()
    cut = midnight(timezone.localdate(now) - timedelta(days=20))
    case = ComplaintFactory(owner=agent, received_at=cut - timedelta(days=10))
    solve(case, "Done", decision="rejected", by=agent, at=cut - timedelta(days=5))
    ids = active_customers(cut)
    known = dict(zip(SIGNS, signs_at(ids, cut)[0], strict=True))
    assert (known[Sign.OPEN], known[Sign.REJECTED], known[Sign.RECENT]) == (0, 1, 1)
    reopen(case, reason="Not content", by=agent, at=cut - timedelta(days=2))
    known = dict(zip(SIGNS, signs_at(ids, cut)[0], strict=True))
    assert (known[Sign.OPEN], known[Sign.REOPENED]) == (1, 1)


@pytest.mark.django_db
def test_the_outcome_is_a_complaint_in_the_window_only() -> None:
    cut = timezone.now() - timedelta(days=100)
    ids = np.array([ComplaintFactory(received_at=cut + timedelta(days=d)).customer_id for d in (-1, 1, 91)])
    assert complained_between(ids, cut, cut + timedelta(days=90)).tolist() == [0.0, 1.0, 0.0]


# ---- the run ------------------------------------------------------------------------------------------
def lived_through(day: date, *, troubled: int = 30, calm: int = 60) -> None:
    """Troubled customers complain every quarter, calm ones hardly ever."""
    for n in range(troubled + calm):
        customer = CustomerFactory()
        for quarter in range(7):
            bought(customer, day - timedelta(days=20 + 91 * quarter))
            if n < troubled or (n + quarter) % 30 == 0:
                at = midnight(day - timedelta(days=10 + 90 * quarter + n % 70))
                ComplaintFactory(
                    customer=customer, state="closed", received_at=at, ended_at=at + timedelta(days=2)
                )


@pytest.mark.django_db
def test_with_enough_behind_it_the_model_is_fitted_judged_and_better_than_chance() -> None:
    day = timezone.localdate()
    lived_through(day)
    learned = learn(day)
    assert learned.model is not None
    assert learned.figures["model"]["auc_low"] > 0.5
    assert learned.figures["learned"]["to"] < learned.figures["held"]["from"]


@pytest.mark.django_db
def test_with_too_little_behind_it_the_rule_is_used_and_says_so() -> None:
    customer = ComplaintFactory(received_at=timezone.now() - timedelta(days=5)).customer
    forecast = make_forecast(timezone.now())
    row = forecast.rows.get()
    assert (forecast.method, forecast.figures["why"]) == (Method.POINTS, "few")
    assert (row.customer, row.place, row.score) == (customer, 1, 5.0)
    assert [one["sign"] for one in row.reasons] == ["open", "recent"]


@pytest.mark.django_db
def test_a_second_run_of_the_day_changes_nothing() -> None:
    ComplaintFactory(received_at=timezone.now() - timedelta(days=5))
    first = make_forecast(timezone.now())
    ComplaintFactory(received_at=timezone.now() - timedelta(days=4))
    assert make_forecast(timezone.now()) == first
    assert LikelyComplainer.objects.count() == 1


@pytest.mark.django_db
def test_without_any_customer_the_run_is_empty() -> None:
    forecast = make_forecast(timezone.now())
    assert (forecast.customers, forecast.listed, forecast.figures["rule"]) == (0, 0, None)


@pytest.mark.django_db
def test_what_happens_today_waits_for_tomorrow() -> None:
    ComplaintFactory(received_at=timezone.now())
    assert make_forecast(timezone.now()).listed == 0


@pytest.mark.django_db
def test_old_rows_are_removed_and_their_runs_kept() -> None:
    ComplaintFactory(received_at=timezone.now() - timedelta(days=60))
    old = make_forecast(timezone.now() - timedelta(days=making.KEEP_ROWS_DAYS + 1))
    assert old.rows.count() == 1
    make_forecast(timezone.now())
    assert (old.rows.count(), Forecast.objects.count()) == (0, 2)


def test_ties_are_listed_by_the_customer() -> None:
    counts = np.zeros((3, len(SIGNS)))
    counts[:, SIGNS.index(Sign.OPEN)] = 1
    rows = listed(np.array([5, 9, 12]), counts, None)
    assert [(row.customer_id, row.place) for row in rows] == [(5, 1), (9, 2), (12, 3)]


def test_every_sign_has_words() -> None:
    words = {sign: reason_words({"sign": sign, "value": 2}) for sign in SIGNS}
    assert len(set(words.values())) == len(SIGNS)
    assert all("%" not in text and text != sign for sign, text in words.items())


# ---- the page and the call ----------------------------------------------------------------------------
@pytest.fixture
def row(db: object) -> LikelyComplainer:
    team = TeamFactory()
    owner = UserFactory(team=team)
    customer = CustomerFactory(owner=owner, team=team)
    ComplaintFactory(customer=customer, received_at=timezone.now() - timedelta(days=5))
    make_forecast(timezone.now())
    return LikelyComplainer.objects.get()


@pytest.mark.django_db
def test_the_list_shows_reasons_to_who_sees_the_customer(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    url = reverse("complaints:likely-list")
    seen = {}
    for team in (row.customer.team, TeamFactory()):
        client.force_login(user_in("sales", team=team))
        seen[team] = client.get(url).content.decode()
    assert "1 complaint is open" in seen[row.customer.team]
    assert [row.customer.name in text for text in seen.values()] == [True, False]


@pytest.mark.django_db
def test_the_panel_of_a_customer_whom_nothing_speaks_for_is_silent(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    client.force_login(user_in("sales", team=row.customer.team))
    calm = CustomerFactory(owner=row.customer.owner, team=row.customer.team)
    shown = [
        client.get(reverse("complaints:likely-for-customer", args=[one.pk])).content.decode().strip()
        for one in (row.customer, calm)
    ]
    assert "May complain soon" in shown[0]
    assert shown[1] == ""


@pytest.mark.django_db
def test_the_task_to_call_is_made_once(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    person = user_in("sales", team=row.customer.team)
    client.force_login(person)
    url = reverse("complaints:likely-call", args=[row.pk])
    assert [client.post(url).status_code for _turn in range(2)] == [302, 302]
    task = Task.objects.get()
    row.refresh_from_db()
    assert (task.owner, task.customer, row.task) == (row.customer.owner, row.customer, task)
    assert "1 complaint is open" in task.note
    assert plan_call(row, by=person) == task


@pytest.mark.django_db
def test_the_task_is_refused_out_of_reach(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    client.force_login(user_in("sales", team=TeamFactory()))
    assert client.post(reverse("complaints:likely-call", args=[row.pk])).status_code == 404
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_the_page_of_the_model_says_what_there_is(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    client.force_login(user_in("manager", team=row.customer.team))
    text = client.get(reverse("complaints:forecast-detail")).content.decode()
    assert "too few complaints to fit a model" in text
    Forecast.objects.all().delete()
    assert "No run yet" in client.get(reverse("complaints:forecast-detail")).content.decode()


@pytest.mark.django_db
def test_the_list_takes_as_many_queries_for_three_rows_as_for_one(
    client: Any, user_in: Callable[..., User], row: LikelyComplainer
) -> None:
    client.force_login(user_in("manager", team=row.customer.team))
    url = reverse("complaints:likely-list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for place in (2, 3):
        other = CustomerFactory(owner=UserFactory(team=row.customer.team), team=row.customer.team)
        LikelyComplainer.objects.create(
            forecast=row.forecast, customer=other, place=place, score=3, reasons=row.reasons
        )
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(url).context["page"].rows) == 3
    assert len(three) == len(one)
