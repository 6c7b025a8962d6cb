from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from analytics.domain.nightly import run_now_here
from analytics.domain.policy import EDITABLE, change_policy, rules_of, stake_threshold, warned_by
from analytics.forms import PolicyForm
from analytics.models import ChurnWarning, ModelFit, ScoringPolicy
from analytics.tests.factories import AS_OF, silent_customer, simulated_base
from core.errors import Conflict
from core.models import AuditEntry

pytestmark = pytest.mark.django_db


def form_of(policy: ScoringPolicy, **change) -> dict:
    values = {name: getattr(policy, name) for name in EDITABLE}
    values["min_stake"] = "" if policy.min_stake is None else policy.min_stake
    return values | {"version": policy.version} | change


def test_there_is_one_policy():
    assert ScoringPolicy.load() == ScoringPolicy.load()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringPolicy.objects.create(pk=2)


@pytest.mark.parametrize("bad", [{"risk_mid": 0.9, "risk_high": 0.5}, {"window_min": 200, "window_max": 100}])
def test_levels_and_windows_keep_their_order(bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringPolicy.objects.update(**bad)


def test_change_writes_an_audit_line(user_in):
    by = user_in("analyst")

    policy = change_policy({"min_risk": 0.6}, by=by, version=1)

    assert (policy.min_risk, policy.version, policy.updated_by) == (0.6, 2, by)
    assert AuditEntry.objects.about(policy).get().changes == {"min_risk": [0.5, 0.6]}


def test_change_refuses_what_somebody_else_changed_meanwhile(user_in):
    by = user_in("analyst")
    change_policy({"min_risk": 0.6}, by=by, version=1)

    with pytest.raises(Conflict) as refused:
        change_policy({"min_risk": 0.7}, by=by, version=1)

    assert refused.value.code == "policy_changed"


def test_rules_follow_the_policy():
    ScoringPolicy.objects.update(margin_share=Decimal("0.35"), model="bg_nbd")

    rules = rules_of(ScoringPolicy.load())

    assert (rules.margin, rules.model) == (0.35, "bg_nbd")


def test_the_threshold_is_the_fifth_with_the_most_at_stake():
    simulated_base()
    run_now_here(AS_OF)
    policy = ScoringPolicy.load()

    threshold = stake_threshold(policy, AS_OF)

    from analytics.domain.policy import at_risk

    rows = at_risk(AS_OF, policy.min_risk, policy.min_purchase_days)
    assert 0 < rows.filter(value_at_stake__gte=threshold).count() <= max(1, 0.21 * rows.count() + 1)


def test_a_named_threshold_is_taken():
    assert stake_threshold(ScoringPolicy(min_stake=Decimal(5)), AS_OF) == 5
    assert stake_threshold(ScoringPolicy(), date(2020, 1, 1)) is None


def test_the_page_says_how_many_the_policy_warns_about(user_in, client_of):
    simulated_base()
    silent_customer()
    run_now_here(AS_OF)
    policy = ScoringPolicy.load()
    expected = warned_by(policy, AS_OF, ModelFit.objects.get().window_days).count()
    client = client_of(user_in("analyst"))

    page = client.get(reverse("analytics:settings"))

    assert page.context["effect"]["warned"] == expected == ChurnWarning.objects.count()


def test_a_preview_counts_and_saves_nothing(user_in, client_of):
    simulated_base()
    silent_customer()
    run_now_here(AS_OF)

    answer = client_of(user_in("analyst")).post(
        reverse("analytics:settings"), form_of(ScoringPolicy.load(), min_risk=1, preview="1")
    )

    assert answer.status_code == 200
    assert answer.context["effect"]["warned"] == 0
    assert ScoringPolicy.load().min_risk == 0.5


def test_an_analyst_saves_the_policy(user_in, client_of):
    answer = client_of(user_in("analyst")).post(
        reverse("analytics:settings"), form_of(ScoringPolicy.load(), min_stake="2500")
    )

    assert answer.status_code == 302
    assert ScoringPolicy.load().min_stake == 2500


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"min_risk": 2}, "min_risk"),
        ({"discount_per_month": -1}, "discount_per_month"),
        ({"window_min": ""}, "window_min"),
    ],
)
def test_bad_values_are_named_and_kept(user_in, client_of, change, field):
    answer = client_of(user_in("analyst")).post(
        reverse("analytics:settings"), form_of(ScoringPolicy.load(), **change)
    )

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_levels_out_of_order_are_refused_with_words():
    form = PolicyForm(form_of(ScoringPolicy.load(), risk_mid=0.9), instance=ScoringPolicy.load())

    assert "Medium risk begins above high risk." in str(form.errors)


def test_a_manager_reads_the_policy_and_saves_nothing(user_in, client_of):
    client = client_of(user_in("manager"))

    assert "Save policy" not in client.get(reverse("analytics:settings")).content.decode()
    assert client.post(reverse("analytics:settings"), form_of(ScoringPolicy.load())).status_code == 403


def test_sales_do_not_see_the_policy(user_in, client_of):
    assert client_of(user_in("sales")).get(reverse("analytics:settings")).status_code == 403
