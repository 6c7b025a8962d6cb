from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import DomainError
from core.models import User
from customers.domain.contacts import (
    add_contact,
    change_job,
    create_person,
    end_contact,
    likely_same_person,
    link_people,
    unlink_people,
    update_contact,
    update_person,
)
from customers.domain.customers import delete_customer
from customers.models import Acquaintance, Contact, Customer, Person
from customers.tests.factories import CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_first_contact_becomes_the_main_one(customer: Customer, seller: User, story: Any, audit: Any) -> None:
    contact = add_contact(
        customer, {"name": "李薇", "mobile": "13812345678"}, {"title": "HRD", "role": "decider"}, by=seller
    )
    second = add_contact(customer, {"name": "Wang"}, by=seller)
    assert (contact.is_primary, second.is_primary) == (True, False)
    assert contact.person.mobile == "+8613812345678"
    event = story(customer)[0]
    assert event.data == {
        "action": "added", "person": "李薇", "person_id": contact.person_id, "title": "HRD", "department": "",
        "role": "decider", "is_primary": True,
    }  # fmt: skip
    assert len(audit(contact)) == 1


def test_new_main_contact_takes_over(customer: Customer, seller: User) -> None:
    first = add_contact(customer, {"name": "A"}, by=seller)
    second = add_contact(customer, {"name": "B"}, {"is_primary": True}, by=seller)
    assert list(Contact.objects.filter(is_primary=True)) == [second]
    update_contact(first, {"is_primary": True}, by=seller)
    assert list(Contact.objects.filter(is_primary=True)) == [first]
    assert code_of(update_contact, first, {"is_primary": False}, by=seller) == "main_contact_needed"


def test_person_holds_one_current_place_a_customer(customer: Customer, seller: User) -> None:
    contact = add_contact(customer, {"name": "A"}, by=seller)
    assert code_of(add_contact, customer, contact.person, by=seller) == "contact_exists"
    end_contact(contact, reason="left", by=seller)
    assert add_contact(customer, contact.person, by=seller).is_primary is True


def test_add_refuses_deleted_customers_and_unknown_fields(
    customer: Customer, seller: User, manager: User
) -> None:
    assert code_of(add_contact, customer, {"name": "A", "rank": 1}, by=seller) == "unknown_field"
    assert code_of(add_contact, customer, {"name": "A"}, {"rank": 1}, by=seller) == "unknown_field"
    assert code_of(add_contact, customer, {"name": ""}, by=seller) == "invalid"
    delete_customer(customer, by=manager)
    assert code_of(add_contact, customer, {"name": "A"}, by=seller) == "customer_deleted"
    assert not Person.objects.exists()


def test_update_tells_the_timeline_and_refuses_stale_and_ended(
    customer: Customer, seller: User, story: Any
) -> None:
    contact = add_contact(customer, {"name": "A"}, {"started_on": date(2024, 1, 1)}, by=seller)
    update_contact(contact, {"title": "CEO"}, by=seller, version=1)
    assert story(customer)[-1].data["changes"] == {"title": ["", "CEO"]}
    assert code_of(update_contact, contact, {"title": "X"}, by=seller, version=1) == "stale"
    assert code_of(end_contact, contact, on=date(2023, 1, 1), by=seller) == "ends_before_start"
    ended = end_contact(contact, on=date(2026, 1, 1), reason=" retired ", by=seller)
    assert (ended.ended_on, ended.end_reason, ended.is_primary) == (date(2026, 1, 1), "retired", False)
    assert code_of(update_contact, contact, {"title": "X"}, by=seller) == "contact_ended"
    assert code_of(end_contact, contact, by=seller) == "contact_ended"


def test_change_of_job_is_told_on_both_timelines_and_the_person_stays_one(
    customer: Customer, seller: User, story: Any
) -> None:
    other = CustomerFactory(name="Port of Tianjin")
    old = add_contact(customer, {"name": "李薇"}, by=seller)
    new = change_job(old, to_customer=other, data={"title": "CEO"}, on=date(2026, 5, 1), by=seller)
    old.refresh_from_db()
    assert (old.ended_on, new.started_on, new.person, new.is_primary) == (
        date(2026, 5, 1),
        date(2026, 5, 1),
        old.person,
        True,
    )
    assert (story(customer)[-1].data["action"], story(customer)[-1].data["to"]) == (
        "moved_out",
        "Port of Tianjin",
    )
    assert (story(other)[-1].data["action"], story(other)[-1].data["from_id"]) == ("moved_in", customer.pk)
    assert Person.objects.count() == 1
    assert code_of(change_job, new, to_customer=other, by=seller) == "same_customer"
    assert code_of(change_job, old, to_customer=other, by=seller) == "contact_ended"


def test_change_of_job_that_cannot_begin_does_not_end_the_old_place(customer: Customer, seller: User) -> None:
    other = CustomerFactory()
    old = add_contact(customer, {"name": "A"}, by=seller)
    add_contact(other, old.person, by=seller)
    assert code_of(change_job, old, to_customer=other, by=seller) == "contact_exists"
    old.refresh_from_db()
    assert old.ended_on is None


def test_update_of_a_person_reaches_every_current_customer(
    customer: Customer, seller: User, story: Any
) -> None:
    other = CustomerFactory()
    contact = add_contact(customer, {"name": "A"}, by=seller)
    add_contact(other, contact.person, by=seller)
    person = update_person(
        contact.person, {"mobile": "13800000000", "do_not_contact": True}, by=seller, version=1
    )
    assert person.version == 2
    for place in (customer, other):
        assert story(place)[-1].data["model"] == "customers.person"
    assert (
        code_of(update_person, person, {"birthday": date(2999, 1, 1)}, by=seller) == "birthday_out_of_range"
    )
    assert code_of(update_person, person, {"name": "X"}, by=seller, version=1) == "stale"


def test_persons_share_mobiles_but_not_external_ids(seller: User) -> None:
    first = create_person({"name": "A", "mobile": "138 0000 0000", "email": "A@x.cn"}, by=seller)
    create_person(
        {"name": "B", "mobile": "13800000000", "source_system": "hr", "external_id": "1"}, by=seller
    )
    assert likely_same_person(mobile="+86 13800000000").count() == 2
    assert list(likely_same_person(email="a@X.cn")) == [first]
    assert list(likely_same_person(email="a@X.cn", exclude=first)) == []
    assert not likely_same_person().exists()
    assert (
        code_of(create_person, {"name": "C", "source_system": "hr", "external_id": "1"}, by=seller)
        == "duplicate"
    )


def test_acquaintance_is_one_row_a_pair_whoever_is_named_first(seller: User, audit: Any) -> None:
    a, b = PersonFactory(), PersonFactory()
    link_people(b, a, "studied together", by=seller)
    link_people(a, b, "married", by=seller)
    link_people(a, b, "married", by=seller)
    link = Acquaintance.objects.get()
    assert (link.first, link.second, link.nature) == (a, b, "married")
    assert len(audit(a)) == len(audit(b)) == 2
    assert code_of(link_people, a, a, "", by=seller) == "same_person"
    unlink_people(b, a, by=seller)
    assert code_of(unlink_people, a, b, by=seller) == "not_linked"
