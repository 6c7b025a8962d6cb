"""Contacts, persons, and who knows whom, on pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import User
from customers.domain.contacts import add_contact, link_people, update_contact
from customers.domain.customers import create_customer
from customers.models import Acquaintance, Contact, Customer, Person
from customers.tests.factories import ContactFactory, PersonFactory


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales")


@pytest.fixture
def client(sales: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(sales)


@pytest.fixture
def customer(sales: User) -> Customer:
    return create_customer({"name": "Dragon Port"}, by=sales)


@pytest.fixture
def contact(customer: Customer, sales: User) -> Contact:
    return add_contact(customer, {"name": "Wang Haitao"}, {"title": "HR"}, by=sales)


def place(**changed: Any) -> dict[str, Any]:
    return {"title": "HR", "role": "decider", "influence": "high", "attitude": "neutral", **changed}


def people_of(customer: Customer) -> str:
    return reverse("customers:customer-contacts", args=[customer.pk])


def test_new_person_gets_a_place(client: Client, customer: Customer) -> None:
    url = reverse("customers:contact-create", args=[customer.pk])
    response = client.post(url, place(**{"person-name": "Wang Haitao", "person-mobile": "138 0574 1234"}))
    contact = Contact.objects.get()
    assert response["Location"] == people_of(customer)
    assert (contact.person.name, contact.role, contact.is_primary) == ("Wang Haitao", "decider", True)


def test_person_without_a_name_is_refused_and_the_place_kept(client: Client, customer: Customer) -> None:
    url = reverse("customers:contact-create", args=[customer.pk])
    response = client.post(url, place(title="Head of everything"))
    assert response.status_code == 422
    assert "Head of everything" in response.content.decode()
    assert Person.objects.count() == 0


def test_same_form_sent_twice_makes_one_person(client: Client, customer: Customer) -> None:
    url = reverse("customers:contact-create", args=[customer.pk])
    data = place(**{"person-name": "Wang Haitao", "once": client.get(url).context["once"]})
    client.post(url, data)
    client.post(url, data)
    assert Person.objects.count() == 1


def test_person_on_file_gets_a_second_place(client: Client, contact: Contact, sales: User) -> None:
    other = create_customer({"name": "Tiger Bank"}, by=sales)
    url = f"{reverse('customers:contact-create', args=[other.pk])}?known=1"
    assert "Type a part of the name" in client.get(url).content.decode()
    client.post(url, place(person=f"Wang Haitao · #{contact.person_id}"))
    assert Contact.objects.get(customer=other).person == contact.person


@pytest.mark.parametrize("typed", ["Nobody", "#999999"])
def test_unknown_person_is_refused(typed: str, client: Client, customer: Customer) -> None:
    url = f"{reverse('customers:contact-create', args=[customer.pk])}?known=1"
    response = client.post(url, place(person=typed))
    assert response.status_code == 422
    assert "No person of this name is in your reach" in response.content.decode()


def test_name_of_several_persons_asks_to_pick_one(
    client: Client, customer: Customer, contact: Contact
) -> None:
    ContactFactory(customer=customer, person=PersonFactory(name="Wang Haitao"))
    url = f"{reverse('customers:contact-create', args=[customer.pk])}?known=1"
    response = client.post(url, place(person="Wang Haitao"))
    assert "Several persons have this name" in response.content.decode()


def test_person_who_is_a_contact_already_is_refused(
    client: Client, customer: Customer, contact: Contact
) -> None:
    url = f"{reverse('customers:contact-create', args=[customer.pk])}?known=1"
    response = client.post(url, place(person=f"#{contact.person_id}"))
    assert response.status_code == 422
    assert Contact.objects.count() == 1


def test_edit_saves_person_and_place_together(client: Client, contact: Contact) -> None:
    url = reverse("customers:contact-update", args=[contact.pk])
    data = place(title="CEO", version=contact.version, is_primary="on")
    data |= {"person-name": "Wang Hai", "person-version": contact.person.version, "person-taboos": "Golf"}
    assert client.post(url, data)["Location"] == people_of(contact.customer)
    contact.refresh_from_db()
    contact.person.refresh_from_db()
    assert (contact.title, contact.person.name, contact.person.taboos) == ("CEO", "Wang Hai", "Golf")


def test_stale_edit_of_a_place_shows_the_conflict_and_saves_nothing(
    client: Client, contact: Contact, sales: User
) -> None:
    seen = contact.version
    update_contact(contact, {"title": "Head of HR"}, by=sales)
    url = reverse("customers:contact-update", args=[contact.pk])
    data = place(title="CEO", version=seen, is_primary="on")
    data |= {"person-name": "Someone else", "person-version": contact.person.version}
    response = client.post(url, data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Head of HR" in page
    assert "Someone else" in page
    contact.person.refresh_from_db()
    assert contact.person.name == "Wang Haitao"


def test_end_keeps_the_place_in_the_history(client: Client, contact: Contact) -> None:
    url = reverse("customers:contact-end", args=[contact.pk])
    client.post(url, {"on": timezone.localdate().isoformat(), "reason": "Left"})
    contact.refresh_from_db()
    assert (contact.ended_on, contact.end_reason) == (timezone.localdate(), "Left")
    page = client.get(people_of(contact.customer)).content.decode()
    assert "Former contacts" in page
    assert client.post(url, {"on": timezone.localdate().isoformat()}).status_code == 404


def test_change_of_job_moves_the_person(client: Client, contact: Contact, sales: User) -> None:
    other = create_customer({"name": "Tiger Bank"}, by=sales)
    url = reverse("customers:contact-move", args=[contact.pk])
    data = {"to_customer": f"{other.code} · Tiger Bank", "on": timezone.localdate().isoformat()}
    data |= {"title": "CFO", "role": "payer", "influence": "low", "attitude": "critic"}
    assert client.post(url, data)["Location"] == people_of(other)
    new = Contact.objects.current().get()
    assert (new.customer, new.person, new.title) == (other, contact.person, "CFO")


def test_change_of_job_to_the_same_customer_is_refused(client: Client, contact: Contact) -> None:
    url = reverse("customers:contact-move", args=[contact.pk])
    data = {"to_customer": contact.customer.code, "on": timezone.localdate().isoformat()}
    data |= {"role": "payer", "influence": "low", "attitude": "critic"}
    assert client.post(url, data).status_code == 422


def test_people_are_linked_and_unlinked(
    client: Client, contact: Contact, customer: Customer, sales: User
) -> None:
    other = add_contact(customer, {"name": "Zhou Min"}, by=sales).person
    url = reverse("customers:person-link", args=[contact.person_id])
    client.post(url, {"other": f"Zhou Min · #{other.pk}", "nature": "Same school"})
    assert Acquaintance.objects.get().nature == "Same school"
    page = client.get(reverse("customers:person-detail", args=[contact.person_id])).content.decode()
    assert "Zhou Min" in page
    assert "Same school" in page
    client.post(reverse("customers:person-unlink", args=[contact.person_id, other.pk]))
    assert Acquaintance.objects.count() == 0


def test_person_page_leaves_out_what_is_out_of_reach(client: Client, contact: Contact) -> None:
    elsewhere = ContactFactory(person=contact.person, customer__name="Elsewhere")
    stranger = PersonFactory(name="A stranger")
    ContactFactory(customer=elsewhere.customer, person=stranger)
    link_people(contact.person, stranger, by=None)
    page = client.get(reverse("customers:person-detail", args=[contact.person_id])).content.decode()
    assert "Dragon Port" in page
    assert "Elsewhere" not in page
    assert "A stranger" not in page


def test_people_search_finds_within_reach(client: Client, contact: Contact) -> None:
    ContactFactory(person=PersonFactory(name="Wang Elsewhere"))
    url = reverse("customers:people-list")
    page = client.get(url, {"q": "wang"}).content.decode()
    assert "Wang Haitao" in page
    assert "Dragon Port" in page
    assert "Wang Elsewhere" not in page
    assert "Nothing matches these filters" in client.get(url, {"q": "nobody"}).content.decode()


def test_all_people_in_reach_are_listed_page_by_page(client: Client, contact: Contact) -> None:
    ContactFactory(person=PersonFactory(name="Wang Elsewhere"))
    for number in range(50):
        ContactFactory(person=PersonFactory(name=f"Chen {number:02}"), customer=contact.customer)
    url = reverse("customers:people-list")
    first = client.get(url)
    assert "Rows 1–50, more follow" in first.content.decode()
    after = client.get(url, {"cursor": first.context["page"].next_cursor}).content.decode()
    assert "Wang Haitao" in after
    assert "Wang Elsewhere" not in after
    assert "key=customers.person" in first.content.decode()


def test_person_options_say_where_they_work(client: Client, contact: Contact) -> None:
    url = reverse("customers:person-options")
    page = client.get(f"{url}?of=person&person=wang").content.decode()
    assert page.strip() == f'<option value="Wang Haitao · #{contact.person_id}">Dragon Port</option>'
