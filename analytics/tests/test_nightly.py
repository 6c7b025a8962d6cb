from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import models

import analytics.tasks  # noqa: F401 (a worker has imported every package's tasks)
from analytics.choices import RunState, Step
from analytics.domain import nightly, runs
from analytics.domain.nightly import perform_run, run_now_here
from analytics.domain.runs import local_today, scheduled_run, start_run
from analytics.domain.scores import fit_of
from analytics.models import ChurnWarning, KpiValue, ModelFit, NightlyRun, ScoringPolicy
from analytics.tests.factories import AS_OF, give_orders, silent_customer, simulated_base
from core.choices import AuditAction, JobState
from core.errors import DomainError
from core.models import AuditEntry, Job, Notification, Schedule
from core.tasks import run_job
from customers.models import Metrics, MonthlySnapshot, Task, TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

WRITTEN = (Metrics, MonthlySnapshot, KpiValue, ChurnWarning, Task, TimelineEvent, Notification, ModelFit)


def everything() -> dict[str, list[tuple]]:
    return {model.__name__: _rows(model) for model in WRITTEN}


def _rows(model: type[models.Model]) -> list[tuple]:
    names = [field.attname for field in model._meta.concrete_fields]
    return [tuple(str(value) for value in row) for row in model.objects.order_by("pk").values_list(*names)]


def test_a_run_scores_every_customer(user_in):
    customers = simulated_base()
    nobody = CustomerFactory()

    run = run_now_here(AS_OF)

    assert run.state == RunState.DONE
    assert [step.state for step in run.steps.all()] == [RunState.DONE] * 6
    assert Metrics.objects.filter(as_of=AS_OF).count() == len(customers) + 1
    empty = Metrics.objects.get(customer=nobody)
    assert (empty.r, empty.p_alive, empty.churn_risk, empty.clv_12m, empty.risk_level, empty.segment) == (
        None,
        None,
        None,
        None,
        "",
        "",
    )
    assert not Metrics.objects.filter(purchase_days__gt=0, churn_risk__isnull=True).exists()
    assert MonthlySnapshot.objects.filter(month=date(2026, 6, 1)).count() == len(customers) + 1


def test_one_order_is_no_habit_so_nothing_is_at_stake():
    simulated_base()
    once = CustomerFactory()
    give_orders(once, [AS_OF - timedelta(days=40)])

    run_now_here(AS_OF)

    metrics = Metrics.objects.get(customer=once)
    assert metrics.value_at_stake is None
    assert metrics.churn_risk is not None


def test_a_customer_of_age_zero_is_scored():
    simulated_base()
    new = CustomerFactory()
    give_orders(new, [AS_OF])

    run_now_here(AS_OF)

    metrics = Metrics.objects.get(customer=new)
    assert metrics.recency_days == 0
    assert 0 <= metrics.churn_risk <= 1


def test_a_second_run_of_the_day_changes_nothing():
    simulated_base()
    silent_customer()
    run_now_here(AS_OF)
    before = everything()

    run_now_here(AS_OF)

    assert NightlyRun.objects.filter(as_of=AS_OF).count() == 2
    assert before["ChurnWarning"]
    assert everything() == before


class Killed(BaseException):
    """Not an Exception: what a kill -9 looks like from inside."""


@pytest.mark.parametrize("step", list(Step))
def test_a_run_killed_in_a_step_goes_on_there(step, monkeypatch):
    simulated_base()
    silent_customer()
    real = nightly.ACTIONS[step]

    def die(work):
        real(work)  # the effects are there, the step is not marked done
        raise Killed

    with monkeypatch.context() as patch:
        patch.setitem(nightly.ACTIONS, step, die)
        with pytest.raises(Killed):
            run_now_here(AS_OF)
    run = NightlyRun.objects.get()
    done = [one.step for one in run.steps.all() if one.state == RunState.DONE]
    assert done == list(Step)[: list(Step).index(step)]
    assert run.state == RunState.RUNNING

    again = run_now_here(AS_OF)

    assert again == run
    assert again.state == RunState.DONE
    before = everything()
    run_now_here(AS_OF)
    assert everything() == before


def test_a_finished_run_is_left_as_it_is():
    simulated_base(60)
    run = run_now_here(AS_OF)
    finished = run.finished_at

    perform_run(run)

    run.refresh_from_db()
    assert run.finished_at == finished


def test_the_kept_fit_is_the_fit_that_scored():
    simulated_base()
    run_now_here(AS_OF)
    kept = ModelFit.objects.get(as_of=AS_OF)

    fit = fit_of(kept)

    assert fit.window == kept.window_days
    assert fit.buying.r == kept.parameters["r"]
    assert fit.buying.log_likelihood == kept.log_likelihood
    assert fit.spending.population_mean == kept.spend["population_mean"]


