"""Cases on pages: what is shown, what is hidden, and the verbs by clicks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from complaints.choices.cases import State
from complaints.domain.moves import solve, take, wait_for_customer
from complaints.models import CaseLink, Complaint, FirstContact, WorkOrder
from complaints.tests.factories import (
    CalendarFactory,
    CategoryFactory,
    ComplaintFactory,
    QueueFactory,
    policy,
    registered,
)
from core.models import User
from core.tests.factories import TeamFactory, UserFactory
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def client(agent: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(agent)


@pytest.fixture
def case(agent: User) -> Complaint:
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    customer = CustomerFactory(owner=UserFactory(team=agent.team), name="Huachen Life")
    made = registered(customer=customer, description="Changed two days before", contact_phone="13900001234")
    return take(made, by=agent)


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(f"complaints:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, page_name: str, *args: object, **data: object) -> int:
    return client.post(reverse(f"complaints:{page_name}", args=args), data).status_code


# ---- the list ---------------------------------------------------------------------------------------
def test_the_list_opens_with_what_is_open(client, case):
    response = client.get(reverse("complaints:complaint-list"))
    assert (response.status_code, response.url) == (302, "/complaints/?open=true&sort=due")


def test_the_list_shows_own_cases_and_not_those_of_others(client, case):
    ComplaintFactory(title="Somebody else's", owner=UserFactory(team=TeamFactory()), customer=None)
    text = client.get("/complaints/?open=true&sort=due").content.decode()
    assert "Huachen Life" in text
    assert "Somebody else" not in text


def test_the_list_needs_as_many_queries_for_three_rows_as_for_one(
    client, agent, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/complaints/?kind=complaint")
        return len(queries)

    ComplaintFactory(owner=agent)
    count()
    one = count()
    ComplaintFactory.create_batch(2, owner=agent)
    assert count() == one


@pytest.mark.parametrize(
    ("query", "shown"),
    [("state=waiting", False), ("state=working", True), ("overdue=true", False), ("unassigned=true", False),
     ("grade=minor", True), ("q=Huachen", True), ("intake=phone", True), ("category=none", None)],
)  # fmt: skip
def test_filters(client, case, query, shown):
    response = client.get(f"/complaints/?{query}")
    if shown is None:
        assert response.status_code == 400
    else:
        assert (case.number in response.content.decode()) is shown


def test_the_list_of_a_category_holds_the_cases_below_it_and_the_settings_count_them(
    client, agent, user_in, client_of
):
    parent = CategoryFactory(code="tuition")
    child = CategoryFactory(code="tuition.late", parent_code="tuition")
    cases = [ComplaintFactory(owner=agent, category=row) for row in (parent, child, CategoryFactory(), None)]
    for code, shown in (("tuition", cases[:2]), ("tuition.late", cases[1:2])):
        text = client.get(f"/complaints/?category={code}").content.decode()
        assert [case for case in cases if case.number in text] == shown
    settings = client_of(user_in("administrator")).get(reverse("complaints:settings"))
    used = {row.code: row.used for row in settings.context["categories"]}
    assert (used["tuition"], used["tuition.late"]) == (2, 1)


def test_the_board_has_a_column_for_each_state(client, case, agent):
    wait_for_customer(case, reason="Asked", by=agent)
    text = page(client, "complaint-board")
    assert text.count("data-column=") == 4
    assert case.number in text.split('data-column="waiting"')[1].split("data-column=")[0]


# ---- the page of a case -----------------------------------------------------------------------------
def test_the_page_tells_grade_clocks_log_and_who_handles_it(client, case, agent):
    text = page(client, "complaint-detail", case.pk)
    for words in (case.number, "Minor", "4 working hours", "Changed two days before", agent.full_name):
        assert words in text


def test_a_case_of_another_team_does_not_exist(client):
    other = ComplaintFactory(owner=UserFactory(team=TeamFactory()), customer=None)
    response = client.get(reverse("complaints:complaint-detail", args=[other.pk]))
    assert response.status_code == 404


def test_a_trainer_sees_no_telephone(case, user_in, client_of):
    WorkOrder.objects.create(
        complaint=case, number="x-1", title="Room", team=case.team, due_at=case.received_at
    )
    text = page(client_of(user_in("trainer")), "complaint-detail", case.pk)
    assert "13900001234" not in text
    assert "complaint-take" not in text


def test_receiving_a_complaint_by_its_form(client, agent):
    customer = CustomerFactory(owner=agent)
    status = post(
        client,
        "complaint-create",
        title="No projector",
        customer=customer.code,
        impact="several",
        intake="phone",
    )
    made = Complaint.objects.get()
    assert (status, made.customer, made.grade) == (302, customer, "general")


def test_the_same_form_sent_twice_receives_one(client, agent):
    data = {"title": "No projector", "impact": "one", "intake": "phone", "once": "abc"}
    post(client, "complaint-create", **data)
    post(client, "complaint-create", **data)
    assert Complaint.objects.count() == 1


def test_a_complaint_without_words_is_asked_for_them(client):
    assert post(client, "complaint-create", title="", impact="one", intake="phone") == 422


def test_facts_are_corrected_and_the_grade_is_only_proposed(client, case):
    url = reverse("complaints:complaint-update", args=[case.pk])
    data = {"title": case.title, "impact": "public", "version": case.version, "customer": case.customer.code}
    response = client.post(url, data, follow=True)
    case.refresh_from_db()
    assert (case.impact, case.grade) == ("public", "minor")
    assert "By the rules" in response.content.decode()


def test_two_people_who_edit_at_once_see_both_versions(client, case):
    url = reverse("complaints:complaint-update", args=[case.pk])
    data = {"title": "Mine", "impact": "one", "version": case.version - 1}
    assert client.post(url, data).status_code == 409


# ---- verbs by clicks --------------------------------------------------------------------------------
def test_the_life_of_a_case_by_clicks(client, case):
    assert post(client, "complaint-acknowledge", case.pk) == 302
    assert post(client, "entry-create", case.pk, kind="outbound", body="We look into it.") == 302
    assert post(client, "complaint-wait", case.pk, reason="Asked for the contract") == 302
    assert post(client, "complaint-go-on", case.pk) == 302
    assert post(client, "complaint-solve", case.pk, solution="Done", decision="upheld") == 302
    assert post(client, "complaint-close", case.pk) == 302
    assert post(client, "complaint-reopen", case.pk, reason="Not content") == 302
    case.refresh_from_db()
    assert (case.state, case.cycle) == (State.WORKING, 2)


def test_a_refusal_is_shown_in_the_form(client, case):
    assert post(client, "complaint-solve", case.pk, solution="Done", decision="") == 422
    assert post(client, "complaint-wait", case.pk, reason="") == 422


def test_an_agent_does_not_assign_and_a_manager_does(client, case, user_in, client_of):
    other = user_in("agent")
    assert post(client, "complaint-assign", case.pk, owner=other.pk) == 403
    assert post(client_of(user_in("manager")), "complaint-assign", case.pk, owner=other.pk) == 302
    case.refresh_from_db()
    assert case.owner == other


def test_a_trainer_reads_and_notes_but_changes_nothing(case, user_in, client_of):
    client = client_of(user_in("trainer"))
    assert post(client, "entry-create", case.pk, kind="note", body="Room B is free") == 302
    assert post(client, "entry-create", case.pk, kind="outbound", body="Hello") in {403, 404}
    assert post(client, "complaint-solve", case.pk, solution="x", decision="upheld") == 403


def test_the_first_contact_by_clicks(client, case):
    post(client, "contact-begin", case.pk, emotion="4")
    contact = FirstContact.objects.get()
    for step in ("accept", "empathise", "apologise", "resolve"):
        assert post(client, "contact-step", case.pk, contact.pk, step) == 302
    post(client, "contact-end", case.pk, contact.pk, emotion="2")
    case.refresh_from_db()
    assert (case.emotion_before, case.emotion_after) == ("4", "2")
    assert "within ninety seconds" in page(client, "complaint-detail", case.pk)


def test_merging_and_taking_out_again(client, case, agent):
    other = take(registered(title="The same again"), by=agent)
    assert post(client, "complaint-merge", other.pk, into=case.number) == 302
    assert "The same again" in page(client, "complaint-detail", case.pk)
    assert post(client, "complaint-unmerge", other.pk) == 302
    other.refresh_from_db()
    assert (other.state, other.cycle) == (State.WORKING, 1)


def test_links_go_both_ways_and_are_taken_away(client, case, agent):
    other = take(registered(title="Its twin"), by=agent)
    post(client, "link-create", case.pk, target=other.number, kind="related")
    assert case.number in page(client, "complaint-detail", other.pk)
    post(client, "link-delete", case.pk, CaseLink.objects.get().pk)
    assert not CaseLink.objects.exists()


def test_a_work_order_by_clicks(client, case, user_in, client_of):
    team = TeamFactory(name="Delivery")
    post(client, "work-order-create", case.pk, title="Find a room", team=team.pk)
    order = WorkOrder.objects.get()
    colleague = client_of(user_in("agent", team=team))
    assert case.number in page(colleague, "complaint-detail", case.pk)
    assert post(colleague, "work-order-accept", order.pk) == 302
    assert post(colleague, "work-order-done", order.pk, outcome="") == 422
    assert post(colleague, "work-order-done", order.pk, outcome="Room B") == 302
    assert "Room B" in page(client, "complaint-detail", case.pk)


def test_who_would_get_it(client, case):
    assert "No handlers work on this queue yet." in page(client, "complaint-dispatch", case.pk)


# ---- panels -----------------------------------------------------------------------------------------
def test_my_day_and_the_customers_page_show_the_case(client, case, agent):
    assert case.title in page(client, "case-panel")
    assert case.title in page(client, "for-customer", case.customer.pk)
    solve(case, "Done", decision="upheld", by=agent)
    assert case.title not in page(client, "case-panel")


# ---- settings ---------------------------------------------------------------------------------------
def test_managers_read_policies_and_administrators_change_them(user_in, client_of):
    made = policy()
    CalendarFactory(is_default=True)
    manager, admin = client_of(user_in("manager")), client_of(user_in("administrator"))
    assert "4 working hours" in page(manager, "policy-detail", made.pk)
    assert manager.get(reverse("complaints:policy-update", args=[made.pk])).status_code == 403
    data = {"name": "Quick", "kind": "complaint", "position": 1, "is_active": "on", "version": made.version,
            "amount_respond": 2, "unit_respond": "working_hours"}  # fmt: skip
    assert post(admin, "policy-update", made.pk, **data) == 302
    made.refresh_from_db()
    assert (made.name, made.targets.get().amount) == ("Quick", 2)


def test_a_preview_shows_every_due_time(user_in, client_of):
    made = policy()
    CalendarFactory(is_default=True)
    client = client_of(user_in("manager"))
    text = client.get(f"/complaints/settings/policies/{made.pk}/?at=2026-11-02T10:00").content.decode()
    assert "15:00" in text  # four hours of work after ten, over the lunch break


def test_a_category_gets_a_new_edition_and_cases_keep_theirs(user_in, client_of):
    from complaints.models import Category

    old = CategoryFactory(name_en="Lecturer")
    case = registered(category=old)
    client = client_of(user_in("manager"))
    assert post(client, "category-update", old.pk, name_en="Lecturer or coach", position=0) == 302
    case.refresh_from_db()
    assert case.category.name == "Lecturer"
    assert Category.objects.current().get(code=old.code).name == "Lecturer or coach"
    assert post(client, "category-update", old.pk, name_en="Once more", position=0) == 422


def test_a_handler_is_set_up_by_the_manager_of_the_team(user_in, client_of, agent):
    queue = QueueFactory()
    client = client_of(user_in("manager"))
    data = {"person": agent.pk, "queues": [queue.pk], "cap": 5, "skills": "finance，law", "is_active": "on"}
    assert post(client, "handler-create", **data) == 302
    assert agent.handler.skills == ["finance", "law"]
