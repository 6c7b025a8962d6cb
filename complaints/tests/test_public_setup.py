"""Setting up the public form, by page and API, and finding out who sends it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from complaints.choices.public_form import Match
from complaints.domain.matching import Given, find_sender
from complaints.domain.public_form import categories_of, set_form
from complaints.domain.settings import save_category
from complaints.models import Category, PublicForm
from complaints.tests.public import at, opened
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from customers.tests.factories import ContactFactory, CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


# ---- settings ---------------------------------------------------------------------------------------
def test_the_page_opens_the_form_and_shows_its_address(manager, client_of, settings):
    settings.SITE_URL = "https://help.example.com"
    client = client_of(manager)
    page = client.get(at("publicform-update"))
    assert "https://help.example.com/complaints/form/" in page.content.decode()
    data = {
        "is_open": "on", "takes_complaints": "on", "categories": ["complaint:fees"], "most_files": "3",
        "link_days": "30", "intro_en": "Hello", "version": "1",
    }  # fmt: skip
    assert client.post(at("publicform-update"), data).status_code == 302
    row = PublicForm.load()
    assert (row.is_open, row.takes_requests, row.categories, row.intro_en) == (
        True,
        False,
        ["complaint:fees"],
        "Hello",
    )
    assert AuditEntry.objects.about(row).filter(actor=manager).count() == 1
    assert client.post(at("publicform-update"), data).status_code == 409


def test_who_may_not_change_it_does_not_open_the_page(user_in, client_of):
    for role in ("agent", "sales", "trainer", "analyst"):
        client = client_of(user_in(role))
        assert client.get(at("publicform-update")).status_code == 403
        assert at("publicform-update") not in client.get("/settings/").content.decode()


def test_an_open_form_takes_something(manager):
    row = PublicForm.load()
    with pytest.raises(DomainError) as refused:
        set_form(row, {"is_open": True, "takes_complaints": False, "takes_requests": False}, by=manager)
    assert refused.value.code == "takes_nothing"
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicForm.objects.update(is_open=True, takes_complaints=False, takes_requests=False)


def test_a_stale_version_and_unknown_categories_are_refused(manager):
    row = PublicForm.load()
    with pytest.raises(DomainError) as refused:
        set_form(row, {"categories": ["complaint:nothing"]}, by=manager)
    assert refused.value.code == "unknown_category"
    set_form(row, {"intro_en": "One"}, by=manager, version=1)
    with pytest.raises(Conflict):
        set_form(row, {"intro_en": "Two"}, by=manager, version=1)


def test_a_new_edition_of_a_category_stays_on_the_form(manager):
    row = opened(categories=["complaint:fees"])
    fees = Category.objects.get(kind="complaint", code="fees", retired_at=None)
    edition = save_category({"name_en": "Money"}, by=manager, category=fees)
    assert categories_of(row) == [edition]


def test_the_api_reads_and_changes_it(manager, user_in, client_of):
    PublicForm.load()
    client = client_of(manager)
    [shown] = client.get("/api/v1/public-forms/").json()["results"]
    assert (shown["is_open"], shown["version"]) == (False, 1)
    address = f"/api/v1/public-forms/{shown['id']}/"
    changed = client.patch(address, {"is_open": True, "version": 1}, content_type="application/json")
    assert (changed.status_code, changed.json()["is_open"]) == (200, True)
    stale = client.patch(address, {"is_open": False, "version": 1}, content_type="application/json")
    assert stale.status_code == 409
    wrong = client.patch(address, {"categories": ["x"]}, content_type="application/json")
    assert wrong.status_code == 400
    assert client.post("/api/v1/public-forms/", {}, content_type="application/json").status_code == 403
    agent = client_of(user_in("agent"))
    assert agent.get(address).status_code == 200
    assert agent.patch(address, {"is_open": False}, content_type="application/json").status_code == 403


# ---- who sends it -----------------------------------------------------------------------------------
def person_at(customer, **values):
    person = PersonFactory(**values)
    ContactFactory(customer=customer, person=person)
    return person


def test_one_person_with_one_place_is_found_by_the_address():
    customer = CustomerFactory()
    person = person_at(customer, email="wei@example.com", mobile="+8613800000001")
    by_mail = find_sender(Given(email=" WEI@example.com "))
    by_phone = find_sender(Given(phone="138 0000 0001"))
    assert (by_mail.customer, by_mail.person, by_mail.match) == (customer, person, Match.EMAIL)
    assert (by_phone.customer, by_phone.person, by_phone.match) == (customer, person, Match.PHONE)


def test_of_several_behind_one_address_the_name_decides_or_nobody():
    first, second = CustomerFactory(), CustomerFactory()
    wei = person_at(first, name="Wei Lin", email="office@example.com")
    person_at(second, name="Mei Chen", email="office@example.com")
    assert find_sender(Given(name="wei lin", email="office@example.com")).person == wei
    assert find_sender(Given(name="Somebody", email="office@example.com")).customer is None


def test_of_several_places_the_one_that_is_named_counts():
    first, second = CustomerFactory(name="Harbour School Ltd"), CustomerFactory(code="K-77")
    person = person_at(first, email="wei@example.com")
    ContactFactory(customer=second, person=person)
    unclear = find_sender(Given(email="wei@example.com"))
    assert (unclear.customer, unclear.person) == (None, person)
    assert find_sender(Given(email="wei@example.com", organisation="harbour school")).customer == first
    assert find_sender(Given(email="wei@example.com", reference="K-77")).customer == second


def test_a_name_or_a_number_alone_is_nobody():
    customer = CustomerFactory(name="Harbour School", code="K-77")
    assert find_sender(Given(organisation="Harbour School")).customer is None
    assert find_sender(Given(reference="K-77")).customer is None
    assert find_sender(Given(reference="K-77", organisation="Other")).customer is None
    both = find_sender(Given(reference="K-77", organisation="Harbour School"))
    assert (both.customer, both.match) == (customer, Match.NUMBER)


def test_who_is_in_the_recycle_bin_is_nobody():
    from django.utils import timezone

    CustomerFactory(email="wei@example.com", deleted_at=timezone.now())
    assert find_sender(Given(email="wei@example.com")).customer is None
