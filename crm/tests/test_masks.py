"""Sensitive fields are read by roles that may; the others find them nowhere, and seeing is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint, DecisionLetter, Designation, InboundMail
from core.access import can, role_table, sees_field, sensitive_fields
from core.choices import AuditAction
from core.domain.exports import request_export
from core.domain.sights import FEW, saw
from core.domain.tokens import make_token
from core.masking import masked
from core.models import AuditEntry, ListChoice, Sight, User
from core.record_history import history_models
from core.tasks import run_job
from crm.tests.crawl import Answer, addresses, export_keys, filters_of, get, lists, read
from crm.tests.world import Side, make_belongings
from customers.domain.contacts import update_person
from customers.domain.customers import create_customer, update_customer
from customers.forms.customers import CustomerForm
from customers.models import Customer, Person
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

SECRETS = {
    "mobile": "13977665544",
    "email": "geheim.person@nowhere.test",
    "wechat": "wx_geheim_77",
    "birthday": "1987-02-13",
}
COMPANY = {"phone": "13944332211", "email": "geheim.firma@nowhere.test"}
BLIND = ("trainer", "analyst")


@pytest.fixture
def told(ours: Side) -> Side:
    """Our team, whose customer and person have what must not be read by everybody."""
    ours.customer = update_customer(ours.customer, dict(COMPANY), by=ours.owner)
    before = {**SECRETS, "birthday": date(1987, 2, 13)}
    ours.person = update_person(ours.person, before, by=ours.owner)
    return ours


def words() -> list[str]:
    return [*SECRETS.values(), *COMPANY.values(), "13 Feb 1987", "1987年2月13日"]


def everything(client: Client, user: User, told: Side) -> Iterator[Answer]:
    """Yield every page, list, answer, history and file that could hold the values."""
    for url in addresses(told, make_belongings(user)):
        yield get(client, url)
    for row in vars(told).values():
        if type(row) in history_models():
            kind = {"kind": row._meta.label_lower, "pk": row.pk}
            yield get(client, reverse("core:record-history", kwargs=kind))
    for key in export_keys():
        job = request_export(key, query="", file_format="csv", by=user) if _may_export(user, key) else None
        if job is not None:
            run_job(job.pk)
            yield read(client.get(job.url), f"export of {key}")


def _may_export(user: User, key: str) -> bool:
    label = {"customers.person": "customers.contact"}.get(key, key)
    try:
        return can(user, "export", apps.get_model(label))
    except LookupError:
        return False


@pytest.mark.once
@pytest.mark.parametrize("role", BLIND)
def test_who_may_not_reveal_finds_the_values_nowhere(
    role: str, told: Side, client_of: Callable[[User], Client]
) -> None:
    user = told.person_in(role)
    found = [
        f"{answer.asked} says {word}"
        for answer in everything(client_of(user), user, told)
        for word in words()
        if word in answer.text
    ]
    assert found == []


@pytest.mark.parametrize("role", BLIND)
def test_no_filter_tells_by_trial(role: str, told: Side, client_of: Callable[[User], Client]) -> None:
    user = told.person_in(role)
    client = client_of(user)
    for door in lists():
        filterset: Any = door.view.filterset_class  # type: ignore[attr-defined]
        model = filterset._meta.model
        if model is not None:
            open_to = filterset({}, queryset=model._default_manager.none(), user=user).filters
            assert not open_to.keys() & sensitive_fields().get(model._meta.label_lower, frozenset()), (
                door.name
            )
        if "q" not in filters_of(door):
            continue
        for word in (SECRETS["mobile"], SECRETS["email"], SECRETS["wechat"], COMPANY["phone"]):
            answer = get(client, door.url(), q=word).text
            assert told.person.name not in answer and told.customer.code not in answer, (door.name, word)
    for word in (*SECRETS.values(), *COMPANY.values()):
        assert '"results":[]' in get(client, reverse("search-list"), q=word).text
    assert told.person.name in get(client, reverse("search-list"), q=told.person.name).text


def test_the_api_masks_and_says_nothing_by_filter(told: Side, client_of: Callable[[User], Client]) -> None:
    analyst, agent = client_of(told.person_in("analyst")), client_of(told.person_in("agent"))
    url, listed = reverse("person-detail", args=[told.person.pk]), reverse("person-list")
    hidden, clear = analyst.get(url).json(), agent.get(url).json()
    assert (hidden["mobile"], hidden["email"]) == ("+86139•••44", "g•••@nowhere.test")
    assert (hidden["wechat"], hidden["birthday"]) == ("•••", None)
    assert {name: clear[name] for name in SECRETS} == {**SECRETS, "mobile": f"+86{SECRETS['mobile']}"}
    everybody = analyst.get(listed).json()["results"]
    assert analyst.get(listed, {"mobile": SECRETS["mobile"]}).json().get("results", everybody) == everybody
    assert [row["id"] for row in agent.get(listed, {"mobile": SECRETS["mobile"]}).json()["results"]] == [
        told.person.pk
    ]


def test_pages_show_a_mask_with_its_reason_and_agents_the_number(
    told: Side, client_of: Callable[[User], Client]
) -> None:
    url = reverse("customers:person-detail", args=[told.person.pk])
    blind = client_of(told.person_in("trainer")).get(url).content.decode()
    seeing = client_of(told.person_in("agent")).get(url).content.decode()
    assert "+86139•••44" in blind and "Your role does not show this field." in blind
    assert f'href="tel:+86{SECRETS["mobile"]}"' in seeing and "•••" not in seeing


# ---- seeing is logged -------------------------------------------------------------------------------
def lines_of(user: User) -> list[tuple[str, int | None]]:
    rows = AuditEntry.objects.filter(actor=user, action=AuditAction.VIEWED).order_by("pk")
    return list(rows.values_list("subject_type", "subject_id"))


def test_a_record_seen_leaves_one_line_a_day(told: Side, client_of: Callable[[User], Client]) -> None:
    agent = told.person_in("agent")
    client, url = client_of(agent), reverse("customers:person-detail", args=[told.person.pk])
    for _time in range(3):
        assert client.get(url).status_code == 200
    assert lines_of(agent) == [("customers.person", told.person.pk)]
    client.get(reverse("person-detail", args=[told.person.pk]))
    assert len(lines_of(agent)) == 1
    Sight.objects.update(day=date(2026, 1, 1))
    client.get(url)
    assert len(lines_of(agent)) == 2


def test_forms_and_columns_count_as_seeing(told: Side, client_of: Callable[[User], Client]) -> None:
    agent = told.person_in("agent")
    client = client_of(agent)
    client.get(reverse("customers:customer-update", args=[told.customer.pk]))
    assert lines_of(agent) == [("customers.customer", told.customer.pk)]
    manager = told.person_in("manager")
    client_of(manager).get(reverse("customers:customer-list"))
    assert lines_of(manager) == []
    client_of(manager).get(reverse("customers:contact-update", args=[told.contact.pk]))
    assert ("customers.person", told.person.pk) in lines_of(manager)


def test_a_token_leaves_one_line_for_a_whole_list(told: Side) -> None:
    agent = told.person_in("integration")
    for number in range(FEW + 1):
        create_customer({"name": f"Firm {number}", "phone": f"0215555010{number}"}, by=told.owner)
    now = timezone.now()
    secret = make_token(
        agent, name="T", scopes=["*:read"], expires_at=now + timedelta(days=1), by=agent, at=now
    )[1]
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    for _time in range(2):
        assert client.get(reverse("customer-list")).status_code == 200
    assert lines_of(agent) == [("customers.customer", None)]


def notes_of(user: User) -> list[str]:
    rows = AuditEntry.objects.filter(actor=user, action=AuditAction.VIEWED, subject_id=None)
    return list(rows.order_by("pk").values_list("note", flat=True))


def test_a_list_says_which_and_how_many_once_for_each_filter(told: Side) -> None:
    agent = told.person_in("integration")
    for number in range(FEW + 1):
        create_customer(
            {"name": f"Depot {number}", "phone": f"0215555010{number}", "city": "Ningbo"}, by=told.owner
        )
    now = timezone.now()
    secret = make_token(
        agent, name="T", scopes=["*:read"], expires_at=now + timedelta(days=1), by=agent, at=now
    )[1]
    client, url = Client(headers={"Authorization": f"Bearer {secret}"}), reverse("customer-list")
    for query in (
        "city=Ningbo",
        "city=Ningbo&page_size=100",
        "city=Nowhere",
        "q=Depot",
        "q=depot&city=Ningbo",
    ):
        assert client.get(f"{url}?{query}").status_code == 200
    # What was typed stays out of the log; that another search was made does not.
    assert notes_of(agent) == [
        f"List of 4: {url}?city=Ningbo",
        f"List of 4: {url}?q=…",
        f"List of 4: {url}?city=Ningbo&q=…",
    ]


def test_columns_of_a_page_say_the_list_and_its_filters(
    told: Side, client_of: Callable[[User], Client]
) -> None:
    manager = told.person_in("manager")
    for number in range(FEW + 1):
        create_customer({"name": f"Depot {number}", "phone": f"0215555010{number}"}, by=told.owner)
    ListChoice.objects.create(user=manager, list_key="customers.customer", columns=["name", "phone"])
    client_of(manager).get(reverse("customers:customer-list"), {"q": "Depot", "sort": "name"})
    assert notes_of(manager) == ["List of 4: customers.customer?q=…"]


@pytest.mark.parametrize("door", ["core:search", "search-list"])
def test_a_number_shown_as_the_reason_of_a_match_is_noted(
    door: str, told: Side, client_of: Callable[[User], Client]
) -> None:
    agent = told.person_in("agent")
    client = client_of(agent)
    assert told.customer.name in client.get(reverse(door), {"q": told.customer.name}).content.decode()
    assert lines_of(agent) == []
    assert COMPANY["phone"] in client.get(reverse(door), {"q": COMPANY["phone"]}).content.decode()
    assert lines_of(agent) == [("customers.customer", told.customer.pk)]


def test_former_numbers_in_a_history_are_noted(told: Side, client_of: Callable[[User], Client]) -> None:
    update_person(told.person, dict.fromkeys(SECRETS, "") | {"birthday": None}, by=told.owner)
    url = reverse("core:record-history", kwargs={"kind": "customers.person", "pk": told.person.pk})
    blind, agent = told.person_in("trainer"), told.person_in("agent")
    assert SECRETS["mobile"] not in client_of(blind).get(url).content.decode()
    assert lines_of(blind) == []
    assert SECRETS["mobile"] in client_of(agent).get(url).content.decode()
    assert lines_of(agent) == [("customers.person", told.person.pk)]


def test_former_numbers_in_the_story_of_a_customer_are_noted(
    told: Side, client_of: Callable[[User], Client]
) -> None:
    update_customer(told.customer, dict.fromkeys(COMPANY, ""), by=told.owner)
    agent = told.person_in("agent")
    url = reverse("customers:customer-timeline", args=[told.customer.pk])
    page = client_of(agent).get(url, headers={"HX-Request": "true"})
    assert COMPANY["phone"] in page.content.decode()
    assert lines_of(agent) == [("customers.customer", told.customer.pk)]


def test_the_line_of_an_export_names_its_columns(told: Side) -> None:
    manager = told.person_in("manager")
    query = "columns=name&columns=phone"
    job = request_export("customers.customer", query=query, file_format="csv", by=manager)
    run_job(job.pk)
    line = AuditEntry.objects.get(actor=manager, action=AuditAction.EXPORTED)
    assert line.changes["columns"] == [None, ["name", "phone"]]


def test_what_is_masked_or_empty_leaves_no_line(told: Side, client_of: Callable[[User], Client]) -> None:
    trainer = told.person_in("trainer")
    client_of(trainer).get(reverse("customers:person-detail", args=[told.person.pk]))
    assert lines_of(trainer) == []
    assert saw([CustomerFactory(phone="", email="")], by=told.owner) == 0
    assert saw([told.order], by=told.owner) == 0


def test_the_page_of_roles_says_what_is_masked(told: Side, client_of: Callable[[User], Client]) -> None:
    page = client_of(told.person_in("administrator")).get(reverse("core:role-list"))
    [person] = [row for row in page.context["rows"] if row["kind"] == "Person"]
    assert person["masked"] == ["Birthday", "E-mail", "Mobile", "WeChat"]
    assert "Masked for roles that do not see sensitive fields: Birthday, E-mail" in page.content.decode()


# ---- the rule itself --------------------------------------------------------------------------------
def test_whoever_changes_a_record_may_read_what_it_says() -> None:
    """Else an edit would overwrite unseen; forms leave masked fields out in any case."""
    table = role_table()
    found = [
        (label, role)
        for label in sensitive_fields()
        for role, (_reach, actions) in table[label].items()
        if "change" in actions and "reveal" not in actions
    ]
    assert found == []


def test_every_sensitive_field_exists() -> None:
    for label, fields in sensitive_fields().items():
        names = {field.name for field in apps.get_model(label)._meta.get_fields()}
        assert fields <= names, label


def test_with_two_roles_each_record_is_judged_by_itself(told: Side) -> None:
    """An analyst reads all customers; being an agent too reveals those of the own team, not the others."""
    user = told.person_in("analyst")
    user.groups.add(Group.objects.get(name="agent"))
    elsewhere: Any = CustomerFactory(phone="13911112222")
    assert sees_field(user, told.customer, "phone")
    assert not sees_field(user, elsewhere, "phone")
    assert not sees_field(user, Customer, "phone"), "a column shows all rows alike"
    assert sees_field(user, elsewhere, "name")


def test_an_edit_form_leaves_out_what_its_reader_may_not_see(told: Side, monkeypatch: Any) -> None:
    agent = told.person_in("agent")
    assert "phone" in CustomerForm(user=agent, record=told.customer).fields
    monkeypatch.setattr("customers.forms.base.sees_field", lambda _user, _record, name: name != "phone")
    form = CustomerForm(user=agent, record=told.customer)
    assert "phone" not in form.fields and "name" in form.fields
    assert "phone" in CustomerForm(user=agent).fields, "a new record has nothing to hide"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13812345678", "138•••78"),
        ("021-58555555", "021•••55"),
        ("+8613812345678", "+86138•••78"),
        ("+442079460958", "+44•••58"),
        ("110", "•••"),
        ("li.wei@bank.example", "l•••@bank.example"),
        ("@handle", "•••"),
        ("wx_12345678901", "wx_•••01"),
        ("", "•••"),
        (date(1990, 1, 1), "•••"),
    ],
)
def test_a_mask_tells_two_apart_and_no_more(value: Any, shown: str) -> None:
    assert masked(value) == shown


def test_people_are_persons_customers_and_who_complains() -> None:
    """In cases, in the mails they sent, in the letters they get, and in what is said of their conduct."""
    known = (Customer, Person, Complaint, InboundMail, DecisionLetter, Designation)
    assert set(sensitive_fields()) == {model._meta.label_lower for model in known}
