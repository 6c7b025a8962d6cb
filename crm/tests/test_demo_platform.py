"""The demo company: a visitor finds every feature of the platform with something in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import QueryDict
from django.test import Client, override_settings
from django.urls import reverse_lazy
from django.utils import timezone

from complaints.domain.articles import write_article
from complaints.domain.causes import create_cause
from complaints.domain.crises import open_crisis
from complaints.domain.work_orders import create_work_order, move_work_order
from complaints.models import Article, Cause, Crisis, Improvement, WorkOrder
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import improvement
from core.choices import (
    BulkOutcome,
    BulkState,
    DepartureState,
    ImportState,
    JobState,
    PreviewState,
    ViewScope,
)
from core.domain.bulk.undoing import may_undo
from core.domain.exports import export_file
from core.domain.imports import can_undo
from core.domain.recycling import Asked, list_bin
from core.lists import list_named
from core.models import (
    Absence,
    ApiToken,
    Attachment,
    AuditEntry,
    BulkRun,
    Departure,
    ImportMapping,
    ImportRun,
    Job,
    Notification,
    Organisation,
    PicklistValue,
    SavedView,
    ScheduleRun,
    Share,
    User,
)
from crm.demo.activity import make_tasks
from crm.demo.build import SEED
from crm.demo.customers import make_customers
from crm.demo.files import files_of_cases, make_files
from crm.demo.lent import make_lent
from crm.demo.notifications import make_notifications
from crm.demo.orders import make_orders
from crm.demo.people import make_catalogue, make_staff
from crm.demo.picklists import make_picklists
from crm.demo.platform import make_platform
from customers.models import Customer, Order, Product, Task

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def printed(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Build the company without its cases once for this file; return what was printed and where files lie."""
    folder, out, today = tmp_path_factory.mktemp("demo"), StringIO(), timezone.localdate()
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder), redirect_stdout(out):
            users = make_staff()
            _customers(today, users)
            make_notifications(users, today=today)
            make_picklists(by=users["admin"])
            make_lent(users, today=today)
            make_files(users)
            make_platform(users, today=today)
        yield out.getvalue(), folder
        transaction.set_rollback(True)


def _customers(today: date, users: dict[str, User]) -> None:
    rng = random.Random(SEED)
    products = make_catalogue(today.replace(day=1, year=today.year - 3))
    profiles = make_customers(120, today=today, users=users, rng=rng)
    make_orders(profiles, products, today=today, rng=rng)
    make_tasks(profiles, today=today, rng=rng)


@pytest.fixture(autouse=True)
def company(printed: tuple[str, Path], own_files: None, settings: Any) -> str:
    """Let the test see the files of the demo."""
    settings.MEDIA_ROOT = printed[1]
    return printed[0]


def login(name: str) -> User:
    return User.objects.get(username=name)


def test_a_second_call_changes_nothing() -> None:
    before = (User.objects.count(), Job.objects.count(), AuditEntry.objects.count())
    with pytest.raises(CommandError):
        call_command("demo")
    call_command("demo", if_empty=True)
    assert (User.objects.count(), Job.objects.count(), AuditEntry.objects.count()) == before


def test_views_of_each_scope_on_four_lists_mean_their_reader() -> None:
    views = SavedView.objects.all()
    lists = {"customers.customer", "customers.order", "customers.task", "complaints.complaint"}
    assert set(views.values_list("list_key", flat=True)) == lists
    assert set(views.values_list("scope", flat=True)) == set(ViewScope.values)
    words = {value for view in views for values in view.query.values() for value in values}
    assert {"@me", "@my-team", "@this-quarter"} <= words
    for view in views:
        definition = list_named(view.list_key)
        assert definition is not None
        rows = definition.model._default_manager.visible_to(view.owner)
        data = QueryDict(urlencode(view.query, doseq=True))
        filterset = definition.filterset_class(data, queryset=rows, user=view.owner)
        assert filterset.is_valid(), (view.name, filterset.errors)


def test_one_import_waits_for_its_faults_and_one_can_be_undone() -> None:
    seller = login("sales")
    done, waiting = ImportRun.objects.order_by("created_at")
    assert (done.state, done.counts["created"]) == (ImportState.DONE, 5)
    assert can_undo(done, seller)
    assert Customer.objects.live().filter(source_system="展会", owner=seller).count() == 5
    assert waiting.state == ImportState.CHECKED
    assert waiting.counts["faulty"] == 5
    assert {line.code for line in waiting.lines.all()} > {"unknown_choice"}
    mapping = ImportMapping.objects.get(user=seller)
    assert mapping.columns["会上聊了什么"] == "notes"
    assert waiting.profile["before"]["id"] == mapping.pk


def test_one_action_on_many_rows_has_a_way_back_and_one_was_refused_in_part() -> None:
    fields, due = BulkRun.objects.order_by("created_at")
    assert (fields.state, due.state) == (BulkState.DONE, BulkState.DONE)
    assert may_undo(fields, by=fields.created_by)
    outcomes = sorted(due.rows.values_list("outcome", flat=True))
    assert outcomes == [*[BulkOutcome.CHANGED.value] * 6, *[BulkOutcome.REFUSED.value] * 2]
    assert all(row.reason for row in due.rows.filter(outcome=BulkOutcome.REFUSED))


