"""How a case begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from complaints.choices.cases import CaseKind, EntryKind, State
from complaints.domain.moves import take, withdraw
from complaints.domain.registering import register_case
from complaints.models import Complaint, Entry
from complaints.tests.factories import CategoryFactory, QueueFactory, registered
from core.choices import AuditAction
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job
from customers.choices import EventKind
from customers.models import TimelineEvent
from customers.tests.factories import ContactFactory, CustomerFactory, PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def test_cases_are_numbered_by_day_and_kind():
    numbers = [registered(kind=kind).number for kind in ("complaint", "complaint", "request")]
    day = timezone.localdate().strftime("%Y%m%d")
    assert numbers == [f"TS-{day}-0001", f"TS-{day}-0002", f"FW-{day}-0001"]


def test_a_number_is_given_back_when_the_case_is_not_kept():
    with pytest.raises(RuntimeError), transaction.atomic():
        registered()
        raise RuntimeError
    assert registered().number.endswith("-0001")


def test_what_was_said_is_the_first_line_of_the_log():
    case = registered(description="Two days before the course.", contact_name="顾雅琴", intake="phone")
    entry = case.entries.get(kind=EntryKind.INBOUND)
    assert (entry.body, entry.author, entry.channel) == ("Two days before the course.", "顾雅琴", "phone")


def test_registering_is_told_in_audit_and_timeline():
    customer = CustomerFactory()
    case = registered(customer=customer)
    assert AuditEntry.objects.about(case).get().action == AuditAction.CREATED
    event = TimelineEvent.objects.get(customer=customer)
    assert (event.kind, event.data["number"], event.subject_url) == (
        EventKind.COMPLAINT,
        case.number,
        case.get_absolute_url(),
    )


def test_a_second_complaint_of_a_strategic_customer_is_severe():
    customer = CustomerFactory(tier="strategic")
    assert registered(customer=customer).grade == "general"
    second = registered(customer=customer)
    assert (second.grade, second.priority) == ("severe", "urgent")
    assert second.grade_evidence["rules"] == ["strategic_repeat"]


def test_an_old_complaint_is_no_repeat():
    customer = CustomerFactory(tier="strategic")
    registered(customer=customer, received_at=timezone.now() - timedelta(days=91))
    assert registered(customer=customer).grade == "general"


def test_a_service_request_has_no_grade():
    case = registered(kind="request", is_legal=True)
    assert (case.grade, case.priority) == ("", "normal")


def test_a_case_goes_to_the_queue_of_its_category_and_that_team():
    queue = QueueFactory()
    case = registered(category=CategoryFactory(queue=queue))
    assert (case.queue, case.team) == (queue, queue.team)


def test_a_category_without_a_queue_uses_that_of_the_one_above():
    queue = QueueFactory()
    above = CategoryFactory(code="course", queue=queue)
    assert registered(category=CategoryFactory(code="course.lecturer", parent_code=above.code)).queue == queue


def test_what_belongs_nowhere_goes_to_the_default_queue_of_its_kind():
    QueueFactory(is_default=True, kind=CaseKind.REQUEST)
    queue = QueueFactory(is_default=True)
    assert registered().queue == queue


def test_an_automatic_queue_asks_for_dispatch_once():
    QueueFactory(is_default=True, is_automatic=True)
    case = registered()
    assert Job.objects.get(dedupe=f"dispatch-{case.pk}-v1").payload == {"complaint_id": case.pk}


def test_the_same_mail_is_kept_once():
    case = register_case({"title": "By mail"}, by=None, message_id="<1@example>")
    again = Entry.objects.filter(message_id="<1@example>")
    assert [entry.complaint for entry in again] == [case]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": "  "}, "invalid"),
        ({"title": "x" * 201}, "invalid"),
        ({"impact": "everywhere"}, "invalid"),
        ({"received_at": datetime(2100, 1, 1, tzinfo=UTC)}, "in_the_future"),
        ({"owner": 1}, "unknown_field"),
    ],
)
def test_unsound_values_are_refused(values, code):
    with pytest.raises(DomainError) as refused:
        registered(**values)
    assert refused.value.code == code
    assert not Complaint.objects.exists()


def test_a_retired_category_is_refused():
    with pytest.raises(DomainError) as refused:
        registered(category=CategoryFactory(retired_at=NOON))
    assert refused.value.code == "bad_category"


def test_a_category_of_the_other_kind_is_refused():
    with pytest.raises(DomainError) as refused:
        registered(kind="request", category=CategoryFactory())
    assert refused.value.code == "bad_category"


def test_a_customer_in_the_recycle_bin_is_refused():
    with pytest.raises(Conflict) as refused:
        registered(customer=CustomerFactory(deleted_at=NOON))
    assert refused.value.code == "customer_deleted"


def test_somebody_elses_person_is_refused():
    contact = ContactFactory()
    assert registered(customer=contact.customer, person=contact.person).person == contact.person
    with pytest.raises(DomainError) as refused:
        registered(customer=contact.customer, person=PersonFactory())
    assert refused.value.code == "person_elsewhere"


def test_an_external_id_makes_one_case():
    registered(source_system="hotline", external_id="7")
    with pytest.raises(Conflict) as refused:
        registered(source_system="hotline", external_id="7")
    assert refused.value.code == "external_id_taken"
    assert Complaint.objects.count() == 1


def test_a_withdrawn_complaint_still_counts_as_a_repeat_and_a_merged_one_does_not(user_in):
    customer = CustomerFactory()
    agent = user_in("agent")
    first = take(registered(customer=customer), by=agent)
    withdraw(first, reason="Settled by telephone", by=agent)
    second = registered(customer=customer)
    assert second.grade_evidence["facts"]["repeats"] == 1
    Complaint.objects.filter(pk=first.pk).update(state=State.MERGED, merged_into=second)
    assert registered(customer=customer).grade_evidence["facts"]["repeats"] == 1
