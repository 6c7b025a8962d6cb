"""Cases that may be the same matter: found by people and words, within reach, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import EntryKind, State
from complaints.domain.adding import add_to_case
from complaints.domain.duplicates import candidates
from complaints.domain.moves import take, wait_for_customer
from complaints.models import CaseLink, Complaint
from complaints.similarity import likeness, shared_pieces, terms_of
from complaints.tests.factories import CategoryFactory, ComplaintFactory, QueueFactory, registered
from core.models import User
from core.tests.factories import TeamFactory, UserFactory
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


def draft(**values: object) -> Complaint:
    return Complaint(**{"title": "Nothing in common", **values})


def codes(case: Complaint, user: User) -> dict[int, list[str]]:
    found = candidates(case, seen_by=user, at=timezone.now())
    return {one.case.pk: [reason.code for reason in one.reasons] for one in found}


# ---- likeness ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("开班前两天更换讲师，未提前通知", "开课前两天讲师被更换，没有通知我们", 0.32, 1),
        ("Lecturer changed two days before", "Our lecturer was changed two days before", 0.5, 1),
        ("发票金额与合同不符", "结业证书姓名写错", 0, 0.05),
        ("", "", 0, 0),
        ("same", "same", 1, 1),
        ("退款憑證沒有收到", "退款凭证没有收到", 1, 1),
        ("Café，ＡＢＣ", "cafe abc", 1, 1),
    ],
)
def test_likeness_of_texts(one, other, low, high):
    assert low <= likeness(terms_of(one), terms_of(other)) <= high


def test_shared_pieces_are_joined_as_people_read_them():
    assert shared_pieces("课程内容与方案不一致", "课程内容和合同方案不一致") == ["方案不一致", "课程内容"]
    assert shared_pieces("Invoices are wrong", "the invoice was wrong") == ["invoices", "wrong"]
    assert shared_pieces("請提供退款憑證", "没有退款凭证") == ["退款憑證"]


# ---- reasons ----------------------------------------------------------------------------------------
def test_the_same_words_make_a_candidate_in_chinese(agent):
    case = ComplaintFactory(owner=agent, title="开班前两天更换讲师，未提前通知")
    ComplaintFactory(owner=agent, title="结业证书姓名写错")
    found = candidates(draft(title="开课前两天讲师被更换，没有通知我们"), seen_by=agent, at=timezone.now())
    assert [one.case for one in found] == [case]
    assert "讲师" in found[0].reasons[0].common
    assert found[0].is_likely


def test_like_words_of_another_customer_are_shown_but_nobody_is_asked(agent):
    ComplaintFactory(owner=agent, title="开班前两天更换讲师，未提前通知")
    other = draft(title="开课前两天讲师被更换，没有通知我们", customer=CustomerFactory(owner=agent))
    (found,) = candidates(other, seen_by=agent, at=timezone.now())
    assert not found.is_likely


def test_the_same_customer_and_category_lately(agent):
    category = CategoryFactory()
    customer = CustomerFactory(owner=agent)
    near = ComplaintFactory(owner=agent, customer=customer, category=category)
    old = ComplaintFactory(
        owner=agent,
        customer=customer,
        category=category,
        state=State.CLOSED,
        ended_at=timezone.now(),
        received_at=timezone.now() - timedelta(days=31),
    )
    found = codes(draft(customer=customer, category=category), agent)
    assert found == {near.pk: ["category"]}
    assert old.pk not in found


def test_a_category_is_the_same_through_its_editions(agent):
    customer = CustomerFactory(owner=agent)
    before = CategoryFactory(code="fees", retired_at=timezone.now())
    case = ComplaintFactory(owner=agent, customer=customer, category=before)
    now = CategoryFactory(code="fees", edition=2)
    assert codes(draft(customer=customer, category=now), agent) == {case.pk: ["category"]}


def test_an_open_case_of_the_customer_is_shown_however_old(agent):
    customer = CustomerFactory(owner=agent)
    case = ComplaintFactory(owner=agent, customer=customer, received_at=timezone.now() - timedelta(days=300))
    assert codes(draft(customer=customer), agent) == {case.pk: ["customer"]}


def test_the_same_complainant(agent):
    contact = ContactFactory(customer=CustomerFactory(owner=agent))
    case = ComplaintFactory(owner=agent, customer=None, person=contact.person)
    assert codes(draft(person=contact.person), agent) == {case.pk: ["person"]}


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ({"contact_email": "Gu@Example.test"}, {"contact_email": "gu@example.TEST "}),
        ({"contact_phone": "+8613900001234"}, {"contact_phone": "139 0000 1234"}),
        ({"contact_phone": "13900001234"}, {"contact_phone": "+86 139-0000-1234"}),
    ],
)
def test_the_same_address_however_it_is_written(agent, stored, typed):
    case = ComplaintFactory(owner=agent, customer=None, **stored)
    assert codes(draft(**typed), agent) == {case.pk: ["contact"]}


def test_who_may_not_read_addresses_compares_none(user_in):
    trainer = user_in("trainer")
    ComplaintFactory(owner=trainer, customer=None, contact_phone="13900001234")
    assert codes(draft(contact_phone="13900001234"), trainer) == {}


def test_the_same_number_of_an_order_and_no_date(agent):
    customer = CustomerFactory(owner=agent)
    case = ComplaintFactory(owner=agent, customer=customer, description="订单 SO-20261101-0042 少了两席")
    found = codes(draft(description="关于 so-20261101-0042", customer=customer), agent)
    assert found == {case.pk: ["code", "customer"]}
    assert codes(draft(description="2026-11-22", customer=customer), agent) == {case.pk: ["customer"]}


# ---- reach, and how much is read --------------------------------------------------------------------
def test_what_is_out_of_reach_is_neither_shown_nor_counted(agent):
    away = UserFactory(team=TeamFactory())
    ComplaintFactory(
        owner=away,
        customer=CustomerFactory(owner=away),
        title="开班前两天更换讲师",
        contact_phone="13900001234",
    )
    typed = draft(title="开班前两天更换讲师", contact_phone="13900001234")
    assert candidates(typed, seen_by=agent, at=timezone.now()) == ()


def test_a_merged_case_is_no_candidate(agent):
    target = ComplaintFactory(owner=agent, title="No projector in room B")
    ComplaintFactory(
        owner=agent,
        title="No projector in room B",
        state=State.MERGED,
        merged_into=target,
        ended_at=timezone.now(),
    )
    assert list(codes(draft(title="No projector in room B"), agent)) == [target.pk]


def test_the_number_of_queries_does_not_grow_with_the_cases(agent):
    customer, category = CustomerFactory(owner=agent), CategoryFactory()

    def count() -> int:
        typed = draft(title="教室投影与空调故障", customer=customer, category=category)
        with CaptureQueriesContext(connection) as queries:
            candidates(typed, seen_by=agent, at=timezone.now())
        return len(queries)

    ComplaintFactory(owner=agent, customer=customer, category=category, title="教室投影故障")
    count()
    one = count()
    ComplaintFactory.create_batch(
        12, owner=agent, customer=customer, category=category, title="教室投影与空调都坏了"
    )
    assert count() == one == 2


# ---- added to a case that is there ------------------------------------------------------------------
def test_what_was_said_is_added_and_fills_what_the_case_did_not_know(agent):
    case = take(registered(title="No projector", contact_phone="13900001234"), by=agent)
    wait_for_customer(case, reason="Asked", by=agent)
    typed = {
        "title": "Still no projector",
        "description": "The third day now.",
        "contact_name": "Ms Gu",
        "contact_phone": "13711112222",
        "is_media": True,
        "intake": "wechat",
    }
    added = add_to_case(case, typed, by=agent)
    line = added.case.entries.filter(kind=EntryKind.INBOUND).latest("pk")
    assert (line.body, line.author, line.channel) == (
        "Still no projector\n\nThe third day now.",
        "Ms Gu",
        "wechat",
    )
    assert (added.case.state, added.case.contact_name, added.case.is_media) == (State.WORKING, "Ms Gu", True)
    assert added.case.contact_phone == "13900001234"
    assert [value for _label, value in added.left] == ["13711112222"]


# ---- the form ---------------------------------------------------------------------------------------
@pytest.fixture
def client(agent: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(agent)


@pytest.fixture
def known(agent: User) -> Complaint:
    QueueFactory(is_default=True, team=agent.team)
    return take(registered(title="No projector in room B", customer=CustomerFactory(owner=agent)), by=agent)


FORM = {
    "title": "Room B has no projector",
    "description": "Since this morning.",
    "impact": "one",
    "intake": "phone",
}


def send(client: Client, **more: object):
    return client.post(reverse("complaints:complaint-create"), {**FORM, **more})


def test_a_likely_duplicate_is_asked_about_and_nothing_typed_is_lost(client, known):
    response = send(client)
    text = response.content.decode()
    assert response.status_code == 409
    assert Complaint.objects.count() == 1
    for words in (known.number, "same words", "Room B has no projector", "Since this morning."):
        assert words in text


def test_whoever_saw_it_and_goes_on_is_not_asked_again(client, known):
    response = send(client, seen=str(known.pk))
    assert (response.status_code, Complaint.objects.count()) == (302, 2)


def test_it_is_added_to_the_case_by_its_button(client, known):
    response = send(client, add_to=known.pk)
    assert (response.status_code, response.url) == (302, f"{known.get_absolute_url()}#log")
    assert Complaint.objects.count() == 1
    assert known.entries.filter(body__contains="Since this morning.").exists()


def test_it_is_received_and_linked_by_its_button(client, known):
    assert send(client, link_to=known.pk).status_code == 302
    assert CaseLink.objects.get().target == known


def test_a_case_out_of_reach_is_neither_added_to_nor_linked(client, known):
    away = UserFactory(team=TeamFactory())
    foreign = ComplaintFactory(owner=away, customer=None)
    for button in ("add_to", "link_to"):
        assert send(client, **{button: foreign.pk}).status_code == 404
    assert Complaint.objects.count() == 2
    assert not foreign.entries.exists()


def test_who_may_not_change_the_case_adds_nothing_to_it(known, user_in, client_of):
    trainer = user_in("trainer")
    response = send(client_of(trainer))
    text = response.content.decode()
    assert (response.status_code, 'name="add_to"' in text, known.number in text) == (409, False, True)
    assert send(client_of(trainer), add_to=known.pk).status_code == 404


def test_the_second_click_of_a_form_is_not_taken_for_a_duplicate(client, agent):
    first = send(client, once="abc")
    second = send(client, once="abc")
    assert (first.status_code, second.status_code) == (302, 302)
    assert Complaint.objects.count() == 1


def test_while_it_is_typed_like_cases_are_shown(client, known):
    url = reverse("complaints:like-preview")
    shown = client.post(url, {"title": "Room B has no projector"}, HTTP_HX_REQUEST="true")
    assert known.number in shown.content.decode()
    nothing = client.post(url, {"title": "Certificate"}, HTTP_HX_REQUEST="true")
    assert nothing.content.decode().strip() == ""


def test_text_from_outside_is_escaped(client, known):
    Complaint.objects.filter(pk=known.pk).update(title="<script>alert(1)</script> no projector in room B")
    text = send(client, title="<script>alert(1)</script> no projector in room B").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_panel_leads_to_merging_and_linking(client, known, agent):
    other = take(registered(title="Room B has no projector"), by=agent)
    text = client.get(reverse("complaints:like-panel", args=[other.pk])).content.decode()
    assert known.number in text
    merge = f"{reverse('complaints:complaint-merge', args=[other.pk])}?into={known.number}"
    assert merge in text
    assert f'value="{known.number}"' in client.get(merge).content.decode()


def test_cases_of_two_customers_are_linked_and_never_made_one(client, known, agent):
    other = take(registered(title="Room B has no projector", customer=CustomerFactory(owner=agent)), by=agent)
    text = client.get(reverse("complaints:like-panel", args=[other.pk])).content.decode()
    assert f"target={known.number}" in text
    assert f"into={known.number}" not in text
    asked = client.post(
        reverse("complaints:like-preview"),
        {"title": "Room B has no projector", "customer": CustomerFactory(owner=agent).code},
        HTTP_HX_REQUEST="true",
    )
    assert 'name="link_to"' in asked.content.decode()
    assert 'name="add_to"' not in asked.content.decode()


def test_the_panel_says_when_there_is_none(client, known):
    text = client.get(reverse("complaints:like-panel", args=[known.pk])).content.decode()
    assert "No other case in your reach" in text


# ---- the API ----------------------------------------------------------------------------------------
def test_the_api_answers_with_candidates(client, known):
    made = client.post(
        "/api/v1/complaints/", {"title": "Room B has no projector"}, content_type="application/json"
    )
    (candidate,) = made.json()["candidates"]
    assert (made.status_code, candidate["number"], candidate["reasons"]) == (201, known.number, ["words"])
    asked = client.get(f"/api/v1/complaints/{made.json()['id']}/like/").json()["candidates"]
    assert [one["id"] for one in asked] == [known.pk]


def test_the_api_looks_before_a_case_is_received(client, known):
    found = client.post(
        "/api/v1/complaints/like/", {"title": "No projector, room B"}, content_type="application/json"
    )
    assert [one["id"] for one in found.json()["candidates"]] == [known.pk]
    assert Complaint.objects.count() == 1


def test_an_external_id_that_is_taken_names_its_holder_to_who_may_see_it(client, agent, known):
    mine = registered(source_system="hotline", external_id="7", by=agent)
    take(mine, by=agent)
    body = {"title": "Again", "source_system": "hotline", "external_id": "7"}
    answer = client.post("/api/v1/complaints/", body, content_type="application/json")
    assert answer.status_code == 409
    assert mine.number in answer.content.decode()
    away = UserFactory(team=TeamFactory())
    Complaint.objects.filter(pk=mine.pk).update(owner=away, team=away.team)
    answer = client.post("/api/v1/complaints/", body, content_type="application/json")
    assert (answer.status_code, mine.number in answer.content.decode()) == (409, False)
