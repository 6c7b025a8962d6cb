"""Kinds of notifications: every one that the code uses is declared, and people choose about each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy

from core.domain.notice_choices import (
    SUMMARY,
    Choice,
    choices_of,
    kinds_for,
    read_unsubscribe_token,
    save_choices,
    unsubscribe,
    unsubscribe_token,
)
from core.domain.notifications import notify
from core.errors import DomainError
from core.models import Notification, NotificationPreference, NotificationTiming, OutgoingMail
from core.notices import MailMode, NoticeGroup, UnknownKind, all_kinds, kind_named, label_of
from core.tests.factories import UserFactory

PACKAGES = ("core", "customers", "surveys", "complaints", "training", "analytics", "crm")
#: Places that choose among declared kinds by a variable: the kinds they choose from.
CHOSEN = {
    "core/domain/bulk/telling.py": {"customer_assigned", "task_assigned", "case_assigned"},
    "core/domain/jobs/ending.py": {"core.job_done", "core.job_failed", "core.export_ready"},
    "customers/domain/reminders.py": {"task_due", "task_overdue"},
    "complaints/domain/escalation.py": {"case_escalated", "case_escalated_urgent", "case_reminder"},
    "complaints/domain/telling.py": {"case_assigned", "case_heard", "case_reopened"},
    "complaints/domain/work_orders.py": {"work_order_given", "work_order_ended"},
}


def kinds_in(path: Path) -> Iterator[ast.expr]:
    """Yield what every `notify(…, kind=…)` of a file names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "notify":
            yield next(keyword.value for keyword in node.keywords if keyword.arg == "kind")


def told() -> list[tuple[str, str]]:
    found = []
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            if "tests" in path.parts:
                continue
            place = str(path.relative_to(settings.BASE_DIR))
            for kind in kinds_in(path):
                names = {kind.value} if isinstance(kind, ast.Constant) else CHOSEN[place]
                found += [(name, place) for name in sorted(names)]
    return found


def test_the_search_finds_what_is_told():
    assert ("churn_warnings", "analytics/domain/warnings/night.py") in told()


@pytest.mark.parametrize(("kind", "place"), told(), ids=lambda value: value)
def test_every_kind_that_is_told_is_declared(kind, place):
    assert kind_named(kind).key == kind, f"{place} tells {kind}, which no package declares"


def test_every_kind_stands_under_a_heading():
    assert {kind.group for kind in all_kinds()} <= set(NoticeGroup.values)


@pytest.mark.django_db
def test_a_kind_that_nobody_declared_is_refused():
    with pytest.raises(UnknownKind):
        notify([UserFactory()], kind="made_up", title="x")


def test_a_kind_that_is_gone_keeps_its_key_as_name():
    assert label_of("of_a_package_that_was_taken_out") == "of_a_package_that_was_taken_out"


# ---- choices ----------------------------------------------------------------------------------------
@pytest.fixture
def person(user_in):
    return user_in("sales")


def say(users, kind="core.mention", **more):
    notify(users, kind=kind, title=gettext_lazy("Hello %(n)s"), params={"n": 1}, **more)


def test_only_what_differs_from_the_default_is_stored(person):
    kind = kind_named("core.mention")
    save_choices(
        person,
        {"core.mention": Choice(kind.in_app, kind.mail), "task_due": Choice(False, MailMode.NOW)},
        {},
    )

    [row] = NotificationPreference.objects.all()
    assert (row.kind, row.in_app, row.mail) == ("task_due", False, "now")


def test_going_back_to_the_default_forgets_the_choice(person):
    kind = kind_named("task_due")
    save_choices(person, {"task_due": Choice(False, MailMode.NEVER)}, {})
    save_choices(person, {"task_due": Choice(kind.in_app, kind.mail)}, {})

    assert not NotificationPreference.objects.exists()


def test_security_cannot_be_switched_off(person):
    save_choices(person, {"core.security": Choice(False, MailMode.NEVER)}, {})
    assert not NotificationPreference.objects.exists()

    NotificationPreference.objects.create(user=person, kind="core.security", in_app=False, mail="never")
    say([person], kind="core.security")

    assert Notification.objects.get().in_app
    assert OutgoingMail.objects.get().kind == "core.security"
    assert choices_of(person)["core.security"] == Choice(True, "now")


def test_a_mode_that_does_not_exist_is_refused(person):
    with pytest.raises(DomainError, match="no such choice"):
        save_choices(person, {"task_due": Choice(True, "hourly")}, {})


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(time(22), None, "quiet_hours_open"), (time(22), time(22), "quiet_hours_empty")],
)
def test_quiet_hours_need_two_different_ends(person, start, end, code):
    with pytest.raises(DomainError) as refusal:
        save_choices(person, {}, {"quiet_from": start, "quiet_to": end})

    assert refusal.value.code == code
    assert not NotificationTiming.objects.exists()


def test_kinds_about_what_a_role_never_sees_are_not_offered(user_in):
    keys = {kind.key for kind in kinds_for(user_in("trainer"))}

    assert "core.token_expiring" not in keys
    assert "task_due" in keys
    assert "core.test" not in keys


# ---- leaving by a link ------------------------------------------------------------------------------
def test_a_link_stops_the_mails_of_one_kind_and_nothing_else(person):
    assert unsubscribe(person, "core.mention") == ["core.mention"]

    choices = choices_of(person)
    assert choices["core.mention"] == Choice(True, "never")
    assert choices["task_assigned"].mail == "now"


def test_leaving_twice_changes_nothing(person):
    unsubscribe(person, "core.mention")
    assert unsubscribe(person, "core.mention") == []


def test_a_link_of_a_summary_stops_everything_that_was_in_summaries(person):
    stopped = unsubscribe(person, SUMMARY)

    assert "task_due" in stopped
    assert "core.mention" not in stopped
    assert not {choice.mail for choice in choices_of(person).values()} & {"digest"}


def test_a_token_says_whom_and_what(person):
    assert read_unsubscribe_token(unsubscribe_token(person, "task_due")) == (person, "task_due")


def test_tokens_that_are_not_ours_say_nothing(person):
    token = unsubscribe_token(person, "task_due")
    other = unsubscribe_token(UserFactory(), "task_due")
    body, stamp, signature = token.rsplit(":", 2)
    foreign = [
        "",
        "x",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{other.rsplit(':', 2)[0]}:{stamp}:{signature}",
        signing.dumps([person.pk, "task_due"], salt="another purpose"),
        unsubscribe_token(person, "core.security"),
        unsubscribe_token(person, "made_up"),
    ]

    assert [read_unsubscribe_token(token) for token in foreign] == [None] * len(foreign)
    assert body


def test_tokens_of_who_left_say_nothing(person):
    token = unsubscribe_token(person, "task_due")
    person.is_active = False
    person.save()

    assert read_unsubscribe_token(token) is None