def test_too_few_customers_are_ranked_and_nothing_is_invented():
    for place in range(10):
        last = AS_OF - timedelta(days=30 * place)
        give_orders(CustomerFactory(), [last - timedelta(days=60), last])

    run_now_here(AS_OF)

    kept = ModelFit.objects.get()
    assert (kept.is_fitted, kept.n) == (False, 10)
    assert Metrics.objects.filter(r__isnull=False).count() == 10
    assert not Metrics.objects.filter(churn_risk__isnull=False).exists()
    assert not Metrics.objects.exclude(risk_level="").exists()
    assert not ChurnWarning.objects.exists()


def test_a_base_in_which_nobody_leaves_gets_no_chance_of_being_active():
    for place in range(70):
        every = 20 + place % 7
        count = 3 + place % 5
        last = AS_OF - timedelta(days=place % every)
        give_orders(CustomerFactory(), [last - timedelta(days=every * turn) for turn in range(count)])

    run_now_here(AS_OF)

    kept = ModelFit.objects.get()
    assert (kept.is_fitted, kept.dropout_visible) == (True, False)
    assert not Metrics.objects.filter(p_alive__isnull=False).exists()
    assert Metrics.objects.filter(churn_risk__isnull=False).count() == 70


def test_an_empty_installation_is_no_error():
    run = run_now_here(AS_OF)

    assert run.state == RunState.DONE
    assert not KpiValue.objects.exists()


def test_the_backtest_is_kept_with_the_fit():
    simulated_base(200)

    run_now_here(AS_OF)

    diagnostics = ModelFit.objects.get().diagnostics
    assert diagnostics["cut"] < AS_OF.isoformat()
    found = diagnostics["backtest"]
    assert found["n"] > 50
    assert found["auc"]["low"] <= found["auc"]["value"] <= found["auc"]["high"]
    assert isinstance(found["is_worth_showing"], bool)


def test_margin_scales_what_customers_are_worth():
    simulated_base()
    run_now_here(AS_OF)
    whole = dict(Metrics.objects.values_list("pk", "clv_12m"))
    ScoringPolicy.objects.update(margin_share="0.5")

    run_now_here(AS_OF)

    for pk, value in Metrics.objects.filter(clv_12m__isnull=False).values_list("pk", "clv_12m"):
        assert abs(value * 2 - whole[pk]) <= 1


# ---- asking for a run -------------------------------------------------------------------------------
def test_start_run_leaves_one_job(user_in):
    analyst = user_in("analyst")

    run = start_run(AS_OF, by=analyst)

    assert run.job.task == "analytics.tasks.run_nightly"
    assert run.job.payload == {"run_id": run.pk}
    assert run.job.queue == "analytics"
    assert AuditEntry.objects.about(run).get().action == AuditAction.RAN


def test_a_second_click_returns_the_run_under_way(user_in):
    analyst = user_in("analyst")
    run = start_run(AS_OF, by=analyst)

    again = start_run(AS_OF, by=analyst)

    assert again == run
    assert Job.objects.filter(task=runs.TASK).count() == 1


def test_start_run_refuses_the_future(user_in):
    with pytest.raises(DomainError) as refused:
        start_run(local_today() + timedelta(days=1), by=user_in("analyst"))

    assert refused.value.code == "as_of_in_future"


def test_a_run_whose_job_was_cancelled_is_taken_up_again(user_in):
    analyst = user_in("analyst")
    run = start_run(AS_OF, by=analyst)
    Job.objects.filter(pk=run.job_id).update(state=JobState.CANCELLED)

    again = start_run(AS_OF, by=analyst)

    assert again == run
    assert again.job_id != run.job_id


def test_the_job_computes_and_a_new_click_is_a_new_attempt(user_in):
    simulated_base(60)
    analyst = user_in("analyst")
    run = start_run(AS_OF, by=analyst)

    run_job(run.job_id)

    run.refresh_from_db()
    job = Job.objects.get(pk=run.job_id)
    assert (run.state, job.state) == (RunState.DONE, JobState.DONE)
    assert job.progress_done == job.progress_total > 0
    assert job.result["metrics"]["customers"] == 60
    assert start_run(AS_OF, by=analyst).attempt == 2


def test_the_schedule_computes_today_once():
    job = Job.objects.create(task=runs.TASK)
    other = Job.objects.create(task=runs.TASK)

    run = scheduled_run(job)
    perform_run(run)

    assert run.as_of == local_today()
    assert scheduled_run(job) == run
    assert scheduled_run(other) == run


def test_the_schedule_exists_at_two_in_the_morning():
    schedule = Schedule.objects.get(key="nightly-scoring")

    assert (schedule.task, schedule.daily_at.hour, schedule.queue) == (runs.TASK, 2, "analytics")


def test_the_command_computes_a_day():
    simulated_base(60)
    out = StringIO()

    call_command("run_nightly", "--as-of", AS_OF.isoformat(), stdout=out)

    assert NightlyRun.objects.get().state == RunState.DONE
    assert "snapshot" in out.getvalue()


def test_the_command_refuses_the_future():
    with pytest.raises(CommandError):
        call_command("run_nightly", "--as-of", "2099-01-01")
