"""In which language a customer is written to."""

from __future__ import annotations

import pytest
from django.urls import reverse

from complaints.domain.updating import update_case
from complaints.models import Complaint
from complaints.tests.factories import registered
from core.errors import DomainError
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def customer(agent):
    return CustomerFactory(owner=agent, team=agent.team, preferred_language="zh-hant")


def test_a_case_has_the_language_that_its_customer_prefers(customer):
    assert registered(customer=customer).language == "zh-hant"
    assert registered().language == ""


def test_a_language_that_was_given_stays(customer, agent):
    case = registered(customer=customer, language="en")
    assert case.language == "en"
    other = CustomerFactory(preferred_language="zh-hans")
    assert update_case(case, {"customer": other}, by=agent).language == "en"


def test_a_customer_who_is_linked_brings_a_language_where_none_was_known(customer, agent):
    case = update_case(registered(), {"customer": customer, "language": ""}, by=agent)
    assert case.language == "zh-hant"


def test_a_language_that_nobody_speaks_here_is_refused():
    with pytest.raises(DomainError) as refused:
        registered(language="xx")
    assert set(refused.value.fields) == {"language"}


def test_it_is_chosen_on_both_forms(customer, agent, client_of):
    client = client_of(agent)
    made = client.post(reverse("complaints:complaint-create"), {
        "title": "Late start", "intake": "phone", "impact": "one", "language": "en",
        "customer": f"{customer.code} · {customer.name}",
    })  # fmt: skip
    assert made.status_code == 302
    case = Complaint.objects.get()
    assert case.language == "en"
    url = reverse("complaints:complaint-update", args=[case.pk])
    assert "<dt>Language</dt><dd>English</dd>" in client.get(case.get_absolute_url()).content.decode()
    assert 'name="language"' in client.get(url).content.decode()
    data = {"title": case.title, "impact": "one", "language": "zh-hans", "version": case.version}
    assert client.post(url, data).status_code == 302
    case.refresh_from_db()
    assert case.language == "zh-hans"


def test_the_api_takes_it_and_refuses_others(customer, agent, client_of):
    client, url = client_of(agent), "/api/v1/complaints/"
    data = {"title": "Late start", "customer": customer.pk}
    made = client.post(url, data, content_type="application/json")
    assert (made.status_code, made.json()["language"]) == (201, "zh-hant")
    refused = client.post(url, {**data, "language": "fr"}, content_type="application/json")
    assert refused.status_code == 400
