"""Articles that are suggested while a case or an answer is written, and what goes into the answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.domain.articles import write_article
from complaints.domain.suggesting import suggested, with_texts
from complaints.plain_markdown import part_below, plain
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import published
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

BODY = "### 问题经过\n\n发票金额错误。\n\n### 解决办法\n\n我们**重开**发票。"
ASKED = {"HX-Request": "true"}


@pytest.fixture
def writer(user_in):
    return user_in("agent")


@pytest.fixture
def article(writer, user_in):
    return published("发票金额错误", author=writer, reviewer=user_in("manager"), body=BODY)


@pytest.fixture
def suggest(writer, client_of):
    client, url = client_of(writer), reverse("complaints:knowledge-suggest")
    return lambda **typed: client.post(url, typed, headers=ASKED).content.decode()


def test_what_is_typed_finds_the_article_with_its_text(article, suggest):
    page = suggest(title="发票", description="金额不对")
    assert article.get_absolute_url() in page
    assert "<strong>重开</strong>" in page


def test_only_where_an_answer_is_written_it_can_be_inserted(article, suggest):
    assert "data-insert" not in suggest(title="发票金额")
    page = suggest(solution="发票金额")
    assert 'data-insert="id_solution"' in page
    assert 'data-text="我们重开发票。"' in page


def test_the_case_that_is_answered_is_part_of_what_is_looked_for(article, suggest, writer):
    case = ComplaintFactory(title="发票金额不对", owner=writer)
    assert article.title in suggest(solution="", case=case.pk)


def test_a_case_out_of_reach_tells_nothing(article, suggest):
    hidden = ComplaintFactory(title="发票金额不对", team=TeamFactory())
    assert article.title not in suggest(solution="", case=hidden.pk)


@pytest.mark.parametrize("number", ["x", "9" * 40, "-1"])
def test_numbers_of_no_case_are_no_case(suggest, number):
    assert "note" not in suggest(case=number)


def test_nothing_typed_is_nothing_shown(article, suggest):
    assert suggest(title="", description=" ").strip() == ""


def test_what_people_say_is_in_no_address(writer, client_of):
    url = reverse("complaints:knowledge-suggest")
    assert client_of(writer).get(url, {"title": "发票"}).status_code == 405


def test_drafts_are_not_suggested_and_a_new_draft_hides_behind_the_edition(article, writer, suggest):
    write_article({"title": "发票草稿", "body": "x"}, by=writer)
    assert "发票草稿" not in suggest(title="发票")


def test_texts_are_read_at_once(article, writer, user_in):
    published("发票抬头错误", author=writer, reviewer=user_in("manager"))
    articles = suggested("发票错误")
    with CaptureQueriesContext(connection) as asked:
        assert [one.article for one in with_texts(articles)] == articles
    assert (len(articles), len(asked)) == (2, 1)


@pytest.mark.parametrize(
    ("name", "field"), [("complaint-create", "id_description"), ("complaint-solve", "id_solution")]
)
def test_forms_look_while_somebody_types(name, field, writer, client_of):
    case = ComplaintFactory(owner=writer)
    address = reverse(f"complaints:{name}", args=[] if name == "complaint-create" else [case.pk])
    page = client_of(writer).get(address).content.decode()
    assert f'hx-post="{reverse("complaints:knowledge-suggest")}"' in page
    assert f"input from:#{field} delay:900ms" in page
    assert f'id="{field}"' in page


def test_the_dialog_of_the_solution_looks_as_well(writer, client_of):
    case = ComplaintFactory(owner=writer)
    address = reverse("complaints:complaint-solve", args=[case.pk])
    dialog = client_of(writer).get(address, headers={**ASKED, "HX-Target": "dialog"}).content.decode()
    assert reverse("complaints:knowledge-suggest") in dialog


def test_the_panel_of_a_case_opens_articles_and_offers_their_solution(article, writer, client_of):
    case = ComplaintFactory(title="发票金额不对", owner=writer)
    client, url = client_of(writer), reverse("complaints:knowledge-panel", args=[case.pk])
    panel = client.get(url, headers=ASKED).content.decode()
    assert "<strong>重开</strong>" in panel
    assert 'data-insert="id_body"' in panel
    # Alone on a page there is no box to insert it into.
    assert "data-insert" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (BODY, "我们**重开**发票。"),
        ("# What helped #\nA\n\n## Then\nB", "A"),
        ("No heading", "No heading"),
        ("## What helped\n\n## Then\nB", "## What helped\n\n## Then\nB"),
    ],
)
def test_the_part_below_a_heading(text, part):
    assert part_below(text, {"What helped", "解决办法"}) == part


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("## Head\n\n- **one**\n- `two`", "Head\n\n- one\n- two"),
        ("See [here](https://a.org/x) now", "See here (https://a.org/x) now"),
        ("a * b * c", "a * b * c"),
        ("", ""),
    ],
)
def test_a_customer_reads_no_marks(text, lines):
    assert plain(text) == lines
