"""What a case is about: picked at intake and later, over pages and API, and named by the TOP 3 and surges."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.domain.duplicates import candidates
from complaints.domain.reports import make_report
from complaints.domain.subjects import register_about, set_subject
from complaints.domain.submitting import submit
from complaints.domain.surges import look_for_surges
from complaints.domain.updating import update_case
from complaints.models import Complaint, Crisis, Queue
from complaints.tests.factories import CategoryFactory, ComplaintFactory, registered
from complaints.tests.public import FORM, opened, sent
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from core.tests.factories import TeamFactory, searchable
from customers.models import Order, Product
from customers.tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def agent(user_in):
    """Somebody whose team gets what comes in."""
    agent = user_in("agent")
    Queue.objects.update(team=agent.team)
    return agent


@pytest.fixture
def customer(agent):
    return CustomerFactory(owner=agent, team=agent.team)


@pytest.fixture
def course(db):
    course = Product.objects.create(code="LEAD-1", name="Leadership")
    searchable(course)
    return course


@pytest.fixture
def order(customer):
    return OrderFactory(customer=customer)


def test_a_course_is_picked_at_intake(agent, course, client_of):
    form = {"title": "Changed lecturer", "intake": "phone", "impact": "one", "subject": "lead-1 · Leadership"}
    answer = client_of(agent).post(reverse("complaints:complaint-create"), form)
    case = Complaint.objects.get()
    assert (answer.status_code, case.subject_label, case.subject_id) == (302, "Leadership", course.pk)
    page = client_of(agent).get(case.get_absolute_url()).content.decode()
    assert f'href="{reverse("customers:product-detail", args=[course.pk])}"' in page


def test_a_case_about_an_order_is_its_customers(agent, order):
    case = register_about({"title": "Wrong amount"}, by=agent, subject=order)
    assert (case.customer, case.subject_label, case.subject_url) == (
        order.customer, str(order), order.get_absolute_url(),
    )  # fmt: skip


def test_an_order_of_another_customer_is_refused(agent, order, client_of):
    data = {"title": "Wrong amount", "customer": CustomerFactory()}
    with pytest.raises(DomainError) as refusal:
        register_about(data, by=agent, subject=order)
    assert (refusal.value.code, set(refusal.value.fields)) == ("order_elsewhere", {"subject"})


@pytest.mark.parametrize("text", ["Nothing", "LEAD-2"])
def test_what_nobody_sells_is_refused_at_the_field(text, agent, course, client_of):
    form = {"title": "X", "intake": "phone", "impact": "one", "subject": text}
    answer = client_of(agent).post(reverse("complaints:complaint-create"), form)
    assert (answer.status_code, Complaint.objects.count()) == (422, 0)


def test_orders_out_of_reach_are_neither_offered_nor_taken(agent, client_of):
    hidden = OrderFactory(customer=CustomerFactory(team=TeamFactory()))
    client = client_of(agent)
    options = client.get(reverse("complaints:subject-options"), {"of": "subject", "subject": hidden.number})
    assert hidden.number not in options.content.decode()
    form = {"title": "X", "intake": "phone", "impact": "one", "subject": hidden.number}
    assert client.post(reverse("complaints:complaint-create"), form).status_code == 422


def test_products_and_orders_are_offered(agent, course, order, client_of):
    client, url = client_of(agent), reverse("complaints:subject-options")
    assert "LEAD-1 · Leadership" in client.get(url, {"of": "subject", "subject": "Lead"}).content.decode()
    assert order.number in client.get(url, {"of": "subject", "subject": order.number[:4]}).content.decode()
    assert client.get(url).content.decode().strip() == ""


def edit(case: Complaint, **more):
    return {"title": case.title, "impact": case.impact, "version": case.version, **more}


def test_the_edit_form_changes_it_and_leaves_it_alone(agent, course, client_of):
    case = ComplaintFactory(owner=agent, team=agent.team, customer=None)
    client, url = client_of(agent), reverse("complaints:complaint-update", args=[case.pk])
    client.post(url, edit(case, subject="LEAD-1"))
    case.refresh_from_db()
    assert case.subject_label == "Leadership"
    course.delete()
    assert client.post(url, edit(case, subject="Leadership", title="Else")).status_code == 302
    case.refresh_from_db()
    assert (case.title, case.subject_label) == ("Else", "Leadership")
    client.post(url, edit(case, subject=""))
    case.refresh_from_db()
    assert (case.subject_label, case.subject_id, case.subject_type) == ("", None, None)


def test_a_change_leaves_one_audit_line_and_none_twice(agent, course):
    case = ComplaintFactory(owner=agent)
    for _turn in range(2):
        set_subject(case, course, by=agent)
    lines = AuditEntry.objects.about(case)
    assert [line.changes for line in lines] == [{"subject_label": ["", "Leadership"]}]


def test_a_stale_version_is_refused(agent, course):
    case = ComplaintFactory(owner=agent)
    set_subject(case, course, by=agent, version=1)
    with pytest.raises(Conflict) as refusal:
        set_subject(case, None, by=agent, version=1)
    assert refusal.value.code == "stale"


def test_the_api_takes_shows_and_clears_it(agent, course, client_of):
    client = client_of(agent)
    body = {"title": "Changed lecturer", "subject": {"type": "product", "id": course.pk}}
    made = client.post("/api/v1/complaints/", body, content_type=JSON)
    told = {"type": "product", "id": course.pk, "label": "Leadership"}
    assert (made.status_code, made.json()["subject"]) == (201, told)
    path = f"/api/v1/complaints/{made.json()['id']}/"
    kept = client.patch(path, {"title": "Else"}, content_type=JSON).json()
    assert kept["subject"] == told
    cleared = client.patch(path, {"subject": None, "version": kept["version"]}, content_type=JSON)
    assert (cleared.status_code, cleared.json()["subject"]) == (200, None)
    stale = client.patch(path, {"subject": None, "version": kept["version"]}, content_type=JSON)
    assert stale.status_code == 409


# ---- another customer ---------------------------------------------------------------------------------
def test_an_order_of_the_former_customer_is_forgotten_and_a_product_stays(agent, course, order):
    other = CustomerFactory()
    case = register_about({"title": "Wrong amount"}, by=agent, subject=order)
    case = update_case(case, {"customer": other}, by=agent)
    assert (case.customer, case.subject_id, case.subject_type, case.subject_label) == (other, None, None, "")
    assert case.subject_url == ""
    lines = AuditEntry.objects.about(case).filter(changes__has_key="subject_label")
    assert [line.changes for line in lines] == [{"subject_label": [str(order), ""]}]
    case = update_case(set_subject(case, course, by=agent), {"customer": order.customer}, by=agent)
    assert case.subject_label == "Leadership"


def test_an_order_stays_with_the_facts_that_are_no_other_customer(agent, order):
    case = register_about({"title": "Wrong amount"}, by=agent, subject=order)
    case = update_case(case, {"title": "Wrong sum", "customer": order.customer}, by=agent)
    assert case.subject_id == order.pk
    case = update_case(case, {"customer": None}, by=agent)
    assert case.subject_id == order.pk
    assert update_case(case, {"customer": order.customer}, by=agent).subject_id == order.pk


def test_the_edit_form_forgets_it_and_takes_another(agent, order, client_of):
    case = register_about({"title": "Wrong amount"}, by=agent, subject=order)
    other = CustomerFactory(owner=agent, team=agent.team)
    client, url = client_of(agent), reverse("complaints:complaint-update", args=[case.pk])
    sent = client.post(url, edit(case, customer=other.code, subject=case.subject_label))
    case.refresh_from_db()
    assert (sent.status_code, case.customer, case.subject_label) == (302, other, "")
    theirs = OrderFactory(customer=order.customer)
    more = {"customer": order.customer.code, "subject": theirs.number}
    assert client.post(url, edit(case, **more)).status_code == 302
    case.refresh_from_db()
    assert (case.customer, case.subject_id) == (order.customer, theirs.pk)


def test_the_api_forgets_it_and_takes_no_foreign_one(agent, order, client_of):
    case = register_about({"title": "Wrong amount"}, by=agent, subject=order)
    other = CustomerFactory(owner=agent, team=agent.team)
    client, path = client_of(agent), f"/api/v1/complaints/{case.pk}/"
    about = {"type": "order", "id": order.pk}
    refused = client.patch(path, {"customer": other.pk, "subject": about}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, "order_elsewhere")
    done = client.patch(path, {"customer": other.pk}, content_type=JSON)
    assert (done.status_code, done.json()["customer"], done.json()["subject"]) == (200, other.pk, None)
    own = {"type": "order", "id": OrderFactory(customer=order.customer).pk}
    both = client.patch(path, {"customer": order.customer.pk, "subject": own}, content_type=JSON)
    assert (both.status_code, both.json()["subject"]["id"]) == (200, own["id"])


@pytest.mark.parametrize(
    "subject", [{"type": "product", "id": 10**6}, {"type": "cause", "id": 1}, {"id": 1}, "LEAD-1", 7, []]
)
def test_the_api_refuses_what_is_no_subject(subject, agent, client_of):
    body = {"title": "X", "subject": subject}
    answer = client_of(agent).post("/api/v1/complaints/", body, content_type=JSON)
    assert answer.status_code == 400
    assert next(iter(answer.json()["errors"])).startswith("subject")


def test_the_api_hides_orders_out_of_reach(agent, client_of):
    hidden: Order = OrderFactory(customer=CustomerFactory(team=TeamFactory()))
    body = {"title": "X", "subject": {"type": "order", "id": hidden.pk}}
    assert client_of(agent).post("/api/v1/complaints/", body, content_type=JSON).status_code == 400


def test_the_same_course_makes_a_likely_duplicate_before_it_is_received(agent, course, client_of):
    category = CategoryFactory()
    known = register_about({"title": "Changed lecturer", "category": category}, by=agent, subject=course)
    draft = {"title": "Another teacher came", "subject": {"type": "product", "id": course.pk}}
    found = client_of(agent).post("/api/v1/complaints/like/", draft, content_type=JSON).json()["candidates"]
    assert [(one["id"], one["reasons"][0]) for one in found] == [(known.pk, "subject")]
    assert candidates(registered(), seen_by=agent, at=timezone.now()) is not None


def test_the_top_three_name_the_source(agent, course):
    for _turn in range(2):
        register_about({"title": "Changed lecturer"}, by=agent, subject=course)
    report = make_report(timezone.localdate())
    assert report.content["top"][0]["sources"] == [["Leadership", 2]]


def test_a_surge_of_one_course_is_named_after_it(agent, course):
    category = CategoryFactory(name_en="Lecturer")
    ComplaintFactory(category=category, received_at=timezone.now() - timedelta(weeks=12))
    for number in range(8):
        register_about({"title": f"Complaint {number}", "category": category}, by=agent, subject=course)
    assert look_for_surges(timezone.now()) >= 1
    assert Crisis.objects.filter(title__endswith="· Leadership").exists()


# ---- the public form ----------------------------------------------------------------------------------
def test_the_public_form_asks_for_the_course_only_where_it_is_set_to(course, client):
    opened()
    assert "Which course or product?" not in client.get(FORM).content.decode()
    assert sent(client, product=course.pk).status_code == 302
    assert Complaint.objects.get().subject_label == ""


def test_what_everybody_picks_is_what_the_case_is_about(course, client):
    opened(asks_product=True)
    withdrawn = Product.objects.create(code="OLD", name="Withdrawn", is_active=False)
    page = client.get(FORM).content.decode()
    assert "Leadership" in page
    assert "Withdrawn" not in page
    assert sent(client, product=withdrawn.pk).status_code == 422
    assert sent(client, product=course.pk).status_code == 302
    case = Complaint.objects.get()
    assert (case.subject_label, case.subject_id) == ("Leadership", course.pk)


def test_a_product_that_is_not_offered_is_refused_by_the_verb(course):
    opened()
    data = {"kind": "complaint", "title": "X", "contact_name": "Wei", "product": course}
    with pytest.raises(DomainError) as refusal:
        submit(data, key="k", at=timezone.now())
    assert refusal.value.code == "product_not_offered"


def test_the_settings_switch_it_on(user_in, client_of):
    row, client = opened(), client_of(user_in("administrator"))
    path = "/api/v1/public-forms/1/"
    answer = client.patch(path, {"asks_product": True, "version": row.version}, content_type=JSON)
    assert (answer.status_code, answer.json()["asks_product"]) == (200, True)
    assert 'name="asks_product"' in client.get(reverse("complaints:publicform-update")).content.decode()