def test_exports_are_ready_for_who_asked() -> None:
    jobs = Job.objects.filter(task="core.tasks.export_list", state=JobState.DONE)
    for job in jobs:
        path, _name, _kind = export_file(job.payload["token"], by=job.created_by)
        assert path.stat().st_size > 100
    assert sorted(jobs.values_list("created_by__username", flat=True)) == ["analyst", "manager"]


def test_tokens_are_in_every_state_and_no_secret_is_known(company: str) -> None:
    now = timezone.now()
    tokens = list(ApiToken.objects.for_list().order_by("expires_at"))
    state = [(token.user.username, token.state) for token in tokens]
    assert state == [
        ("erp", "expired"),
        ("admin", "revoked"),
        ("analyst", "active"),
        ("manager", "unused"),
        ("erp", "active"),
    ]
    assert all(token.created_at < now < token.created_at + timedelta(days=366) for token in tokens)
    assert not any(token.prefix in company for token in tokens)
    assert "pn_" not in company


def test_somebody_is_away_and_somebody_will_be() -> None:
    today = timezone.localdate()
    now, planned = Absence.objects.order_by("starts_on")
    assert now.starts_on <= today <= now.ends_on
    assert (planned.starts_on > today, planned.deputy.username) == (True, "xu")


def test_what_a_former_member_of_staff_held_is_with_colleagues() -> None:
    departure = Departure.objects.get()
    leaver = departure.user
    assert (departure.state, leaver.is_active) == (DepartureState.DONE, False)
    steps = departure.steps.filter(kind="customers.customers")
    moved = {step.receiver.username: len(step.moved) for step in steps}
    assert sorted(moved) == ["sales", "zhou"]
    assert all(moved.values())
    assert not Customer.objects.filter(owner=leaver).exists()
    assert not Task.objects.open().filter(owner=leaver).exists()
    job = Job.objects.get(task="core.tasks.run_departure")
    assert (job.state, job.url) == (JobState.DONE, departure.get_absolute_url())


def test_jobs_are_done_stopped_and_set_aside_with_their_reason() -> None:
    aside = Job.objects.get(state=JobState.FAILED)
    assert (aside.task, aside.created_by.username) == ("core.tasks.export_list", "sales")
    assert aside.error
    assert Notification.objects.filter(user=aside.created_by, dedupe__startswith=f"job-{aside.pk}-").exists()
    assert Job.objects.filter(state=JobState.CANCELLED).count() == 1
    assert Job.objects.filter(state=JobState.DONE).count() > 10
    for job in Job.objects.filter(state=JobState.DONE):
        assert job.created_at <= job.started_at <= job.finished_at <= timezone.now()


def test_schedules_ran_in_the_nights_before_and_missed_one() -> None:
    runs = ScheduleRun.objects.filter(schedule__key="core.forget-forms").order_by("due_at")
    assert [run.missed for run in runs] == [0, 0, 1]
    assert all(run.job is not None and run.job.state == JobState.DONE for run in runs)
    assert runs[2].due_at <= timezone.now() < runs[2].schedule.next_due


def test_messages_shares_lists_and_the_bin() -> None:
    messages = Notification.objects.all()
    assert messages.filter(read_at__isnull=True).exists()
    assert messages.filter(read_at__isnull=False).exists()
    assert messages.filter(kind="core.mention").count() >= 4
    assert Share.objects.count() == 1
    assert PicklistValue.objects.filter(is_active=False).exists()
    rows, _place = list_bin(login("manager"), Asked())
    assert sorted(row.kind.key for row in rows) == ["customers.customer", "customers.order"]
    assert Organisation.load().colour == Organisation().colour


def test_files_lie_on_records_of_many_kinds() -> None:
    manager, agent = login("manager"), login("agent")
    case = ComplaintFactory(owner=manager, team=manager.team)
    order = create_work_order(case, "更换空调", team=agent.team, by=manager)
    move_work_order(order, "done", by=manager, outcome="已更换")
    create_cause({"code": "no-substitute", "name_en": "No substitute"}, by=manager)
    open_crisis({"title": "Sign-in fails", "kind": "service"}, by=manager)
    improvement(manager, state="check", done_on=timezone.localdate())
    article = write_article({"title": "Rooms", "body": "Text"}, by=agent)
    files_of_cases({"manager": manager, "agent": agent})
    found = set(Attachment.objects.values_list("subject_type", flat=True))
    kinds = (Customer, Order, Task, Product, WorkOrder, Cause, Crisis, Improvement, Article)
    assert found == {kind._meta.label_lower for kind in kinds}
    assert Attachment.objects.of(article).get().preview == PreviewState.READY
    assert not Job.objects.filter(task="core.tasks.make_file_preview", state=JobState.PENDING).exists()


@pytest.mark.parametrize(
    ("who", "url", "said"),
    [
        ("admin", reverse_lazy("core:import-list"), "秋季展会名单.csv"),
        ("sales", reverse_lazy("core:job-list"), "秋季展会名单.csv"),
        ("manager", reverse_lazy("core:recycle-bin"), "重复录入"),
        ("admin", reverse_lazy("core:departure-list"), "邓雅琴"),
        ("manager", reverse_lazy("core:view-list", args=["customers.customer"]), "本季度新客户"),
        ("zhou", reverse_lazy("customers:customer-list"), "本团队核心客户"),
        ("analyst", reverse_lazy("core:profile"), "Monthly report"),
    ],
)
def test_the_pages_show_it(who: str, url: Any, said: str, client_of: Callable[[User], Client]) -> None:
    page = client_of(login(who)).get(url)
    assert page.status_code == 200
    assert said in page.text
