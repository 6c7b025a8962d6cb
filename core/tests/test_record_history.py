"""The history of a record: in words, filtered, paged, masked, and only for who may see the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import AuditAction
from core.domain.audit import record
from core.models import AuditEntry, Team, User
from core.tests.factories import UserFactory
from core.views import history

pytestmark = pytest.mark.django_db


def page_of(label: str, pk: int) -> str:
    return reverse("core:record-history", kwargs={"kind": label, "pk": pk})


@pytest.fixture
def client(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(user_in("sales"))


def lead_changes(team: Team, count: int) -> None:
    by = UserFactory(full_name="Chen Si")
    for n in range(count):
        record(AuditAction.CHANGED, by=by, subject=team, changes={"lead": (f"Old {n}", f"New {n}")})
    record(AuditAction.CHANGED, by=UserFactory(full_name="Lena"), subject=team, changes={"name": ("A", "B")})


def test_one_field_says_since_when(client: Client, team: Team) -> None:
    lead_changes(team, 2)
    shown = client.get(page_of("core.team", team.pk), {"field": "lead"}).content.decode()
    assert "New 1" in shown
    assert "by Chen Si" in shown
    assert ">B<" not in shown


def test_one_person(client: Client, team: Team) -> None:
    lead_changes(team, 1)
    by = User.objects.get(full_name="Lena")
    answer = client.get(page_of("core.team", team.pk), {"by": by.pk})
    assert [row.change.field for row in answer.context["history"].rows] == ["name"]


def test_pages_by_position(client: Client, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LINES_SHOWN", 2)
    lead_changes(team, 3)
    first = client.get(page_of("core.team", team.pk)).context["history"]
    assert len(first.rows) == 2
    second = client.get(page_of("core.team", team.pk), {"cursor": first.page.next_cursor}).context["history"]
    assert [row.change.new for row in second.rows] == ["New 1", "New 0"]


def test_the_same_queries_for_few_and_many(client: Client, team: Team) -> None:
    counts = []
    for more in (1, 5):
        lead_changes(team, more)
        client.get(page_of("core.team", team.pk))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of("core.team", team.pk))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_what_is_unknown_or_forbidden_does_not_exist(client: Client, team: Team) -> None:
    somebody = UserFactory()
    for label, pk in (
        ("core.user", somebody.pk),
        ("core.team", 10**9),
        ("core.apitoken", 1),
        ("nothing.here", 1),
    ):
        assert client.get(page_of(label, pk)).status_code == 404


def test_exports_and_looks_are_for_auditors(
    client: Client, team: Team, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    record(AuditAction.EXPORTED, by=None, subject=team, note="taken away")
    url = page_of("core.team", team.pk)
    assert "taken away" not in client.get(url).content.decode()
    assert "taken away" in client_of(user_in("administrator")).get(url).content.decode()


# ---- the audit page ---------------------------------------------------------------------------------
@pytest.fixture
def auditor(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(user_in("administrator"))


def rows(auditor: Client, **query: object) -> list[str]:
    answer = auditor.get(reverse("core:audit-list"), query)
    return [entry.note for entry in answer.context["page"].rows if entry.note]


def line(note: str, **fields: object) -> AuditEntry:
    entry = AuditEntry(action=AuditAction.CHANGED, note=note, **fields)
    entry.save()
    return entry


def test_the_audit_page_shows_a_month_unless_asked_for_more(auditor: Client) -> None:
    line("old", at=timezone.now() - timedelta(days=40))
    line("new")
    assert (rows(auditor), rows(auditor, period="90d")) == (["new"], ["new", "old"])


def test_each_filter_finds_its_lines(auditor: Client, team: Team) -> None:
    by = UserFactory()
    line("a", actor=by, address="10.0.0.7", via="api")
    line(
        "b",
        subject_type="core.team",
        subject_id=team.pk,
        subject_label="East China",
        changes={"lead": [1, 2]},
    )
    assert rows(auditor, actor=by.pk) == ["a"]
    assert rows(auditor, address="10.0.0.7") == ["a"]
    assert rows(auditor, via="api") == ["a"]
    assert rows(auditor, q="t chi") == ["b"]
    assert rows(auditor, field="core.team:lead") == ["b"]
    assert rows(auditor, field="core.team:name") == []
    assert rows(auditor, subject_type="core.team", subject_id=team.pk) == ["b"]


def test_pieces_of_names_are_looked_for_within_a_bound(auditor: Client) -> None:
    answer = auditor.get(reverse("core:audit-list"), {"q": "x", "period": "all"})
    assert answer.status_code == 400
    assert auditor.get(reverse("core:audit-list"), {"q": "x", "period": "90d"}).status_code == 200


def test_the_period_chip_leads_to_any_time(auditor: Client) -> None:
    answer = auditor.get(reverse("core:audit-list"))
    assert answer.context["filter_chips"] == [("Period: Last 30 days", "?period=all")]


def test_a_line_opens_with_its_surroundings(auditor: Client, team: Team) -> None:
    auditor.post(reverse("core:team-update", args=[team.pk]), {"name": "Renamed", "parent": "", "lead": ""})
    entry = AuditEntry.objects.about(team).get()
    assert (entry.via, entry.address) == ("page", "127.0.0.1")
    assert entry.credential.startswith("session ")
    assert len(entry.request_id) == 16
    shown = auditor.get(reverse("core:audit-detail", args=[entry.pk])).content.decode()
    for text in ("Renamed", "East China", entry.request_id, "127.0.0.1"):
        assert text in shown


def test_the_check_is_one_job_for_two_clicks(auditor: Client) -> None:
    urls = {auditor.post(reverse("core:audit-check"))["Location"] for _ in range(2)}
    assert len(urls) <= 2  # two, if the minute turned between them
