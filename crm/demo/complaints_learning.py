"""Demo of what is learned from cases: articles, a crisis, early warnings, improvements, daily reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from complaints.choices.cases import State
from complaints.domain.alerts import look_back, look_for_repeats
from complaints.domain.articles import draft_from_case, move_article, note_help, publish_article
from complaints.domain.crises import (
    add_cases,
    approve_statement,
    finish_step,
    open_crisis,
    write_statement,
)
from complaints.domain.crisis_customers import mark_told
from complaints.domain.improvements import measure_all, move_improvement, plan_improvement
from complaints.domain.reports import make_report
from complaints.models import Cause, Complaint
from core.models import User

ARTICLES = 8
REPORTS = 14


def make(users: Mapping[str, User], *, today: date) -> None:
    """Build on the cases that are there."""
    _articles(users)
    _crisis(users, today)
    _improvements(users, today)
    now = timezone.make_aware(datetime.combine(today, time(9)))
    look_for_repeats(now - timedelta(days=40))
    look_for_repeats(now)
    look_back(now)
    for days in range(REPORTS, 0, -1):
        day = today - timedelta(days=days)
        make_report(day, at=timezone.make_aware(datetime.combine(day + timedelta(days=1), time(8))))


def _solved() -> list[Complaint]:
    rows = Complaint.objects.complaints().filter(state__in=[State.SOLVED, State.CLOSED])
    return list(rows.exclude(solution="").for_list().order_by("received_at", "id"))


def _articles(users: Mapping[str, User]) -> None:
    """Most are published; one waits for review, one is a draft. The first ones helped."""
    solved = _solved()
    for place, case in enumerate(solved[:ARTICLES]):
        article = draft_from_case(case, by=users["agent"])
        if place == ARTICLES - 1:
            continue
        move_article(article, "review", by=users["agent"])
        if place == ARTICLES - 2:
            continue
        publish_article(article, by=users["manager"])
        article.refresh_from_db()
        for other in solved[ARTICLES : ARTICLES + 5 - place]:
            note_help(article, other, by=users["agent"])


def _crisis(users: Mapping[str, User], today: date) -> None:
    began = timezone.make_aware(datetime.combine(today - timedelta(days=1), time(10)))
    crisis = open_crisis(
        {
            "kind": "service",
            "title": "线上课堂无法登录",
            "reason": "升级后认证服务过载，多个班级在上课时间无法进入课堂。",
            "stop_rule": "连续三天没有新的同类投诉",
        },
        by=users["manager"],
        at=began,
    )
    for step in crisis.steps.order_by("position")[:2]:
        finish_step(step, by=users["manager"], at=began + timedelta(hours=2))
    statement = write_statement(
        crisis,
        "登录故障已于 14:00 恢复。受影响的课程将免费补课，明天 12:00 前通知安排。",
        audience="受影响的学员",
        by=users["manager"],
        at=began + timedelta(hours=3),
    )
    approve_statement(statement, by=users["admin"], at=began + timedelta(hours=4))
    write_statement(crisis, "We are working on a full report.", audience="Partners", by=users["manager"])
    recent = Complaint.objects.complaints().for_list().order_by("-received_at", "-id")[:6]
    add_cases(crisis, recent, by=users["manager"], at=began)
    mark_told(crisis, list(recent)[:2], by=users["manager"], at=began + timedelta(hours=5))


def _improvements(users: Mapping[str, User], today: date) -> None:
    """One that is checked since two months, one in the plan that is late."""
    category = next((case.category for case in _solved() if case.category is not None), None)
    checked = plan_improvement(
        {
            "title": "讲师变更前一天短信通知学员",
            "cause": Cause.objects.filter(code="no-substitute").first(),
            "cause_note": "临时换讲师没有通知",
            "category": category,
            "owner": users["manager"],
            "due_on": today + timedelta(days=20),
        },
        by=users["manager"],
    )
    since = timezone.make_aware(datetime.combine(today - timedelta(days=60), time(9)))
    move_improvement(checked, "do", by=users["manager"], at=since - timedelta(days=10))
    move_improvement(checked, "check", by=users["manager"], at=since)
    measure_all(timezone.make_aware(datetime.combine(today, time(5))))
    plan_improvement(
        {
            "title": "Check invoices against orders before they are sent",
            "cause_note": "Amounts are typed by hand",
            "owner": users["manager"],
            "due_on": today - timedelta(days=2),
        },
        by=users["manager"],
    )
