"""Files of what is done for cases and learned from them: where they lie, who sees them, what they leave."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.domain.articles import move_article, publish_article, write_article
from complaints.domain.causes import create_cause
from complaints.domain.crises import open_crisis
from complaints.domain.improvements import plan_improvement
from complaints.domain.letter_issue import digest_now, issue_letter
from complaints.domain.merging import merge
from complaints.domain.work_orders import create_work_order
from complaints.models import Article, WorkOrder
from complaints.tests.factories import ComplaintFactory
from complaints.tests.letters import decided_case, whole_letter
from complaints.words import line_in_words
from core.access_explained import explainer_of
from core.domain.attachments import add_attachment, remove_attachment, restore_attachment
from core.errors import Conflict
from core.models import Attachment, AuditEntry, Team, User
from core.tests.factories import TeamFactory
from core.tests.files import PDF

pytestmark = pytest.mark.django_db


def put(record: Any, name: str = "proof.pdf", by: User | None = None, content: bytes = PDF) -> Attachment:
    return add_attachment(record, io.BytesIO(content), name=name, by=by)


def files_url(record: Any) -> str:
    return reverse("core:attachment-list", args=[record._meta.label_lower, record.pk])


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Shen Ruolan")


@pytest.fixture
def rooms() -> Team:
    return TeamFactory(name="Rooms")


@pytest.fixture
def order(agent: User, rooms: Team) -> WorkOrder:
    case = ComplaintFactory(owner=agent, team=agent.team)
    return create_work_order(case, "Repair the projector", team=rooms, by=agent)


# ---- work orders ------------------------------------------------------------------------------------
def test_a_file_of_a_work_order_stands_in_the_log_of_the_case(order: WorkOrder, agent: User) -> None:
    added = put(order, "repaired.pdf", by=agent)
    remove_attachment(added, by=agent, at=timezone.now())
    restore_attachment(added, by=agent, at=timezone.now())
    lines = [line_in_words(entry.data) for entry in order.complaint.entries.filter(data__has_key="code")]
    assert lines[-3:] == [
        f"File of work order {order.number} added: repaired.pdf",
        f"File of work order {order.number} removed: repaired.pdf",
        f"File of work order {order.number} put back: repaired.pdf",
    ]
    assert AuditEntry.objects.about(order).latest("pk").changes == {"files": [None, "repaired.pdf"]}


def test_both_the_team_that_works_and_who_has_the_case_see_it(
    order: WorkOrder, agent: User, rooms: Team, user_in: Callable[..., User]
) -> None:
    added = put(order)
    worker, stranger = user_in("trainer", team=rooms), user_in("manager", team=TeamFactory())
    seen = [Attachment.objects.visible_to(user).contains(added) for user in (agent, worker, stranger)]
    assert seen == [True, True, False]
    assert Attachment.objects.visible_to(worker, "delete").contains(added)


def test_the_files_go_with_the_work_order_when_its_case_is_merged(order: WorkOrder, agent: User) -> None:
    put(order)
    target = ComplaintFactory(owner=agent, team=agent.team)
    merge(order.complaint, target, by=agent)
    order.refresh_from_db()
    put(order, "later.txt", content=b"x")
    assert order.complaint == target
    assert Attachment.objects.of(order).count() == 2
    assert target.entries.filter(data__code="work_order_file_added").count() == 1


def test_the_case_and_the_list_lead_to_the_files_with_their_number(
    order: WorkOrder, agent: User, client_of: Callable[[User], Client], django_assert_num_queries: Any
) -> None:
    client, case = client_of(agent), order.complaint
    put(order)
    page = client.get(case.get_absolute_url()).text
    assert f"{files_url(order)}?next={quote(case.get_absolute_url(), safe='')}" in page
    assert f'aria-label="1 file of {order}"' in page
    url = reverse("complaints:work-order-list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        assert f'aria-label="1 file of {order}"' in client.get(url).text
    for number in range(2):
        other = create_work_order(case, f"Another {number}", team=agent.team, by=agent)
        put(other, f"{number}.txt", content=b"%d" % number)
    with django_assert_num_queries(len(one)):
        client.get(url)


# ---- causes, crises, improvements, letters ----------------------------------------------------------
def records(manager: User) -> dict[str, Any]:
    """One record of each kind that has a page of its own."""
    case = decided_case(owner=manager, team=manager.team)
    return {
        "cause": create_cause({"code": "projector", "name_en": "Old projectors"}, by=manager),
        "crisis": open_crisis({"title": "Wrong certificates", "kind": "service"}, by=manager),
        "improvement": plan_improvement(
            {"title": "New projectors", "owner": manager, "due_on": date(2099, 1, 1)}, by=manager
        ),
        "decisionletter": whole_letter(case, manager),
        "article": write_article({"title": "Projectors", "body": "Text"}, by=manager),
    }


@pytest.mark.parametrize("kind", ["cause", "crisis", "improvement", "decisionletter", "article"])
def test_their_pages_pull_the_panel_and_take_files(
    kind: str, manager: User, client_of: Callable[[User], Client]
) -> None:
    record, client = records(manager)[kind], client_of(manager)
    assert f'hx-get="{files_url(record)}"' in client.get(record.get_absolute_url()).text
    sent = client.post(files_url(record), {"file": SimpleUploadedFile("proof.pdf", PDF)})
    assert sent.status_code == 302
    added = Attachment.objects.of(record).get()
    assert (added.name, added.uploaded_by) == ("proof.pdf", manager)
    changes = [line.changes for line in AuditEntry.objects.about(record)]
    assert {"files": [None, "proof.pdf"]} in changes
    api = client.get(f"/api/v1/attachments/?subject_type=complaints.{kind}&subject_id={record.pk}")
    assert [row["id"] for row in api.json()["results"]] == [added.pk]


@pytest.mark.parametrize(
    ("kind", "may"),
    [("cause", False), ("crisis", False), ("improvement", False), ("decisionletter", True)],
)
def test_who_may_not_change_the_record_reads_its_files_only(
    kind: str, may: bool, manager: User, agent: User
) -> None:
    added = put(records(manager)[kind])
    assert Attachment.objects.visible_to(agent).contains(added)
    assert Attachment.objects.visible_to(agent, "delete").contains(added) is may


def test_a_letter_that_is_issued_still_takes_its_receipt(manager: User) -> None:
    letter = whole_letter(decided_case(owner=manager, team=manager.team), manager)
    letter = issue_letter(letter, way="post", by=manager)
    put(letter, "receipt.pdf", by=manager)
    letter.refresh_from_db()
    assert digest_now(letter) == letter.digest


# ---- articles: what is new waits for a second person ------------------------------------------------
@pytest.fixture
def article(agent: User, manager: User) -> Article:
    """Published with one file on it."""
    article = write_article({"title": "Projectors", "body": "Text"}, by=agent)
    put(article, "reviewed.pdf", by=agent)
    move_article(article, "review", by=agent)
    publish_article(article, by=manager)
    article.refresh_from_db()
    return article


@pytest.fixture
def reader(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Reader")


def names_for(user: User, article: Article) -> list[str]:
    return list(Attachment.objects.visible_to(user).of(article).order_by("pk").values_list("name", flat=True))


def test_a_first_draft_shows_its_files_to_nobody_else(agent: User, reader: User) -> None:
    draft = write_article({"title": "Projectors", "body": "Text"}, by=agent)
    put(draft)
    assert (names_for(agent, draft), names_for(reader, draft)) == (["proof.pdf"], [])


def test_readers_get_the_files_of_the_edition_in_force(
    article: Article, agent: User, manager: User, reader: User, client_of: Callable[[User], Client]
) -> None:
    new = put(article, "new.txt", by=agent, content=b"who complained")
    article.refresh_from_db()
    assert (article.state, article.edition, article.edited_by) == ("draft", 1, agent)
    assert names_for(agent, article) == names_for(manager, article) == ["reviewed.pdf", "new.txt"]
    assert names_for(reader, article) == ["reviewed.pdf"]
    page = client_of(reader).get(files_url(article)).text
    assert "reviewed.pdf" in page
    assert "new.txt" not in page
    assert client_of(reader).get(reverse("core:attachment-download", args=[new.pk])).status_code == 404
    assert client_of(reader).get(f"/api/v1/attachments/{new.pk}/").status_code == 404

    move_article(article, "review", by=agent)
    publish_article(article, by=manager)
    assert names_for(reader, article) == ["reviewed.pdf", "new.txt"]


def test_who_added_a_file_does_not_review_it(article: Article, agent: User, manager: User) -> None:
    put(article, "new.txt", by=manager, content=b"x")
    move_article(article, "review", by=agent)
    with pytest.raises(Conflict) as refused:
        publish_article(article, by=manager)
    assert refused.value.code == "own_text"


def test_the_explanation_says_why_a_reader_does_not_see_a_new_file(
    article: Article, agent: User, reader: User
) -> None:
    new = put(article, "new.txt", by=agent, content=b"x")
    old = Attachment.objects.of(article).get(name="reviewed.pdf")
    assert explainer_of(old).explain(reader, "view").allowed
    answer = explainer_of(new).explain(reader, "view")
    assert not answer.allowed
    assert [str(reason) for reason in answer.reasons] == [
        "Its record does not show this file to everybody who reads it."
    ]


def test_a_file_taken_off_by_mistake_comes_back_at_once(article: Article, agent: User, reader: User) -> None:
    old = Attachment.objects.of(article).get()
    remove_attachment(old, by=agent, at=timezone.now())
    assert names_for(reader, article) == []
    restore_attachment(old, by=agent, at=timezone.now())
    article.refresh_from_db()
    assert (names_for(reader, article), article.state) == (["reviewed.pdf"], "published")


def test_what_was_taken_off_before_the_review_does_not_come_back_past_it(
    agent: User, manager: User, reader: User
) -> None:
    draft = write_article({"title": "Projectors", "body": "Text"}, by=agent)
    taken_off = put(draft, by=agent)
    remove_attachment(taken_off, by=agent, at=timezone.now())
    move_article(draft, "review", by=agent)
    publish_article(draft, by=manager)
    with pytest.raises(Conflict) as refused:
        restore_attachment(taken_off, by=agent, at=timezone.now())
    assert refused.value.code == "not_reviewed"
    assert names_for(reader, draft) == []


def test_a_file_on_its_way_while_the_article_is_published_is_refused(
    article: Article, agent: User, reader: User
) -> None:
    before = article.published_at - timedelta(seconds=1)
    with pytest.raises(Conflict) as refused:
        add_attachment(article, io.BytesIO(b"x"), name="late.txt", by=agent, at=before)
    assert refused.value.code == "published_meanwhile"
    assert names_for(reader, article) == ["reviewed.pdf"]


def test_a_retired_article_takes_no_new_files(article: Article, agent: User) -> None:
    move_article(article, "retired", by=agent)
    with pytest.raises(Conflict) as refused:
        put(article, "new.txt", content=b"x")
    assert refused.value.code == "article_retired"
