"""What another system may do with cases over the API, and what is left to people; verbs that pages have."""

from __future__ import annotations

import pytest
from django.core import mail as django_mail

from complaints.domain.causes import create_cause
from complaints.domain.compensation import propose
from complaints.domain.moves import answer, take
from complaints.domain.references import cite
from complaints.domain.work_orders import create_work_order
from complaints.models import (
    CaseLetter,
    CaseLink,
    Category,
    Citation,
    Entry,
    LegalReference,
    Queue,
    WorkOrder,
)
from complaints.tests.factories import ComplaintFactory, QueueFactory, registered
from complaints.tests.letters import in_force, proposed
from complaints.tests.mails import mailbox
from core.models import Job, Organisation
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def system(user_in, client_of):
    return client_of(user_in("integration", username="erp", is_service=True))


@pytest.fixture
def manager(user_in, agent):
    return user_in("manager", team=agent.team)


@pytest.fixture
def case(agent):
    return take(registered(contact_email="li@example.com", language="en"), by=agent)


def post(client, path: str, /, **data):
    return client.post(f"/api/v1/{path}/", data, content_type=JSON)


# ---- another system ---------------------------------------------------------------------------------
def test_another_system_registers_and_keeps_a_case(system, agent):
    first = post(system, "complaints", title="No invoice", source_system="erp", external_id="7")
    second = post(system, "complaints", title="No invoice either", source_system="erp", external_id="8")
    assert (first.status_code, second.status_code) == (201, 201)
    path = f"complaints/{first.json()['id']}"
    assert post(system, f"{path}/note", body="Paid twice").status_code == 200
    assert post(system, f"{path}/hear", body="Where is it?").status_code == 200
    assert post(system, f"{path}/answer", body="On its way").status_code == 200
    for name in ("complaint-entries", "complaint-clocks", "escalations", "handlers", "investigations"):
        assert system.get(f"/api/v1/{name}/").status_code == 200, name
    link = post(
        system, "case-links", source=first.json()["id"], target=second.json()["id"], kind="same_cause"
    )
    assert link.status_code == 201
    assert system.delete(f"/api/v1/case-links/{link.json()['id']}/").status_code == 204
    assert not CaseLink.objects.exists()


def test_it_gives_work_orders_and_finishes_them(system, case):
    team = TeamFactory()
    made = post(system, "work-orders", complaint=case.pk, title="Send the invoice", team=team.pk)
    assert made.status_code == 201
    path = f"work-orders/{made.json()['id']}"
    assert post(system, f"{path}/done", outcome="Sent").json()["state"] == "done"


def test_what_people_decide_is_refused_to_it(system, case, agent, user_in, manager):
    row = proposed(case, user_in("agent"))
    data = {"measure": "refund", "amount": 900, "currency": Organisation.load().base_currency}
    offer = propose(case, data, by=agent)
    refused = {
        f"complaints/{case.pk}/assign": {"owner": agent.pk},
        f"complaints/{case.pk}/regrade": {"grade": "severe", "reason": "x"},
        f"designations/{row.pk}/decide": {"agrees": True, "note": "x"},
        f"designations/{row.pk}/lift": {"note": "x"},
        "designations": {"complaint": case.pk},
        f"compensations/{offer.pk}/approve": {},
        f"compensations/{offer.pk}/step": {"state": "offered"},
        "compensations": {"complaint": case.pk},
        "queues": {"name_en": "Mine"},
        "complaint-categories": {"name_en": "Mine", "code": "mine"},
        "causes": {"name_en": "Mine", "code": "mine"},
        "mailboxes": {},
        "crises": {},
        "crisis-statements": {},
    }
    assert {path: post(system, path, **body).status_code for path, body in refused.items()} == dict.fromkeys(
        refused, 403
    )


def test_it_reads_no_reasons_of_designations(system, case, user_in, manager):
    row = in_force(case, user_in("agent"), manager)
    found = system.get(f"/api/v1/designations/{row.pk}/").json()
    assert "Insults" not in str(found)


# ---- verbs that pages have --------------------------------------------------------------------------
def test_a_work_order_is_opened_again_once(case, agent, client_of):
    order = create_work_order(case, "Send it", team=agent.team, by=agent)
    client, path = client_of(agent), f"work-orders/{order.pk}"
    assert post(client, f"{path}/done", outcome="Sent").status_code == 200
    again = post(client, f"{path}/reopen")
    assert (again.status_code, again.json()["state"]) == (200, "open")
    assert post(client, f"{path}/reopen").status_code == 409
    assert WorkOrder.objects.get().outcome == ""


def test_a_level_is_called_a_false_alarm(case, agent, manager, client_of):
    level = case.escalations.first() or case.escalations.create(
        clock=case.clocks.first(), number=9, recipient="owner"
    )
    assert post(client_of(manager), f"escalations/{level.pk}/false-alarm").status_code == 409
    assert post(client_of(manager), f"escalations/{level.pk}/try-again").status_code == 409


