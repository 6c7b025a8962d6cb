"""What readers see: the product's own words in their language, what people typed as they typed it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from complaints.choices.cases import ClockKind
from complaints.domain import holidays
from complaints.domain.articles import draft_from_case
from complaints.domain.causes import create_cause, link_cause
from complaints.domain.compensation import propose
from complaints.domain.moves import close, solve
from complaints.domain.policies import save_policy
from complaints.domain.status_page import take_back
from complaints.models import BusinessCalendar, CallBack, Clock, Entry, Policy
from complaints.seeded_words import KNOWN, in_words
from complaints.shown_clocks import duration
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import published, solved_case
from complaints.tests.mails import case_by_mail, letter, taken
from complaints.words import line_in_words
from core.audit_lines import describe_changes, field_label
from core.models import AuditEntry, Organisation
from core.wordings import product_words
from customers.models import TimelineEvent
from customers.views.timeline import line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(agent):
    return ComplaintFactory(owner=agent, team=agent.team)


def last_line(case) -> str:
    return line_in_words(Entry.objects.filter(complaint=case).latest("id").data)


@pytest.mark.parametrize("text", ["Severe complaints", "Office hours, Shanghai"])
def test_words_of_the_product_follow_the_language(text):
    with translation.override("zh-hans"):
        assert in_words(text) != text
    with translation.override("en"):
        assert in_words(text) == text


def test_every_holiday_that_the_product_enters_has_words():
    assert {name for _day, name, _worked in holidays._days()} <= KNOWN


def test_what_people_typed_stays_as_they_typed_it():
    with translation.override("zh-hans"):
        assert [in_words("Save"), in_words("")] == ["Save", ""]


def test_policies_calendars_and_clocks_are_named_by_the_reader(case):
    calendar, named = BusinessCalendar(name="Office hours, Shanghai"), Policy(name="Our own")
    clock = Clock(kind=ClockKind.STATUTORY, name="Decision on acceptance (SAMR Order 20)")
    with translation.override("zh-hans"):
        shown = [str(calendar), str(named), str(clock), str(Clock(kind=ClockKind.SOLVE))]
    with translation.override("en"):
        plain = [str(calendar), str(named), str(clock), str(Clock(kind=ClockKind.SOLVE))]
    assert plain == [
        "Office hours, Shanghai",
        "Our own",
        "Decision on acceptance (SAMR Order 20)",
        "Solution",
    ]
    assert [one == two for one, two in zip(shown, plain, strict=True)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, "1 h"), (61, "1 h 1 min"), (24 * 60, "1 day"), (25 * 60, "1 d 1 h"), (2, "2 min")],
)
def test_a_span_does_not_count_what_is_not_there(minutes, words):
    with translation.override("en"):
        assert duration(timedelta(minutes=minutes)) == words


def test_the_log_names_a_cause_in_the_language_of_the_reader(case, agent):
    names = {"name_en": "No substitute", "name_zh_hans": "无替补"}
    link_cause(case, create_cause({"code": "sub", **names}, by=agent), by=agent)
    with translation.override("en"):
        assert last_line(case) == "Cause: No substitute"
    with translation.override("zh-hans"):
        assert last_line(case).endswith("无替补")


def test_the_log_says_in_which_money(case, agent):
    data = {"measure": "refund", "amount": Decimal(150), "currency": Organisation.load().base_currency}
    propose(case, data, by=agent)
    line = Entry.objects.get(complaint=case, data__code="compensation_proposed").data
    with translation.override("en"):
        assert line_in_words(line) == "Proposed: Refund, ¥150"


def test_an_article_has_its_headings_in_the_language_of_the_case(agent):
    with translation.override("en"):
        body = draft_from_case(solved_case(owner=agent, team=agent.team, language="zh-hans"), by=agent).body
    assert "What happened" not in body


def test_a_case_that_its_complainant_takes_back_is_told_in_the_language_of_the_reader(case):
    with translation.override("zh-hans"):  # that of the complainant
        take_back(case, reason="  解决了 ", at=timezone.now())
    with translation.override("en"):
        assert last_line(case) == "Withdrawn by the complainant, on the status page. 解决了"
        event = TimelineEvent.objects.filter(customer=case.customer).latest("id")
        line = line_of(event, case.owner)
        assert (line.about, line.body) == (f"{case.number} · withdrawn by the complainant", "解决了")


def test_who_takes_a_case_back_without_a_reason_has_none_noted(case):
    take_back(case, reason=" ", at=timezone.now())
    with translation.override("en"):
        assert last_line(case) == "Withdrawn by the complainant, on the status page."


def test_a_mail_that_reopens_a_case_is_told_in_the_language_of_the_reader(box, agent):
    case = case_by_mail(box, agent)
    with translation.override("zh-hans"):
        close(solve(case, "Repaired", decision="upheld", by=agent), by=agent)
        taken(box, letter("It fails again", References="<first@customer.example>"))
    line = Entry.objects.get(complaint=case, data__code="reopened").data
    assert line["params"]["reason"] == "The customer wrote again by e-mail."
    with translation.override("zh-hans"):
        assert line_in_words(line).endswith("客户再次来信。")
        assert product_words("The customer wrote again by e-mail.") == "客户再次来信。"
        assert product_words("Save") == "Save"


# ---- histories --------------------------------------------------------------------------------------
def test_rows_of_other_tables_are_named_in_histories():
    with translation.override("en"):
        labels = [field_label(BusinessCalendar, "hours"), field_label(Policy, "target_solve")]
        assert [*labels, field_label(Policy, "name")] == ["Opening hours", "Solution", "Name"]


def test_a_changed_target_is_told_in_words(user_in):
    admin = user_in("administrator")
    with translation.override("en"):
        made = save_policy({"name": "Mine", "kind": "request"}, {"solve": (2, "working_days")}, by=admin)
        save_policy(
            {"name": "Mine", "kind": "request"}, {"solve": (3, "working_days")}, by=admin, policy=made
        )
        changes = describe_changes(AuditEntry.objects.about(made).first())
    assert changes == [("Solution", "2 working days", "3 working days")]


# ---- lists ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["complaint-list", "callback-list"])
def test_where_there_is_nothing_the_list_says_how_to_begin(name, agent, client_of):
    response = client_of(agent).get(reverse(f"complaints:{name}"))
    assert (response.status_code, response.context["page"].rows) == (200, [])
    assert "Show all" not in response.content.decode()


def test_call_backs_open_with_what_is_due_and_are_answered_from_there(case, agent, user_in, client_of):
    solve(case, "Done", decision="upheld", by=agent)
    CallBack.objects.update(due_at=timezone.now() - timedelta(hours=1))
    url = reverse("complaints:callback-list")
    caller = client_of(user_in("agent", team=agent.team))
    assert caller.get(url).url == f"{url}?state=due"
    settle = reverse("complaints:callback-settle", args=[CallBack.objects.get().pk])
    text = caller.get(f"{url}?state=due").content.decode()
    assert (f"{settle}?next=" in text, "late since" in text) == (True, True)
    assert settle not in client_of(agent).get(f"{url}?state=due").content.decode()


def test_proposing_says_what_the_grade_allows(case, agent, client_of):
    text = client_of(agent).get(reverse("complaints:compensation-create", args=[case.pk])).content.decode()
    assert "Without approval up to" in text


def test_who_only_reads_a_case_does_not_say_what_helped(agent, user_in, client_of):
    article = published("发票金额错误", author=agent, reviewer=user_in("manager"))
    case = ComplaintFactory(title="发票金额不对", owner=agent, team=agent.team)
    url, reader = reverse("complaints:knowledge-panel", args=[case.pk]), client_of(user_in("analyst"))
    assert "This helped" not in reader.get(url).content.decode()
    helped = reverse("complaints:knowledge-help", args=[case.pk])
    assert reader.post(helped, {"article": article.pk}).status_code == 403
    assert "This helped" in client_of(agent).get(url).content.decode()


def test_my_day_asks_only_for_panels_that_open(user_in, client_of):
    pages = {role: client_of(user_in(role)).get("/").content.decode() for role in ("agent", "analyst")}
    panel = reverse("complaints:callbacks-panel")
    assert {role: panel in text for role, text in pages.items()} == {"agent": True, "analyst": False}
