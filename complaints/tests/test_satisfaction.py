"""Falling satisfaction: which groups, how often by chance, how surely when there, once for each fall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.answers import answers_urls
from complaints.choices.learning import AlertKind
from complaints.domain.alerts import move_alert
from complaints.domain.satisfaction import (
    SOURCES,
    lead_of,
    limits_now,
    look_for_falls,
    set_satisfaction_policy,
)
from complaints.models import Alert, CallBack, Category, SatisfactionFall, SatisfactionPolicy
from complaints.satisfaction import Limits, Scored, compared, fallen, has_recovered
from complaints.tests.factories import CategoryFactory, ComplaintFactory, QueueFactory
from core.errors import DomainError
from core.models import AuditEntry, Notification, User
from core.tests.factories import TeamFactory, UserFactory
from customers.tests.factories import CustomerFactory

AT = datetime(2026, 11, 26, 4, 15, tzinfo=UTC)
USUAL = np.array([0.02, 0.05, 0.13, 0.40, 0.40])
FALLEN = np.array([0.15, 0.25, 0.30, 0.20, 0.10])


def scores(group: str, rng: Any, *, after: np.ndarray, n_after: int = 12, n_before: int = 60) -> list[Scored]:
    values = rng.choice(5, size=n_before, p=USUAL) + 1
    late = rng.choice(5, size=n_after, p=after) + 1
    days = [*rng.uniform(31, 209, size=n_before), *rng.uniform(0.1, 29, size=n_after)]
    pairs = zip(days, [*values, *late], strict=True)
    return [Scored(AT - timedelta(days=day), float(value), (("team", group),)) for day, value in pairs]


# ---- the pure part ------------------------------------------------------------------------------------
def test_false_warnings_stay_below_the_share_that_is_borne() -> None:
    rng, nights = np.random.default_rng(2026), 60
    limits, hits = Limits(false_share=0.05), 0
    for _night in range(nights):
        rows = [one for n in range(8) for one in scores(str(n), rng, after=USUAL)]
        hits += bool(fallen(compared(rows, AT, limits), limits))
    # With nothing there, the share of nights with any finding is the share of false findings.
    assert hits / nights <= 0.05


def test_a_fall_of_a_point_is_found_among_groups_that_did_not_fall() -> None:
    rng, nights = np.random.default_rng(2027), 20
    limits, found, false = Limits(), 0, 0
    for _night in range(nights):
        rows = [one for n in range(7) for one in scores(str(n), rng, after=USUAL)]
        seen = fallen(compared(rows + scores("down", rng, after=FALLEN, n_after=25), AT, limits), limits)
        found += ("team", "down") in seen
        false += len(seen - {("team", "down")})
    assert found / nights >= 0.8
    assert false <= 2


def test_groups_with_few_answers_are_not_compared() -> None:
    rng = np.random.default_rng(1)
    assert compared(scores("a", rng, after=FALLEN, n_after=4), AT, Limits()) == {}
    assert compared(scores("a", rng, after=FALLEN, n_before=9), AT, Limits()) == {}


def test_a_sure_but_small_fall_is_not_warned_of() -> None:
    rows = [Scored(AT - timedelta(days=60), 5.0, (("team", "a"),))] * 200
    rows += [Scored(AT - timedelta(days=3), value, (("team", "a"),)) for value in [5.0] * 60 + [4.0] * 40]
    seen = compared(rows, AT, Limits())
    assert seen[("team", "a")].p < 1e-6
    assert fallen(seen, Limits()) == set()


def test_the_windows_of_one_customer_are_longer() -> None:
    middle_of_team = Limits().windows(("team", "1"), AT)[1]
    middle_of_customer = Limits().windows(("customer", "1"), AT)[1]
    assert (AT - middle_of_team, AT - middle_of_customer) == (timedelta(days=30), timedelta(days=90))


def test_between_fallen_and_recovered_lies_a_band_in_which_nothing_is_said() -> None:
    rng = np.random.default_rng(5)
    still_down = compared(scores("a", rng, after=FALLEN), AT, Limits())[("team", "a")]
    back = compared(scores("a", rng, after=USUAL), AT, Limits())[("team", "a")]
    since = AT - timedelta(days=20)
    assert not has_recovered(("team", "a"), still_down, since, AT, Limits())
    assert not has_recovered(("team", "a"), None, since, AT, Limits())
    assert has_recovered(("team", "a"), back, since, AT, Limits())
    long_ago = AT - timedelta(days=181)
    assert has_recovered(("team", "a"), still_down, long_ago, AT, Limits())
    # The windows of one customer are longer: the fall is not the usual level yet.
    assert not has_recovered(("customer", "7"), still_down, long_ago, AT, Limits())


# ---- the watch ----------------------------------------------------------------------------------------
def answered(values: dict[str, Any], days: float, score: int, at: datetime) -> CallBack:
    done = at - timedelta(days=days)
    return CallBack.objects.create(
        complaint=ComplaintFactory(**values),
        cycle=1,
        due_at=done,
        state="done",
        done_at=done,
        is_accepted=True,
        result_score=score,
    )


@pytest.fixture
def lead(db: object) -> User:
    team = TeamFactory()
    person = UserFactory(team=team)
    team.lead = person
    team.save()
    return person


def fell(team: Any, at: datetime, **values: Any) -> None:
    owner = UserFactory(team=team)
    given = {"owner": owner, **values}
    for n in range(14):
        answered({**given, "customer": CustomerFactory()}, 40 + 9 * n, 4 + n % 2, at)
    for n in range(7):
        answered({**given, "customer": CustomerFactory()}, 2 + 3 * n, 1 + n % 2, at)


def falls() -> Any:
    return Alert.objects.filter(kind=AlertKind.SATISFACTION)


@pytest.mark.django_db
def test_a_fall_of_a_team_warns_its_lead_with_figures(lead: User) -> None:
    now = timezone.now()
    fell(lead.team, now)
    assert look_for_falls(now) == 1
    alert = falls().get()
    seen = alert.evidence
    assert (alert.owner, alert.team, seen["n_before"], seen["n_after"]) == (lead, lead.team, 14, 7)
    assert (seen["mean_before"], seen["mean_after"]) == (4.5, 1.43)
    assert seen["low"] < seen["difference"] < seen["high"] < 0
    assert Notification.objects.filter(user=lead, kind="complaint_alert").count() == 1


@pytest.mark.django_db
def test_one_fall_is_one_warning_however_many_nights(lead: User) -> None:
    now = timezone.now()
    fell(lead.team, now)
    raised = [look_for_falls(now + timedelta(days=night)) for night in range(5)]
    assert raised == [1, 0, 0, 0, 0]
    move_alert(falls().get(), "acted", by=lead, outcome="We spoke with the team")
    assert look_for_falls(now + timedelta(days=5)) == 0


@pytest.mark.django_db
def test_after_recovery_a_second_fall_is_a_second_warning(lead: User) -> None:
    now = timezone.now()
    fell(lead.team, now)
    look_for_falls(now)
    later = now + timedelta(days=200)
    for n in range(14):
        answered({"owner": lead, "team": lead.team}, 40 + n, 4 + n % 2, later)
    for n in range(7):
        answered({"owner": lead, "team": lead.team}, 3 + n, 4 + n % 2, later)
    assert look_for_falls(later) == 0
    assert SatisfactionFall.objects.get().recovered_at == later
    much_later = later + timedelta(days=60)
    for n in range(7):
        answered({"owner": lead, "team": lead.team}, 3 + n, 1, much_later)
    assert look_for_falls(much_later) == 1
    assert sorted(alert.key[-2:] for alert in falls()) == [":1", ":2"]


@pytest.mark.django_db
def test_a_category_counts_for_the_one_above_and_warns_the_lead_of_its_queue(lead: User) -> None:
    Category.objects.all().delete()
    now = timezone.now()
    queue = QueueFactory(team=lead.team)
    CategoryFactory(code="course", queue=queue)
    below = CategoryFactory(code="lecturers", parent_code="course", queue=queue)
    fell(None, now, category=below)
    assert look_for_falls(now) == 2
    assert {(alert.category.code, alert.owner) for alert in falls()} == {
        ("course", lead),
        ("lecturers", lead),
    }


@pytest.mark.django_db
def test_a_fall_of_one_customer_warns_its_owner() -> None:
    now, owner = timezone.now(), UserFactory()
    customer = CustomerFactory(owner=owner)
    for n in range(12):
        answered({"customer": customer, "team": None}, 100 + 20 * n, 5, now)
    for n in range(6):
        answered({"customer": customer, "team": None}, 5 + 12 * n, 2, now)
    assert look_for_falls(now) == 1
    assert (falls().get().customer, falls().get().owner) == (customer, owner)


@pytest.mark.django_db
def test_other_sources_go_through_the_same_test(lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    group = (("team", str(lead.team_id)),)
    told = [Scored(now - timedelta(days=40 + n), 5.0, group) for n in range(12)]
    told += [Scored(now - timedelta(days=3 + n), 2.0, group) for n in range(6)]
    monkeypatch.setattr("complaints.domain.satisfaction.SOURCES", [*SOURCES, lambda since, until: told])
    assert look_for_falls(now) == 1


@pytest.mark.django_db
def test_without_answers_nothing_is_raised() -> None:
    assert look_for_falls(timezone.now()) == 0


@pytest.mark.django_db
def test_the_nearest_lead_above_acts_for_a_team_without_one(lead: User) -> None:
    assert lead_of(TeamFactory(parent=lead.team)) == lead
    assert lead_of(None) is None


@pytest.mark.django_db
def test_the_page_shows_the_figures_and_leads_to_the_answers(client: Any, user_in: Any, lead: User) -> None:
    now = timezone.now()
    fell(lead.team, now)
    look_for_falls(now)
    admin = UserFactory(is_superuser=True)
    client.force_login(admin)
    text = client.get(falls().get().get_absolute_url()).content.decode()
    assert "4.50 of 5" in text
    assert "n=14" in text
    before, after = answers_urls(falls().get())
    shown = [client.get(url).context["page"].rows for url in (before, after)]
    assert [len(rows) for rows in shown] == [14, 7]


# ---- the limits ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_limits_are_changed_once_and_noted() -> None:
    admin, policy = UserFactory(is_superuser=True), SatisfactionPolicy.load()
    set_satisfaction_policy(policy, {"least_answers": 8}, by=admin, version=policy.version)
    assert limits_now().least_answers == 8
    assert AuditEntry.objects.about(policy).count() == 1
    with pytest.raises(DomainError) as refused:
        set_satisfaction_policy(policy, {"least_answers": 9}, by=admin, version=policy.version)
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_the_page_of_limits_writes_them(client: Any) -> None:
    admin = UserFactory(is_superuser=True)
    client.force_login(admin)
    url = reverse("complaints:satisfactionpolicy-update")
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(url, {**data, "days": "45"})
    assert answer.status_code == 302
    assert SatisfactionPolicy.load().days == 45
