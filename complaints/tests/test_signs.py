"""Surges, rates, anger in texts, early warnings: arithmetic on published figures, then the verbs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.choices.learning import AlertState
from complaints.domain.alerts import (
    look_back,
    look_for_repeats,
    move_alert,
    raise_alert,
    take_call_score,
)
from complaints.domain.texts import look_at_texts
from complaints.models import Alert, CallScore
from complaints.rates import rate_ratio
from complaints.surge import count_limit, judged, u_limits
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import alert
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification
from customers.tests.factories import CustomerFactory


# ---- arithmetic -------------------------------------------------------------------------------------
def test_control_limits_agree_with_montgomery():
    # Printed circuit boards, table 7.7: 516 nonconformities in 26 samples; limits 6.48, 19.85, 33.22.
    centre, lower, upper = u_limits([516], [26.0], 1.0)
    assert (centre, lower, upper) == (
        pytest.approx(19.85, abs=0.01),
        pytest.approx(6.48, abs=0.01),
        pytest.approx(33.22, abs=0.02),
    )


def test_the_rate_ratio_agrees_with_r():
    # R, help of poisson.test: c(11, 6+8+7), c(800, 1083+1050+878) gives 1.971488 (0.8584264, 4.2772659).
    found = rate_ratio(21, 3_011, 11, 800)
    assert found is not None
    assert (found.ratio, found.low, found.high) == (
        pytest.approx(1.971488, abs=1e-6),
        pytest.approx(0.8584264, abs=1e-6),
        pytest.approx(4.2772659, abs=1e-6),
    )


def test_a_rate_without_anything_before_has_no_upper_limit():
    found = rate_ratio(0, 10, 4, 10)
    assert found is not None
    assert (found.ratio, found.high) == (None, None)


def test_nothing_on_both_sides_gives_no_ratio():
    assert rate_ratio(0, 10, 0, 10) is None


def test_a_count_that_scatters_more_than_chance_has_a_higher_limit():
    assert count_limit([5, 5, 5, 5]) < count_limit([0, 10, 0, 10])


@pytest.mark.parametrize(
    ("count", "history", "is_surge"),
    [
        (12, [2] * 12, True),
        (6, [2] * 12, False),
        (4, [0] * 12, False),
        (5, [0] * 12, True),
        (50, [2] * 7, False),
        (50, [], False),
    ],
)
def test_a_surge_is_beyond_chance_and_no_handful(count, history, is_surge):
    assert judged(count, history).is_surge == is_surge


# ---- early warnings ---------------------------------------------------------------------------------
@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.mark.django_db
def test_a_warning_is_raised_and_told_once(agent):
    at = timezone.now()
    assert raise_alert("repeat", "7", at=at, owner=agent) is not None
    assert raise_alert("repeat", "7", at=at, owner=agent) is None
    assert Notification.objects.filter(user=agent, kind="complaint_alert").count() == 1


@pytest.mark.django_db
def test_three_complaints_in_ninety_days_warn_and_a_fourth_warns_again(agent):
    at, customer = timezone.now(), CustomerFactory(owner=agent)
    for days in (80, 40, 100):
        ComplaintFactory(customer=customer, received_at=at - timedelta(days=days))
    assert look_for_repeats(at) == 0
    ComplaintFactory(customer=customer, received_at=at - timedelta(days=1))
    assert [look_for_repeats(at), look_for_repeats(at)] == [1, 0]
    ComplaintFactory(customer=customer, received_at=at - timedelta(hours=1))
    assert look_for_repeats(at) == 1
    assert Alert.objects.first().owner == agent


@pytest.mark.django_db
def test_an_angry_text_warns_once(agent):
    case = ComplaintFactory(owner=agent, description="骗子公司，我要找律师起诉")
    ComplaintFactory(description="Please send the invoice")
    at = timezone.now()
    assert [look_at_texts(at), look_at_texts(at)] == [1, 0]
    assert Alert.objects.get().complaint == case


@pytest.mark.django_db
def test_a_call_is_kept_once_and_an_angry_one_warns(agent):
    case, data = ComplaintFactory(owner=agent), {"source_system": "cti", "external_id": "9", "anger": 0.9}
    assert take_call_score(case, data) == take_call_score(case, data)
    assert (CallScore.objects.count(), Alert.objects.get().kind) == (1, "call")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"source_system": "cti", "external_id": "9", "anger": 1.1}, "bad_score"),
        ({"source_system": "cti", "external_id": "9"}, "bad_score"),
        ({"source_system": "cti", "external_id": "", "anger": 0.5}, "identity_needed"),
    ],
)
def test_scores_that_say_nothing_are_refused(data, code):
    with pytest.raises(DomainError) as refusal:
        take_call_score(ComplaintFactory(), data)
    assert refusal.value.code == code


@pytest.mark.django_db
def test_a_warning_is_settled_once_and_with_words(agent):
    row = alert("a", agent)
    with pytest.raises(DomainError) as refusal:
        move_alert(row, AlertState.ACTED, by=agent)
    assert refusal.value.code == "outcome_needed"
    move_alert(row, AlertState.ACTED, by=agent, outcome="Called back")
    with pytest.raises(Conflict) as second:
        move_alert(row, AlertState.DISMISSED, by=agent, outcome="Nothing")
    assert second.value.code == "alert_moved"
    assert AuditEntry.objects.about(row).count() == 1


@pytest.mark.django_db
def test_whether_a_severe_complaint_followed_is_noted_after_thirty_days(agent):
    at, customer = timezone.now(), CustomerFactory()
    right = alert("a", agent, customer=customer, raised_at=at - timedelta(days=40))
    wrong = alert("b", agent, customer=CustomerFactory(), raised_at=at - timedelta(days=40))
    young = alert("c", agent, customer=customer, raised_at=at - timedelta(days=3))
    severe = ComplaintFactory(customer=customer, grade="severe", received_at=at - timedelta(days=20))
    assert [look_back(at), look_back(at)] == [2, 0]
    for row in (right, wrong, young):
        row.refresh_from_db()
    assert (right.followed_by, wrong.followed_by, young.looked_at) == (severe, None, None)
    assert wrong.looked_at == at


@pytest.mark.django_db
def test_the_list_shows_own_warnings_and_asks_as_often_for_three(agent, user_in, client_of):
    client, url = client_of(agent), reverse("complaints:alert-list")
    alert("a", agent, customer=CustomerFactory(name="Harbour", owner=agent))
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        page = client.get(url).content.decode()
    alert("b", agent, customer=CustomerFactory(owner=agent))
    alert("c", agent, customer=CustomerFactory(owner=agent))
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)
    assert "Harbour" in page
    stranger = user_in("sales", username="stranger", team=None)
    assert "Harbour" not in client_of(stranger).get(url).content.decode()


@pytest.mark.django_db
def test_a_warning_is_settled_on_its_page(agent, client_of):
    row, client = alert("a", agent), client_of(agent)
    assert client.get(row.get_absolute_url()).status_code == 200
    move = reverse("complaints:alert-move", args=[row.pk])
    assert client.get(f"{move}?state=acted").status_code == 200
    assert client.post(f"{move}?state=acted", {"note": ""}).status_code == 422
    client.post(f"{move}?state=acted", {"note": "Called back"})
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("acted", "Called back")
