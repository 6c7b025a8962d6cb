from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from core.choices import AuditAction
from core.errors import DomainError
from core.models import Notification, Team, User
from core.tests.factories import UserFactory
from customers.choices import EventKind
from customers.domain.customers import (
    create_customer,
    delete_customer,
    likely_duplicates,
    restore_customer,
    update_customer,
)
from customers.domain.family import family_ids, family_totals
from customers.history import shown_changes
from customers.models import AxisChange, Customer, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
CODE = "91310115MA1K3Y0Y4X"


def refused(code: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def test_create_standardises_numbers_and_takes_owner_and_team_of_the_maker(
    seller: User, story: Any, audit: Any
) -> None:
    data = {
        "name": "渤海银行　股份有限公司",
        "phone": "１３８１２３４５６７８",
        "credit_code": CODE.lower(),
        "email": "A@B.CN",
    }
    customer = create_customer(data, by=seller)
    customer.refresh_from_db()
    assert customer.code == "C-000001"
    assert (customer.phone, customer.credit_code, customer.email) == ("+8613812345678", CODE, "a@b.cn")
    assert customer.name_key == "渤海银行"
    assert (customer.owner, customer.team, customer.created_by) == (seller, seller.team, seller)
    assert (customer.totals.orders, customer.metrics.as_of) == (0, None)
    assert [event.kind for event in story(customer)] == [EventKind.CREATED]
    assert [line.action for line in audit(customer)] == [AuditAction.CREATED]
    assert not Notification.objects.exists()


def test_create_keeps_the_first_value_of_an_axis_in_its_history(seller: User) -> None:
    customer = create_customer({"name": "A", "stage": "growth"}, by=seller)
    change = AxisChange.objects.get(customer=customer)
    assert (change.old, change.new, change.rule) == ("", "growth", "created")


def test_create_refuses_unknown_fields(seller: User) -> None:
    assert refused(
        "unknown_field", create_customer, {"name": "A", "colour": "red"}, by=seller
    ).fields.keys() == {"colour"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "　 "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A", "credit_code": "123"}, "credit_code"),
        ({"name": "A", "industry": "magic"}, "industry"),
        ({"name": "A", "email": "nobody"}, "email"),
        ({"name": "A", "website": "javascript:alert(1)"}, "website"),
    ],
)
def test_create_refuses_values_that_the_columns_cannot_hold(
    seller: User, data: dict[str, Any], field: str
) -> None:
    assert set(refused("invalid", create_customer, data, by=seller).fields) == {field}
    assert not Customer.objects.exists()


def test_create_names_the_holder_of_a_taken_credit_code(seller: User) -> None:
    holder = CustomerFactory(credit_code=CODE, team=seller.team)
    error = refused("duplicate", create_customer, {"name": "A", "credit_code": CODE}, by=seller)
    assert error.status == 409
    assert error.details["candidates"] == [
        {"id": holder.pk, "label": holder.name, "code": holder.code, "is_deleted": False}
    ]
    assert error.details["more"] == 0


def test_create_tells_only_the_number_of_duplicates_out_of_reach(seller: User, other_team: Team) -> None:
    CustomerFactory(credit_code=CODE, owner=UserFactory(team=other_team))
    error = refused("duplicate", create_customer, {"name": "A", "credit_code": CODE}, by=seller)
    assert (error.details["candidates"], error.details["more"]) == ([], 1)


def test_create_refuses_a_taken_external_id_even_of_a_deleted_customer(seller: User) -> None:
    CustomerFactory(source_system="erp", external_id="7", deleted_at=timezone.now())
    refused(
        "duplicate", create_customer, {"name": "A", "source_system": "erp", "external_id": "7"}, by=seller
    )
    create_customer({"name": "A", "source_system": "web", "external_id": "7"}, by=seller)


def test_create_for_somebody_else_needs_the_right_to_assign_and_tells_the_owner(
    seller: User, manager: User
) -> None:
    refused("may_not_assign", create_customer, {"name": "A", "owner": manager}, by=seller)
    customer = create_customer({"name": "A", "owner": seller}, by=manager)
    message = Notification.objects.get(user=seller)
    assert message.title == "You are now responsible for A"
    assert message.url == customer.get_absolute_url()


def test_create_in_another_team_needs_the_right_to_assign(
    seller: User, manager: User, other_team: Team
) -> None:
    refused("may_not_assign", create_customer, {"name": "A", "team": other_team}, by=seller)
    assert create_customer({"name": "A", "team": other_team}, by=manager).team == other_team


def test_create_refuses_an_owner_who_cannot_sign_in(manager: User) -> None:
    gone = UserFactory(is_active=False)
    refused("owner_inactive", create_customer, {"name": "A", "owner": gone}, by=manager)