def test_links_to_the_status_page_are_sent_and_made_void(case, agent, client_of):
    client = client_of(agent)
    assert post(client, f"complaints/{case.pk}/send-status-link").status_code == 200
    assert Job.objects.filter(task="complaints.tasks.send_status_link").count() == 1
    assert post(client, f"complaints/{case.pk}/void-status-links").status_code == 200
    bare = take(registered(), by=agent)
    assert post(client, f"complaints/{bare.pk}/send-status-link").status_code == 400


def test_an_answer_of_the_log_is_sent_by_mail_once(case, agent, client_of):
    mailbox(queue=case.queue)
    entry = answer(case, "We look into it.", by=agent)
    client = client_of(agent)
    for _time in range(2):
        assert post(client, f"complaint-entries/{entry.pk}/send-by-mail").status_code == 200
    assert CaseLetter.objects.filter(entry=entry).count() == 1
    note = Entry.objects.filter(complaint=case, kind="system").first()
    assert post(client, f"complaint-entries/{note.pk}/send-by-mail").status_code == 409
    assert django_mail.outbox == []


def test_a_citation_is_taken_back(case, manager, agent, client_of):
    reference = LegalReference.objects.first()
    client, path = client_of(agent), f"legal-references/{reference.pk}"
    cite(case, reference, by=agent)
    row = proposed(case, manager)
    assert post(client, f"{path}/cite", designation=row.pk).status_code == 200
    assert post(client, f"{path}/cite", complaint=case.pk, designation=row.pk).status_code == 400
    assert post(client, f"{path}/uncite", complaint=case.pk).status_code == 200
    assert list(Citation.objects.values_list("designation", flat=True)) == [row.pk]
    assert post(client, f"{path}/uncite", complaint=case.pk).status_code == 404


def test_a_designation_that_is_over_is_anonymised(case, user_in, manager, client_of):
    row = in_force(case, user_in("agent"), manager)
    client = client_of(manager)
    assert post(client, f"designations/{row.pk}/anonymise").status_code == 409
    assert post(client, f"designations/{row.pk}/lift", note="A mistake").status_code == 200
    assert post(client, f"designations/{row.pk}/anonymise").json()["anonymised_at"]


def test_causes_are_entered_changed_and_fixed(manager, agent, client_of):
    client = client_of(manager)
    made = post(client, "causes", code="late", name_en="Late")
    assert made.status_code == 201
    assert post(client, "causes", code="late", name_en="Again").status_code == 409
    path = f"causes/{made.json()['id']}"
    changed = client.patch(f"/api/v1/{path}/", {"name_en": "Too late", "version": 1}, content_type=JSON)
    assert (changed.status_code, changed.json()["name"]) == (200, "Too late")
    stale = client.patch(f"/api/v1/{path}/", {"name_en": "Later", "version": 1}, content_type=JSON)
    assert stale.status_code == 409
    assert (post(client, f"{path}/fix").status_code, post(client, f"{path}/fix").status_code) == (200, 409)
    assert post(client_of(agent), "causes", code="mine", name_en="Mine").status_code == 403
    other = create_cause({"code": "other", "name_en": "Other"}, by=None)
    assert post(client_of(agent), f"causes/{other.pk}/fix").status_code == 403


def test_queues_are_made_and_changed_by_administrators(user_in, manager, client_of):
    client, team = client_of(user_in("administrator")), TeamFactory()
    made = post(client, "queues", name_en="Billing", kind="complaint", team=team.pk)
    assert made.status_code == 201
    queue = Queue.objects.get(pk=made.json()["id"])
    path = f"/api/v1/queues/{queue.pk}/"
    assert client.patch(path, {"is_active": False}, content_type=JSON).json()["is_active"] is False
    stale = client.patch(path, {"position": 3, "version": 1}, content_type=JSON)
    assert stale.status_code == 409
    ComplaintFactory(queue=queue)
    assert client.patch(path, {"kind": "request"}, content_type=JSON).status_code == 400
    assert client_of(manager).patch(path, {"position": 1}, content_type=JSON).status_code == 403


def test_categories_have_editions_and_are_retired(manager, agent, client_of):
    client = client_of(manager)
    made = post(client, "complaint-categories", code="room", name_en="Room")
    assert made.status_code == 201
    path = f"/api/v1/complaint-categories/{made.json()['id']}/"
    queue = QueueFactory()
    changed = client.patch(path, {"queue": queue.pk}, content_type=JSON)
    assert (changed.status_code, changed.json()["edition"], changed.json()["name"]) == (200, 2, "Room")
    assert client.patch(path, {"name_en": "Rooms"}, content_type=JSON).status_code == 409
    assert client.patch(path, {"code": "other"}, content_type=JSON).status_code == 400
    retire = f"complaint-categories/{changed.json()['id']}/retire"
    assert post(client, retire).json()["retired_at"]
    assert post(client_of(agent), retire).status_code == 403
    assert Category.objects.current().filter(code="room").count() == 0


def test_a_mailbox_without_a_server_is_not_tried(user_in, client_of):
    box = mailbox()
    answered = post(client_of(user_in("administrator")), f"mailboxes/{box.pk}/try")
    assert (answered.status_code, answered.json()["code"]) == (409, "not_polled")
