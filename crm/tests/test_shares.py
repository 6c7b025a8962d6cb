"""A shared customer is seen wherever records are seen, its sibling nowhere; and the share ends everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.models import ChurnWarning
from core.access import can
from core.choices import ShareLevel
from core.domain.recycling import Binned, purge_rows
from core.domain.shares import Terms, share_record, stop_sharing, sweep_shares
from core.domain.tokens import make_token
from core.errors import DomainError
from core.lists import list_named
from core.models import AuditEntry, Notification, Share, Team, User
from core.recycling import recyclables
from core.tests.factories import TeamFactory, UserFactory
from crm.tests.crawl import get
from crm.tests.world import Side, make_side
from customers.domain.contacts import add_contact
from customers.domain.customers import delete_customer, update_customer
from customers.domain.tasks import create_task, update_task
from customers.models import Contact, Customer, Interaction, Metrics, Order, Person, Task, TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

BELOW = (Contact, Interaction, Order, Metrics, Task, TimelineEvent, ChurnWarning)


@pytest.fixture
def lender() -> Side:
    return make_side("South China", lambda word: f"Kanaria {word}", phone="021 8675 0101", mark="kanaria")


@pytest.fixture
def sibling(lender: Side) -> Customer:
    row: Customer = CustomerFactory(name="Kanaria sibling", owner=lender.owner, team=lender.team)
    return row


@pytest.fixture
def reader(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Reader")


def lend(side: Side, receiver: User | Team, **terms: Any) -> Share:
    return share_record(side.customer, receiver, Terms(**terms), by=side.owner, at=timezone.now())


def again(user: User) -> User:
    """The user as the next request reads it."""
    return User.objects.get(pk=user.pk)


def sees(user: User, model: Any) -> set[int]:
    return set(model.objects.visible_to(again(user)).values_list("pk", flat=True))


# ---- what a share opens -----------------------------------------------------------------------------
def test_the_shared_customer_is_at_every_door_and_its_sibling_at_none(
    lender: Side, sibling: Customer, reader: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(reader)
    doors = {
        "list": (reverse("customers:customer-list"), {"owner": lender.owner.pk}),
        "search": (reverse("core:search"), {"q": "kanaria"}),
        "api": ("/api/v1/customers/", {}),
        "api search": ("/api/v1/search/", {"q": "kanaria"}),
        "options": (reverse("customers:customer-options"), {"q": "kanaria"}),
    }
    record = reverse("customers:customer-detail", args=[lender.customer.pk])
    for name, (url, query) in doors.items():
        assert "Kanaria name" not in get(client, url, **query).text, name
    assert get(client, record).status == 404

    share = lend(lender, reader)
    for name, (url, query) in doors.items():
        text = get(client, url, **query).text
        assert "Kanaria name" in text, name
        assert "Kanaria sibling" not in text, name
    page = get(client, record)
    assert page.status == 200
    assert "Shared with you" in page.text
    for tab in ("contacts", "orders", "tasks", "panels"):
        answer = get(client, reverse(f"customers:customer-{tab}", args=[lender.customer.pk]))
        assert answer.status == 200
        assert "Kanaria" in answer.text, tab
    assert get(client, reverse("customers:customer-detail", args=[sibling.pk])).status == 404

    stop_sharing(share, by=lender.owner)
    for name, (url, query) in doors.items():
        assert "Kanaria name" not in get(client, url, **query).text, name
    assert get(client, record).status == 404


def test_what_hangs_on_the_customer_is_read_with_it(lender: Side, reader: User) -> None:
    assert not sees(reader, Person)
    lend(lender, reader, level=ShareLevel.CHANGE)
    for model in BELOW:
        found = sees(reader, model)
        assert found == set(
            model.objects.live().filter(customer=lender.customer).values_list("pk", flat=True)
        )
        assert found, model
        assert not model.objects.visible_to(again(reader), "change").exists(), model
    assert sees(reader, Person) == {lender.person.pk, lender.acquaintance.pk}
    assert not Person.objects.visible_to(again(reader), "change").exists()


def test_a_share_never_takes_the_record_out_of_the_house(lender: Side, user_in: Callable[..., User]) -> None:
    manager = user_in("manager")
    lend(lender, manager, level=ShareLevel.CHANGE)
    allowed = {
        action
        for action in "view change delete restore export import assign share".split()
        if Customer.objects.in_reach(again(manager), action).filter(pk=lender.customer.pk).exists()
    }
    assert allowed == {"view", "change"}
    assert (
        not list_named("customers.customer").rows_for(again(manager)).filter(pk=lender.customer.pk).exists()
    )


def test_a_share_gives_nothing_that_no_role_gives(lender: Side, user_in: Callable[..., User]) -> None:
    trainer, nobody = user_in("trainer"), user_in(None)
    for user in (trainer, nobody):
        lend(lender, user, level=ShareLevel.CHANGE)
    assert sees(trainer, Customer) == {lender.customer.pk}
    assert not Customer.objects.visible_to(again(trainer), "change").exists()
    assert not can(trainer, "change", Customer)
    assert not sees(nobody, Customer)


def test_sharing_for_change_lets_the_record_be_changed_but_not_taken(lender: Side, reader: User) -> None:
    lend(lender, reader, level=ShareLevel.CHANGE)
    changed = update_customer(lender.customer, {"city": "Ningbo"}, by=again(reader))
    assert changed.city == "Ningbo"
    with pytest.raises(DomainError) as refused:
        update_customer(changed, {"owner": reader}, by=again(reader))
    assert refused.value.code == "only_lent"


def test_nothing_is_added_to_what_is_only_shared(
    lender: Side, reader: User, client_of: Callable[[User], Client]
) -> None:
    lend(lender, reader, level=ShareLevel.CHANGE)
    client, customer = client_of(reader), lender.customer.pk
    said = {"customer": customer, "channel": "phone", "direction": "outbound", "summary": "x"}
    for path, body in (
        ("orders", {"customer": customer, "amount": "10", "ordered_on": "2026-05-05"}),
        ("interactions", {**said, "occurred_at": "2026-05-05T10:00:00Z"}),
        ("contacts", {"customer": customer, "person": {"name": "New"}}),
        ("tasks", {"customer": customer, "title": "New"}),
    ):
        answer = client.post(f"/api/v1/{path}/", body, "application/json")
        assert answer.status_code == 403, (path, answer.content)
        assert answer.json()["code"] == "only_lent", path


def test_a_task_is_not_moved_to_what_is_only_shared(lender: Side, reader: User) -> None:
    lend(lender, reader, level=ShareLevel.CHANGE)
    own = CustomerFactory(owner=reader)
    task = create_task("Call back", customer=own, by=again(reader))
    with pytest.raises(DomainError) as refused:
        update_task(task, {"customer": lender.customer}, by=again(reader))
    assert refused.value.code == "only_lent"
    assert update_task(task, {"title": "Call"}, by=again(reader)).customer == own


def test_a_person_of_a_shared_customer_is_not_taken_along(lender: Side, reader: User) -> None:
    own = CustomerFactory(owner=reader)
    lend(lender, reader)
    with pytest.raises(DomainError) as refused:
        add_contact(own, lender.person, {}, by=again(reader))
    assert refused.value.code == "only_lent"
    assert add_contact(own, {"name": "New"}, {}, by=again(reader)).customer == own


def test_a_team_share_reaches_the_teams_below_and_none_beside(
    lender: Side, team: Team, user_in: Callable[..., User]
) -> None:
    below, beside = TeamFactory(parent=team), TeamFactory()
    lend(lender, team)
    members = [user_in("agent"), user_in("agent", team=below)]
    assert [sees(user, Customer) for user in members] == [{lender.customer.pk}] * 2
    assert not sees(user_in("agent", team=beside), Customer)
    assert not sees(user_in("agent", team=None), Customer)


# ---- ending -----------------------------------------------------------------------------------------
def test_a_share_ends_with_its_last_day_even_before_the_sweep(lender: Side, reader: User) -> None:
    today = timezone.localdate()
    share = lend(lender, reader, until=today)
    assert sees(reader, Customer) == {lender.customer.pk}
    Share.objects.filter(pk=share.pk).update(until=today - timedelta(days=1))
    for model in (Customer, Person, *BELOW, Share):
        assert not sees(reader, model), model
    assert sweep_shares(on=today) == 1
    assert sweep_shares(on=today) == 0
    assert not Share.objects.exists()
    assert [line.action for line in AuditEntry.objects.about(share)] == ["deleted", "created"]


def test_the_sweep_leaves_what_runs(lender: Side, reader: User, user_in: Callable[..., User]) -> None:
    lend(lender, reader, until=timezone.localdate())
    lend(lender, user_in("agent"))
    assert sweep_shares(on=timezone.localdate()) == 0
    assert Share.objects.count() == 2


def test_the_sweep_ends_shares_whose_record_is_gone(lender: Side, reader: User) -> None:
    binned = lend(lender, reader)
    lost = Share.objects.create(
        subject_type="customers.customer",
        subject_id=999_999,
        subject_label="Gone",
        user=reader,
        by=lender.owner,
    )
    Customer.objects.filter(pk=lender.customer.pk).update(deleted_at=timezone.now())
    assert sweep_shares(on=timezone.localdate()) == 1
    assert list(Share.objects.all()) == [binned]
    assert AuditEntry.objects.about(lost).get().note == "Its record was deleted for good."


def test_a_customer_deleted_for_good_takes_its_shares_along(
    reader: User, user_in: Callable[..., User]
) -> None:
    owner, admin = user_in("manager"), user_in("administrator")
    customer = CustomerFactory(owner=owner, team=owner.team)
    share = share_record(customer, reader, Terms(), by=owner, at=timezone.now())
    delete_customer(customer, by=owner)
    binned = [one for one in (Binned(kind, customer) for kind in recyclables()) if one.kind.model is Customer]
    assert purge_rows(binned, by=admin).done == 1
    assert not Share.objects.exists()
    assert AuditEntry.objects.about(share).first().actor == admin


def test_a_giver_who_lost_the_record_is_not_told_its_name(
    lender: Side, reader: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    share = lend(lender, reader)
    client, url = client_of(lender.owner), reverse("core:share-stop", args=[share.pk])
    assert "Kanaria name" in get(client, url).text
    assert client.get("/api/v1/shares/").json()["results"][0]["subject_label"] == share.subject_label
    Customer.objects.filter(pk=lender.customer.pk).update(owner=user_in("sales"), team=TeamFactory())
    assert "Kanaria name" not in get(client, url).text
    assert client.get("/api/v1/shares/").json()["results"][0]["subject_label"] == ""


def test_a_token_without_the_customers_names_no_shared_one(lender: Side, reader: User) -> None:
    lend(lender, reader)
    now = timezone.now()
    ends, names = now + timedelta(days=1), []
    for scopes in (["shares:read"], ["shares:read", "customers:read"]):
        secret = make_token(reader, name="T", scopes=scopes, expires_at=ends, by=reader, at=now)[1]
        caller = Client(headers={"Authorization": f"Bearer {secret}"})
        names.append(caller.get("/api/v1/shares/").json()["results"][0]["subject_label"])
    assert names == ["", str(lender.customer)]


def test_ending_twice_is_refused(lender: Side, reader: User) -> None:
    share = lend(lender, reader)
    stop_sharing(share, by=lender.owner)
    with pytest.raises(DomainError):
        stop_sharing(share, by=lender.owner)
    assert AuditEntry.objects.about(share).count() == 2


# ---- who may share ----------------------------------------------------------------------------------
def test_only_who_has_the_record_shares_it(lender: Side, reader: User, user_in: Callable[..., User]) -> None:
    lend(lender, reader, level=ShareLevel.CHANGE)
    third = user_in("sales")
    for by in (reader, lender.person_in("agent"), lender.person_in("trainer")):
        with pytest.raises(DomainError) as refused:
            share_record(lender.customer, third, Terms(), by=again(by), at=timezone.now())
        assert refused.value.code == "not_yours_to_share"
    share_record(lender.customer, third, Terms(), by=lender.person_in("sales"), at=timezone.now())


def test_the_receiver_cannot_end_a_share(lender: Side, reader: User) -> None:
    share = lend(lender, reader)
    with pytest.raises(DomainError) as refused:
        stop_sharing(share, by=again(reader))
    assert refused.value.code == "not_your_share"
    stop_sharing(share, by=lender.person_in("sales"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": timezone.localdate() - timedelta(days=2)}, "until_is_over"),
        ({"level": "delete"}, "unknown_level"),
    ],
)
def test_terms_that_mean_nothing_are_refused(
    lender: Side, reader: User, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        lend(lender, reader, **change)
    assert refused.value.code == code


def test_receivers_that_mean_nothing_are_refused(lender: Side) -> None:
    for receiver, code in ((lender.owner, "own_share"), (UserFactory(is_active=False), "receiver_inactive")):
        with pytest.raises(DomainError) as refused:
            lend(lender, receiver)
        assert refused.value.code == code


def test_sharing_again_replaces_the_terms(lender: Side, reader: User) -> None:
    first = lend(lender, reader)
    second = lend(lender, reader, level=ShareLevel.CHANGE, note="more")
    assert first.pk == second.pk
    assert [line.action for line in AuditEntry.objects.about(first)] == ["changed", "created"]
    assert lend(lender, reader, level=ShareLevel.CHANGE, note="more").pk == first.pk
    assert AuditEntry.objects.about(first).count() == 2


# ---- what is told -----------------------------------------------------------------------------------
def test_the_receiver_and_the_story_are_told(lender: Side, reader: User) -> None:
    share = lend(lender, reader, note="Joint offer")
    message = Notification.objects.get(user=reader)
    assert message.kind == "core.record_shared"
    assert "Kanaria name" in message.title
    assert message.body == "Joint offer"
    stop_sharing(share, by=lender.owner)
    events = TimelineEvent.objects.filter(customer=lender.customer, data__has_key="receiver").order_by("pk")
    assert [(event.data["action"], event.data["receiver"]) for event in events] == [
        ("shared", "Reader"),
        ("stopped", "Reader"),
    ]


# ---- pages and API ----------------------------------------------------------------------------------
def test_the_dialog_shares_and_stops(lender: Side, reader: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(lender.owner)
    record = reverse("customers:customer-detail", args=[lender.customer.pk])
    url = reverse("core:record-shares", args=["customers.customer", lender.customer.pk])
    assert url in get(client, record).text
    assert client.post(url, {"level": "view"}).status_code == 422
    answer = client.post(url, {"user": reader.pk, "level": "view", "note": "Joint"})
    assert (answer.status_code, answer["Location"]) == (302, record)
    share = Share.objects.get()
    assert (share.user, share.note, share.by) == (reader, "Joint", lender.owner)
    page = get(client, url).text
    stop = reverse("core:share-stop", args=[share.pk])
    assert stop in page
    assert "Shared with Reader" in get(client, record).text
    assert get(client_of(reader), stop).status == 404
    assert client.post(stop).status_code == 302
    assert not Share.objects.exists()


def test_the_receiver_is_offered_no_dialog(
    lender: Side, reader: User, client_of: Callable[[User], Client]
) -> None:
    lend(lender, reader, level=ShareLevel.CHANGE)
    client = client_of(reader)
    url = reverse("core:record-shares", args=["customers.customer", lender.customer.pk])
    assert url not in get(client, reverse("customers:customer-detail", args=[lender.customer.pk])).text
    assert get(client, url).status == 404


def test_shares_over_the_api(
    lender: Side, reader: User, sibling: Customer, client_of: Callable[[User], Client]
) -> None:
    client, other = client_of(lender.owner), client_of(reader)
    body = {"subject_type": "customers.customer", "subject_id": lender.customer.pk, "user": reader.pk}
    made = client.post("/api/v1/shares/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert [row["id"] for row in other.get("/api/v1/shares/").json()["results"]] == [pk]
    assert other.get(f"/api/v1/customers/{lender.customer.pk}/").status_code == 200
    assert other.delete(f"/api/v1/shares/{pk}/").status_code == 403
    assert (
        other.post("/api/v1/shares/", {**body, "subject_id": sibling.pk}, "application/json").status_code
        == 400
    )
    assert client.post("/api/v1/shares/", {**body, "user": None}, "application/json").status_code == 400
    assert client.delete(f"/api/v1/shares/{pk}/").status_code == 204
    assert other.get(f"/api/v1/customers/{lender.customer.pk}/").status_code == 404


def test_the_rights_page_explains_a_share(
    lender: Side, reader: User, client_of: Callable[[User], Client]
) -> None:
    lend(lender, reader)
    client = client_of(lender.owner)
    named = f"customers.customer:{lender.customer.pk}"
    page = get(client, reverse("core:rights"), record=named).text
    assert "Reader" in page
    assert f"Shared by {lender.owner}" in page
    both = get(client, reverse("core:rights"), record=named, user=reader.pk).text
    assert f"Shared by {lender.owner}" in both
    assert "customers.customer" in get(client, reverse("core:rights"), q="kanaria").text
    assert get(client, reverse("core:rights"), record="customers.customer:999999").status == 404
    assert get(client, reverse("core:rights"), user="x").status == 404
    assert get(client_of(reader), reverse("core:rights")).status == 403


# ---- what it costs ----------------------------------------------------------------------------------
def statements(user: User) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        list(Customer.objects.visible_to(again(user)))
    return [query["sql"] for query in found]


def test_without_a_share_the_list_is_asked_for_as_ever(lender: Side, reader: User) -> None:
    """The condition of nearly everybody has no trace of shares: no list of ids, no subquery."""
    before = statements(reader)[-1]
    assert before.count("SELECT") == 1
    assert '"customers_customer"."id" IN' not in before
    lend(lender, reader)
    after = statements(reader)[-1]
    assert after.count("SELECT") == 1
    assert f'"customers_customer"."id" IN ({lender.customer.pk})' in after


def test_one_light_query_a_person_tells_what_is_lent(lender: Side, reader: User) -> None:
    user = again(reader)
    with CaptureQueriesContext(connection) as found:
        for model in (Customer, Order, Task, Contact):
            list(model.objects.visible_to(user))
    assert len([query for query in found if "core_share" in query["sql"]]) == 1


def test_who_reaches_everything_asks_for_no_shares(lender: Side, user_in: Callable[..., User]) -> None:
    user = again(user_in("analyst"))
    with CaptureQueriesContext(connection) as found:
        list(Customer.objects.visible_to(user))
    assert not [query for query in found if "core_share" in query["sql"]]


def test_what_was_lent_for_reading_is_not_written_by_its_external_id(
    lender: Side, reader: User, client_of: Callable[[User], Client]
) -> None:
    Customer.objects.filter(pk=lender.customer.pk).update(source_system="erp", external_id="77")
    lend(lender, reader)
    client = client_of(reader)
    one = client.put(
        "/api/v1/customers/by-external-id/erp/77/", {"name": "Mine"}, content_type="application/json"
    )
    item = {"op": "upsert", "source_system": "erp", "external_id": "77", "data": {"name": "Mine"}}
    many = client.post("/api/v1/customers/bulk/", {"items": [item]}, content_type="application/json")
    assert (one.status_code, many.json()["results"][0]["status"]) == (403, 403)
    lender.customer.refresh_from_db()
    assert lender.customer.name != "Mine"