def test_create_refuses_a_parent_in_the_recycle_bin(seller: User) -> None:
    parent = CustomerFactory(deleted_at=timezone.now())
    refused("customer_deleted", create_customer, {"name": "A", "parent": parent}, by=seller)


def test_tags_are_found_in_any_case_and_made_by_who_may(seller: User, user_in: Any) -> None:
    vip = Tag.objects.create(name="VIP")
    customer = create_customer({"name": "A"}, by=seller, tags=["vip", " new "])
    assert set(customer.tags.values_list("name", flat=True)) == {"VIP", "new"}
    assert Tag.objects.get(name__iexact="vip") == vip
    refused("tag_unknown", create_customer, {"name": "B"}, by=user_in("agent"), tags=["other"])
    assert not Customer.objects.filter(name="B").exists()


def test_update_writes_one_audit_line_and_one_event_with_all_changed_fields(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    changed = update_customer(
        customer, {"name": "Bohai Bank 2", "industry": "banking", "city": ""}, by=seller
    )
    assert changed.version == 2
    [event] = story(customer)
    assert event.kind == EventKind.CHANGED
    assert event.data == {
        "model": "customers.customer",
        "changes": {"name": ["Bohai Bank", "Bohai Bank 2"], "industry": ["", "banking"]},
    }
    assert [line.changes for line in audit(customer)] == [event.data["changes"]]
    shown = shown_changes(event.data["model"], event.data["changes"])
    assert [(change.label, change.old, change.new) for change in shown] == [
        ("Name", "Bohai Bank", "Bohai Bank 2"),
        ("Industry", None, "Banking"),
    ]


def test_update_follows_the_name_with_the_comparison_key(customer: Customer, seller: User) -> None:
    update_customer(customer, {"name": "Tianjin Bank Co., Ltd."}, by=seller)
    customer.refresh_from_db()
    assert customer.name_key == "tianjinbank"


def test_update_writes_nothing_when_nothing_differs(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    assert update_customer(customer, {"name": " Bohai Bank "}, by=seller).version == 1
    assert (story(customer), audit(customer)) == ([], [])


def test_update_writes_only_changed_columns(customer: Customer, seller: User) -> None:
    Customer.objects.filter(pk=customer.pk).update(city="Tianjin")
    update_customer(customer, {"region": "North"}, by=seller)
    customer.refresh_from_db()
    assert (customer.city, customer.region) == ("Tianjin", "North")


def test_update_refuses_a_stale_version_and_says_who_changed_what(
    customer: Customer, seller: User, manager: User
) -> None:
    update_customer(customer, {"city": "Tianjin"}, by=manager)
    error = refused("stale", update_customer, customer, {"city": "Beijing"}, by=seller, version=1)
    assert error.status == 409
    assert "Zhang Min" in error.message
    assert "City" in error.message
    assert error.details["version"] == 2
    assert [(line["by"], line["fields"]) for line in error.details["changed"]] == [("Zhang Min", ["city"])]


def test_second_concurrent_update_with_the_version_both_read_is_refused(
    customer: Customer, seller: User
) -> None:
    update_customer(customer, {"city": "Tianjin"}, by=seller, version=1)
    refused("stale", update_customer, customer, {"city": "Beijing"}, by=seller, version=1)
    customer.refresh_from_db()
    assert customer.city == "Tianjin"


def test_update_changes_tags_and_says_so(customer: Customer, seller: User, audit: Any) -> None:
    update_customer(customer, {}, by=seller, tags=["VIP"])
    changed = update_customer(customer, {}, by=seller, tags=["VIP", "Port"])
    assert [line.changes["tags"] for line in audit(customer)] == [[[], ["VIP"]], [["VIP"], ["Port", "VIP"]]]
    assert changed.version == 3
    assert update_customer(customer, {}, by=seller, tags=["port", "vip"]).version == 3


def test_update_refuses_deleted_and_merged_customers(customer: Customer, seller: User) -> None:
    other = CustomerFactory()
    Customer.objects.filter(pk=customer.pk).update(deleted_at=timezone.now())
    refused("customer_deleted", update_customer, customer, {"city": "X"}, by=seller)
    Customer.objects.filter(pk=customer.pk).update(merged_into=other)
    refused("customer_merged", update_customer, customer, {"city": "X"}, by=seller)


def test_update_refuses_a_circle_of_parents(customer: Customer, seller: User) -> None:
    child = CustomerFactory(parent=customer)
    grandchild = CustomerFactory(parent=child)
    for parent in (customer, child, grandchild):
        error = refused("parent_circle", update_customer, customer, {"parent": parent}, by=seller)
        assert set(error.fields) == {"parent"}
    assert update_customer(grandchild, {"parent": customer}, by=seller).parent == customer


def test_new_owner_brings_the_team_and_is_told(customer: Customer, manager: User, other_team: Team) -> None:
    owner = UserFactory(team=other_team, full_name="Wang Fang")
    changed = update_customer(customer, {"owner": owner}, by=manager)
    assert changed.team == other_team
    assert Notification.objects.get(user=owner).body == "Handed over by Zhang Min."


def test_new_owner_leaves_a_team_that_is_given(customer: Customer, manager: User, other_team: Team) -> None:
    owner = UserFactory(team=other_team)
    changed = update_customer(customer, {"owner": owner, "team": customer.team}, by=manager)
    assert changed.team == customer.team


def test_handing_over_needs_the_right_to_assign(
    customer: Customer, seller: User, manager: User, other_team: Team
) -> None:
    refused("may_not_assign", update_customer, customer, {"owner": manager}, by=seller)
    refused("may_not_assign", update_customer, customer, {"team": other_team}, by=seller)
    refused("owner_inactive", update_customer, customer, {"owner": UserFactory(is_active=False)}, by=manager)


def test_update_refuses_the_credit_code_of_another_customer(customer: Customer, seller: User) -> None:
    CustomerFactory(credit_code=CODE, team=seller.team)
    assert (
        refused("duplicate", update_customer, customer, {"credit_code": CODE}, by=seller).details["more"] == 0
    )


def test_delete_hides_the_customer_and_keeps_its_branches(
    customer: Customer, manager: User, story: Any, audit: Any
) -> None:
    branch = CustomerFactory(parent=customer, owner=customer.owner)
    delete_customer(customer, by=manager)
    assert not Customer.objects.visible_to(manager).filter(pk=customer.pk).exists()
    branch.refresh_from_db()
    assert branch.parent_id == customer.pk
    assert [(event.kind, event.data) for event in story(customer)] == [(EventKind.DELETED, {"branches": 1})]
    assert [line.action for line in audit(customer)] == [AuditAction.DELETED]
    refused("customer_deleted", delete_customer, customer, by=manager)


def test_restore_brings_the_customer_back(customer: Customer, manager: User, story: Any, audit: Any) -> None:
    refused("not_deleted", restore_customer, customer, by=manager)
    delete_customer(customer, by=manager)
    restored = restore_customer(customer, by=manager)
    assert (restored.deleted_at, restored.deleted_by, restored.version) == (None, None, 3)
    assert [event.kind for event in story(customer)] == [EventKind.DELETED, EventKind.RESTORED]
    assert audit(customer)[-1].action == AuditAction.RESTORED


def test_restore_refuses_when_the_credit_code_was_taken_meanwhile(manager: User) -> None:
    old = CustomerFactory(credit_code=CODE, owner=manager)
    delete_customer(old, by=manager)
    CustomerFactory(credit_code=CODE, owner=manager)
    refused("duplicate", restore_customer, old, by=manager)


def test_restore_refuses_merged_customers(manager: User) -> None:
    target = CustomerFactory()
    merged = CustomerFactory(merged_into=target, deleted_at=timezone.now())
    refused("customer_merged", restore_customer, merged, by=manager)


def test_likely_duplicates_share_code_name_or_phone(seller: User) -> None:
    by_name = create_customer({"name": "渤海银行股份有限公司"}, by=seller)
    by_phone = create_customer({"name": "Other", "phone": "021-68881234"}, by=seller)
    by_code = create_customer({"name": "Third", "credit_code": CODE}, by=seller)
    create_customer({"name": "Unlike"}, by=seller)
    found = likely_duplicates(name="渤海银行", credit_code=CODE, phone="+86 21 68881234")
    assert set(found) == {by_name, by_phone, by_code}
    assert set(likely_duplicates(name="渤海银行", exclude=by_name)) == set()
    assert set(likely_duplicates()) == set()


def test_family_adds_up_what_the_reader_may_see(customer: Customer, seller: User, other_team: Team) -> None:
    branch = CustomerFactory(parent=customer, owner=seller)
    hidden = CustomerFactory(parent=branch, owner=UserFactory(team=other_team))
    CustomerFactory(parent=customer, deleted_at=timezone.now())
    for row, amount in ((customer, 10), (branch, 20), (hidden, 40)):
        type(row.totals).objects.filter(pk=row.pk).update(amount=amount, orders=1)
    assert set(family_ids(customer)) == {customer.pk, branch.pk, hidden.pk}
    assert (family_totals(customer).amount, family_totals(customer).orders) == (70, 3)
    assert (family_totals(customer, user=seller).amount, family_totals(customer, user=seller).customers) == (
        30,
        2,
    )


def test_update_tells_two_people_of_one_name_apart(customer: Customer, manager: User, team: Team) -> None:
    namesake = UserFactory(full_name="Li Wei", team=team)
    assert update_customer(customer, {"owner": namesake}, by=manager).owner == namesake
