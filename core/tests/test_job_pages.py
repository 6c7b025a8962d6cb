"""The pages of jobs and schedules: what is shown, what is hidden, what may be done."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import JobState
from core.domain.heartbeats import mark_alive
from core.domain.jobs import claim_job, later
from core.domain.schedules import ensure_schedule
from core.models import Job, Schedule
from core.tasks import run_job

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def sales(user_in):
    return user_in("sales")


def page(client, name, *args, **extra):
    return client.get(reverse(f"core:{name}", args=args), **extra)


def test_the_list_shows_ones_own_jobs_and_not_those_of_others(sales, user_in, client_of):
    later("core.tasks.tick", title="My import", by=sales)
    later("core.tasks.tick", title="Their import", by=user_in("sales"))

    text = page(client_of(sales), "job-list").content.decode()

    assert "My import" in text
    assert "Their import" not in text


def test_administrators_see_all_jobs(sales, user_in, client_of):
    later("core.tasks.tick", title="My import", by=sales)
    later("core.tasks.tick", title="Nightly")

    text = page(client_of(user_in("administrator")), "job-list").content.decode()

    assert "My import" in text
    assert "Nightly" in text


def test_the_list_costs_the_same_for_one_and_three_jobs(sales, client_of, django_assert_num_queries):
    client = client_of(sales)
    later("core.tasks.tick", title="One", by=sales)
    page(client, "job-list")
    with CaptureQueriesContext(connection) as one:
        page(client, "job-list")
    for title in ("Two", "Three"):
        later("core.tasks.tick", title=title, by=sales)

    with django_assert_num_queries(len(one)):
        page(client, "job-list")


def test_the_list_filters_by_state(sales, client_of):
    later("core.tasks.tick", title="Waits", by=sales)
    run_job(later("core.tasks.delete_old_jobs", title="Ended", by=sales).pk)

    text = client_of(sales).get(reverse("core:job-list"), {"state": "done"}).content.decode()

    assert "Ended" in text
    assert "Waits" not in text


def test_a_job_of_somebody_else_does_not_exist(sales, user_in, client_of):
    job = later("core.tasks.tick", by=user_in("sales"))
    client = client_of(sales)

    answers = [page(client, "job-detail", job.pk), page(client, "job-progress", job.pk, **HTMX)]
    answers += [client.post(reverse(f"core:job-{verb}", args=[job.pk])) for verb in ("cancel", "retry")]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    job.refresh_from_db()
    assert job.state == JobState.PENDING


def test_the_page_says_that_no_worker_is_running(sales, client_of):
    job = later("core.tasks.tick", title="Import", by=sales)
    client = client_of(sales)

    assert "No worker is running" in page(client, "job-detail", job.pk).content.decode()
    assert "No worker is running" in page(client, "job-list").content.decode()

    mark_alive("worker", at=timezone.now())
    assert "No worker is running" not in page(client, "job-detail", job.pk).content.decode()
    assert "No worker is running" not in page(client, "job-list").content.decode()


def test_the_fragment_polls_while_the_job_is_open_and_stops_when_it_ends(sales, client_of):
    job = later("core.tasks.delete_old_jobs", by=sales)
    client = client_of(sales)

    before = page(client, "job-progress", job.pk, **HTMX)
    run_job(job.pk)
    after = page(client, "job-progress", job.pk, **HTMX)

    assert "hx-trigger" in before.content.decode()
    assert "HX-Trigger" not in before
    assert "hx-trigger" not in after.content.decode()
    assert after["HX-Trigger"] == "job-ended"
    assert "HX-Refresh" not in after


def test_a_page_that_asked_for_it_is_loaded_again_when_the_job_ends(sales, client_of):
    job = later("core.tasks.delete_old_jobs", by=sales)
    run_job(job.pk)

    answer = client_of(sales).get(reverse("core:job-progress", args=[job.pk]), {"refresh": "1"}, **HTMX)

    assert answer["HX-Refresh"] == "true"


def test_the_fragment_shows_how_far_a_running_job_is(sales, client_of):
    job = later("core.tasks.tick", title="Import", by=sales)
    claim_job(job.pk, at=timezone.now(), token="mine")
    Job.objects.update(progress_done=1234, progress_total=4321, progress_note="Writing orders")

    text = page(client_of(sales), "job-progress", job.pk, **HTMX).content.decode()

    assert "Writing orders" in text
    assert "1,234 of 4,321" in text


def test_cancel_stops_the_job_and_answers_the_fragment(sales, client_of):
    job = later("core.tasks.tick", by=sales)

    answer = client_of(sales).post(reverse("core:job-cancel", args=[job.pk]), **HTMX)

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert "Cancelled" in answer.content.decode()


def test_cancel_without_htmx_leads_to_the_page(sales, client_of):
    job = later("core.tasks.tick", by=sales)

    answer = client_of(sales).post(reverse("core:job-cancel", args=[job.pk]))

    assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())


def test_cancelling_what_has_ended_says_so(sales, client_of):
    job = later("core.tasks.delete_old_jobs", by=sales)
    run_job(job.pk)

    answer = client_of(sales).post(reverse("core:job-cancel", args=[job.pk]))

    assert answer.status_code == 409
    assert "already ended" in answer.content.decode()


def test_retry_lets_a_job_wait_again(sales, client_of):
    job = later("core.no_such_task", by=sales)
    run_job(job.pk)

    client_of(sales).post(reverse("core:job-retry", args=[job.pk]), **HTMX)

    job.refresh_from_db()
    assert job.state == JobState.PENDING


def test_cancel_and_retry_need_a_post(sales, client_of):
    job = later("core.tasks.tick", by=sales)
    client = client_of(sales)

    assert page(client, "job-cancel", job.pk).status_code == 405
    assert page(client, "job-retry", job.pk).status_code == 405


def test_the_page_shows_the_counts_of_a_result_in_words(sales, client_of):
    job = later("core.tasks.tick", title="Import", by=sales)
    Job.objects.update(state=JobState.DONE, result={"created": 2118, "internals": {"a": 1}})

    text = page(client_of(sales), "job-detail", job.pk).content.decode()

    assert "2,118" in text
    assert "internals" not in text


def test_only_administrators_see_the_payload(sales, user_in, client_of):
    job = later("core.tasks.tick", title="Import", by=sales, secret_path="/var/secret.csv")

    assert "secret.csv" not in page(client_of(sales), "job-detail", job.pk).content.decode()
    assert "secret.csv" in page(client_of(user_in("administrator")), "job-detail", job.pk).content.decode()


@pytest.fixture
def schedule(db):
    return ensure_schedule(
        "test.nightly", title="Nightly scoring", task="core.tasks.delete_old_jobs", daily_at=time(2)
    )


def test_schedules_are_shown_to_those_who_may_see_them(schedule, user_in, client_of):
    shown = page(client_of(user_in("manager")), "schedule-list")

    assert "Nightly scoring" in shown.content.decode()
    assert "Run now" not in shown.content.decode()
    assert page(client_of(user_in("sales")), "schedule-list").status_code == 403


def test_the_schedule_list_costs_the_same_for_more_schedules(
    schedule, user_in, client_of, django_assert_num_queries
):
    client = client_of(user_in("administrator"))
    client.post(reverse("core:schedule-run", args=[schedule.pk]))
    page(client, "schedule-list")
    with CaptureQueriesContext(connection) as one:
        page(client, "schedule-list")
    queries = len(one)
    for key in ("test.two", "test.three"):
        more = ensure_schedule(key, title=key, task="core.tasks.delete_old_jobs", every_seconds=60)
        client.post(reverse("core:schedule-run", args=[more.pk]))

    with django_assert_num_queries(queries):
        page(client, "schedule-list")


def test_run_now_starts_a_job_and_leads_to_it(schedule, user_in, client_of):
    answer = client_of(user_in("analyst")).post(reverse("core:schedule-run", args=[schedule.pk]))

    assert answer["Location"] == Job.objects.get().get_absolute_url()


def test_run_now_is_not_for_managers(schedule, user_in, client_of):
    answer = client_of(user_in("manager")).post(reverse("core:schedule-run", args=[schedule.pk]))

    assert answer.status_code == 403
    assert not Job.objects.exists()


def test_an_administrator_changes_when_a_schedule_runs(schedule, user_in, client_of):
    client = client_of(user_in("administrator"))
    url = reverse("core:schedule-update", args=[schedule.pk])
    assert "Nightly scoring" in client.get(url).content.decode()

    client.post(url, {"daily_at": "03:30", "time_zone": "UTC", "every_seconds": "", "is_enabled": "on"})

    schedule.refresh_from_db()
    assert (schedule.daily_at, schedule.time_zone) == (time(3, 30), "UTC")


def test_an_unsound_timing_is_refused_in_the_form(schedule, user_in, client_of):
    url = reverse("core:schedule-update", args=[schedule.pk])

    answer = client_of(user_in("administrator")).post(
        url, {"daily_at": "03:30", "time_zone": "", "every_seconds": "60", "is_enabled": "on"}
    )

    assert answer.status_code == 422
    assert "either a time of day or an interval" in answer.content.decode()
    assert Schedule.objects.get(pk=schedule.pk).every_seconds is None


@pytest.mark.parametrize("seconds", ["2147483648", "3000000000", "999999999999", "9" * 30])
def test_an_interval_that_no_clock_tells_is_refused_in_the_form(seconds, schedule, user_in, client_of):
    url = reverse("core:schedule-update", args=[schedule.pk])

    answer = client_of(user_in("administrator")).post(
        url, {"daily_at": "", "time_zone": "", "every_seconds": seconds, "is_enabled": "on"}
    )

    assert answer.status_code == 422
    assert Schedule.objects.get(pk=schedule.pk).every_seconds is None


# ---- tabs, attempts, starting again -----------------------------------------------------------------
def failed_once(title="Import", **fields) -> Job:
    values = {"task": "core.tasks.tick", "error": "ValueError: no such column", "attempts": 1, **fields}
    return Job.objects.create(title=title, not_before=timezone.now() + timedelta(minutes=5), **values)


def set_aside(title="Export", **fields) -> Job:
    values = {"state": JobState.FAILED, "attempts": 5, "finished_at": timezone.now(), **fields}
    return failed_once(title, **values)


def test_a_job_that_will_be_tried_again_says_when_and_why(sales, client_of):
    job = failed_once(created_by=sales)
    client = client_of(sales)

    for text in (
        page(client, "job-list").content.decode(),
        page(client, "job-detail", job.pk).content.decode(),
        page(client, "job-progress", job.pk, **HTMX).content.decode(),
    ):
        assert "Will be tried again at" in text
        assert "attempt 2 of 5" in text
        assert "ValueError: no such column" in text
        assert "Waiting for the worker" not in text


def test_the_tabs_count_ones_own_jobs(sales, user_in, client_of):
    later("core.tasks.tick", title="Waits", by=sales)
    failed_once(created_by=sales)
    set_aside("Mine aside", created_by=sales)
    set_aside("Theirs", created_by=user_in("sales"))
    running = later("core.tasks.tick", title="Runs", by=sales)
    claim_job(running.pk, at=timezone.now(), token="t")

    response = page(client_of(sales), "job-list")

    assert [(tab["label"], tab.get("count")) for tab in response.context["tabs"]] == [
        ("All", None),
        ("Running", 1),
        ("Waiting", 1),
        ("Failed, tried again", 1),
        ("Set aside", 1),
    ]
    shown = client_of(sales).get(reverse("core:job-list"), {"stand": "aside"}).content.decode()
    assert ("Mine aside" in shown, "Waits" in shown, "Theirs" in shown) == (True, False, False)


def test_a_running_row_shows_how_far_it_is_and_how_long_it_takes(sales, client_of):
    job = later("core.tasks.tick", title="Import", by=sales)
    claim_job(job.pk, at=timezone.now(), token="mine")
    started = timezone.now() - timedelta(seconds=30)
    Job.objects.update(progress_done=500, progress_total=1000, started_at=started)

    text = page(client_of(sales), "job-list").content.decode()

    assert 'max="1000" value="500"' in text
    assert "500 of 1,000 · about 30 seconds left" in text


def test_all_set_aside_jobs_of_the_filter_start_again_after_a_question(user_in, client_of):
    mine, other = set_aside("Import A"), set_aside("Export B")
    client = client_of(user_in("administrator"))
    url = reverse("core:job-retry-all") + "?q=Import"
    assert url in client.get(reverse("core:job-list"), {"q": "Import"}).content.decode()

    asked = client.get(url).content.decode()
    assert "1 job that is set aside starts again" in asked
    assert client.post(url).status_code == 302

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == (JobState.PENDING, JobState.FAILED)


def test_the_question_counts_one_run_of_a_schedule(user_in, client_of):
    schedule = scheduled()
    for n in range(2):
        job = job_of(schedule, state=JobState.FAILED)
        schedule.runs.create(due_at=timezone.now() + timedelta(days=n), job=job)
    client = client_of(user_in("administrator"))
    asked = client.get(reverse("core:job-retry-all")).content.decode()
    assert "1 job that is set aside starts again" in asked
    assert "only the newest starts" in asked


def test_nobody_starts_the_set_aside_jobs_of_others(sales, user_in, client_of):
    theirs = set_aside(created_by=user_in("sales"))
    client = client_of(sales)
    assert reverse("core:job-retry-all") not in page(client, "job-list").content.decode()
    client.post(reverse("core:job-retry-all"))
    answer = client.post("/api/v1/jobs/retry-all/", {}, content_type="application/json")
    assert answer.json() == {"retried": 0}
    theirs.refresh_from_db()
    assert theirs.state == JobState.FAILED


def test_the_api_starts_those_of_one_task_again(user_in, client_of):
    set_aside()
    set_aside(task="core.tasks.delete_old_jobs")
    answer = client_of(user_in("administrator")).post(
        "/api/v1/jobs/retry-all/", {"task": "core.tasks.tick"}, content_type="application/json"
    )
    assert answer.json() == {"retried": 1}
    assert Job.objects.filter(state=JobState.FAILED).count() == 1


def scheduled() -> Schedule:
    Schedule.objects.all().delete()
    return ensure_schedule(
        "test.again", title="Nightly", task="core.tasks.delete_old_jobs", daily_at=time(2, 0)
    )


def job_of(schedule, **fields) -> Job:
    values = {"state": JobState.DONE, "finished_at": timezone.now(), **fields}
    return Job.objects.create(task=schedule.task, title="Nightly", **values)


def test_the_work_of_a_schedule_can_be_run_again(user_in, client_of):
    done, client = job_of(scheduled()), client_of(user_in("administrator"))
    assert "Run again" in page(client, "job-detail", done.pk).content.decode()

    answer = client.post(reverse("core:job-run-again", args=[done.pk]))

    new = Job.objects.latest("pk")
    assert (answer.url, new.task, new.state) == (new.get_absolute_url(), done.task, JobState.PENDING)
    again = client.post(f"/api/v1/jobs/{done.pk}/run-again/")
    assert (again.status_code, again.json()["code"]) == (409, "schedule_is_running")


def test_other_work_is_not_run_again(user_in, client_of, sales):
    export = Job.objects.create(task="core.tasks.export_list", state=JobState.DONE, created_by=sales)
    waits = job_of(scheduled(), state=JobState.PENDING, finished_at=None)
    client = client_of(user_in("administrator"))
    assert "Run again" not in page(client, "job-detail", export.pk).content.decode()
    codes = [client.post(f"/api/v1/jobs/{job.pk}/run-again/").json()["code"] for job in (export, waits)]
    assert codes == ["job_not_repeatable", "job_not_done"]
    refused = client_of(sales).post(f"/api/v1/jobs/{export.pk}/run-again/")
    assert refused.status_code == 403


def test_the_schedules_show_what_was_missed_and_every_run(user_in, client_of):
    schedule, now = scheduled(), timezone.now()
    job = job_of(schedule)
    schedule.runs.create(due_at=now - timedelta(days=9), missed=0)
    schedule.runs.create(due_at=now, missed=3, job=job)
    client = client_of(user_in("administrator"))

    assert "3 missed before the last run" in page(client, "schedule-list").content.decode()
    runs = page(client, "schedule-runs", schedule.pk)
    assert [run.missed for run in runs.context["page"].rows] == [3, 0]
    assert job.get_absolute_url() in runs.content.decode()
    only = client.get(reverse("core:schedule-runs", args=[schedule.pk]), {"missed": "1"})
    assert [run.missed for run in only.context["page"].rows] == [3]


def test_a_run_links_to_no_job_that_the_reader_may_not_see(user_in, client_of):
    schedule = scheduled()
    job = job_of(schedule)
    schedule.runs.create(due_at=timezone.now(), job=job)
    shown = page(client_of(user_in("manager")), "schedule-runs", schedule.pk)
    assert (shown.status_code, job.get_absolute_url() in shown.content.decode()) == (200, False)
    assert page(client_of(user_in("sales")), "schedule-runs", schedule.pk).status_code == 403
