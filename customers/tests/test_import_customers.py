"""Customer files: who is matched, what is changed, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from core.models import AuditEntry, Notification, Team, User
from core.tests.imports import counts, faults, imported
from customers.choices import EventKind
from customers.models import AxisChange, Contact, Customer, Metrics, OrderTotals, Tag, TimelineEvent
from customers.tests.factories import CustomerFactory

TARGET = "customers.customer"


def bring(text: str, by: User, **options: object) -> dict[str, int]:
    return counts(imported(TARGET, text, by, **options))


# ---- new customers ----------------------------------------------------------------------------------
def test_new_customer_gets_everything_that_one_made_by_hand_gets(manager: User) -> None:
    text = (
        "客户编号,客户名称,统一社会信用代码,行业,规模,城市,电话,邮箱,网址,首次合作,阶段,等级,标签,备注\n"
        "007,东澜港务集团股份有限公司,9133 0200 MA2A4B5C17,港口与物流,大型,宁波,"
        "0574-8765 4321,INFO@dl.example,dl.example,"
        "2019年4月3日,成熟期,核心客户,港口；老客户,见表\n"
    )
    assert bring(text, manager, source_system="erp") == {"created": 1}

    customer = Customer.objects.get()
    assert (customer.source_system, customer.external_id, customer.credit_code) == (
        "erp",
        "007",
        "91330200MA2A4B5C17",
    )
    assert (customer.industry, customer.size, customer.since) == ("ports", "large", date(2019, 4, 3))
    assert (customer.phone, customer.email, customer.website) == (
        "+8657487654321", "info@dl.example", "https://dl.example",
    )  # fmt: skip
    assert (customer.owner, customer.team, customer.created_by, customer.source) == (
        manager, manager.team, manager, "import",
    )  # fmt: skip
    assert (customer.stage, customer.tier) == ("maturity", "core")
    assert customer.name_key == "东澜港务"
    assert sorted(customer.tags.values_list("name", flat=True)) == ["港口", "老客户"]
    assert Metrics.objects.filter(customer=customer).count() == 1
    assert OrderTotals.objects.filter(customer=customer).count() == 1
    assert AxisChange.objects.filter(customer=customer).count() == 2
    assert list(TimelineEvent.objects.values_list("kind", flat=True)) == [EventKind.CREATED]


def test_numbers_of_new_customers_follow_on(manager: User) -> None:
    bring("name\nA\nB\n", manager)
    bring("name\nC\n", manager)

    assert list(Customer.objects.order_by("name").values_list("code", flat=True)) == [
        "C-000001", "C-000002", "C-000003",
    ]  # fmt: skip


def test_contact_columns_make_the_main_contact(manager: User) -> None:
    text = (
        "客户名称,联系人,职务,联系人手机,联系人邮箱\n东澜,王强,总监,138 0574 6612,WQ@dl.example\n华信,,,,\n"
    )
    bring(text, manager)
    contact = Contact.objects.get()

    assert (contact.person.name, contact.person.mobile, contact.person.email) == (
        "王强", "+8613805746612", "wq@dl.example",
    )  # fmt: skip
    assert (contact.title, contact.is_primary, contact.customer.name) == ("总监", True, "东澜")


def test_second_contact_of_a_customer_stands_in_a_row_of_its_own(manager: User) -> None:
    text = "客户名称,联系人,手机\n东澜,王强,13805746612\n东澜,李丽,13805746613\n东澜,王强,13805746612\n"
    assert bring(text, manager) == {"created": 1, "updated": 1, "duplicate": 1}
    assert sorted(Contact.objects.values_list("person__name", "is_primary")) == [
        ("李丽", False),
        ("王强", True),
    ]
    assert bring(text, manager) == {"duplicate": 3}


# ---- matching ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("external id", "77"),
        ("credit code", "91330200MA2A4B5C17"),
        ("customer code", "t-77"),
        ("name", "BOHAI  Bank"),
    ],
)
def test_known_customer_is_found_by_each_key(manager: User, heading: str, value: str) -> None:
    known = CustomerFactory(
        name="Bohai Bank", name_key="bohaibank", source_system="file", external_id="77", code="T-77",
        credit_code="91330200MA2A4B5C17", owner=manager,
    )  # fmt: skip
    assert bring(f"{heading},city\n{value},Tianjin\n", manager) == {"updated": 1}

    known.refresh_from_db()
    assert (known.city, known.version, Customer.objects.count()) == ("Tianjin", 2, 1)


def test_update_touches_only_filled_cells_and_tells_what_changed(manager: User) -> None:
    known = CustomerFactory(
        name="Bohai Bank", name_key="bohaibank", city="Tianjin", phone="+8622123", owner=manager
    )
    bring("name,city,phone\nBohai Bank,Beijing,\n", manager)
    known.refresh_from_db()

    assert (known.city, known.phone) == ("Beijing", "+8622123")
    line = AuditEntry.objects.about(known).get()
    assert (line.action, line.changes, line.actor) == ("changed", {"city": ["Tianjin", "Beijing"]}, manager)
    assert TimelineEvent.objects.get(customer=known).kind == EventKind.CHANGED


def test_name_with_another_legal_form_is_a_likely_duplicate(manager: User) -> None:
    known = CustomerFactory(name="东澜港务集团股份有限公司", name_key="东澜港务", owner=manager)
    run = imported(TARGET, "客户名称,城市\n东澜港务有限公司,宁波\n", manager, dry_run=True)
    assert counts(run) == {"updated": 1, "likely": 1}
    assert run.lines.get().faults[0]["params"]["code"] == known.code

    bring("客户名称,城市\n东澜港务有限公司,宁波\n", manager)
    known.refresh_from_db()
    assert (known.name, known.city) == ("东澜港务集团股份有限公司", "宁波")


def test_same_name_with_another_number_is_another_customer(manager: User) -> None:
    CustomerFactory(name="华信", name_key="华信", source_system="file", external_id="1", owner=manager)

    assert bring("客户编号,客户名称\n2,华信\n", manager) == {"created": 1}


def test_name_of_several_customers_is_refused(manager: User) -> None:
    for number in "12":
        CustomerFactory(name="华信", name_key="华信", code=f"T-{number}", owner=manager)
    run = imported(TARGET, "客户名称,城市\n华信,宁波\n", manager)

    assert faults(run) == {2: ["ambiguous_name"]}
    assert run.lines.get().faults[0]["params"] == {"codes": "T-1, T-2"}


def test_keys_of_two_customers_in_one_row_are_refused(manager: User) -> None:
    CustomerFactory(code="T-1", source_system="file", external_id="1", owner=manager)
    CustomerFactory(code="T-2", owner=manager)

    assert faults(imported(TARGET, "external id,customer code,name\n1,T-2,x\n", manager)) == {
        2: ["keys_disagree"]
    }


def test_number_of_a_merged_customer_means_the_one_it_went_to(manager: User) -> None:
    from django.utils import timezone

    kept = CustomerFactory(name="Kept", owner=manager)
    CustomerFactory(
        source_system="file", external_id="9", merged_into=kept, deleted_at=timezone.now(), owner=manager
    )

    assert bring("external id,city\n9,Ningbo\n", manager) == {"updated": 1}
    kept.refresh_from_db()
    assert kept.city == "Ningbo"


def test_modes_create_only_and_update_only(manager: User) -> None:
    CustomerFactory(name="Known", name_key="known", owner=manager)
    text = "name,city\nKnown,Ningbo\nNew,Ningbo\n"

    assert bring(text, manager, mode="create") == {"created": 1, "duplicate": 1}
    run = imported(TARGET, "name,city\nKnown,Ningbo\nNewer,Ningbo\n", manager, mode="update")
    assert (counts(run), faults(run)) == ({"updated": 1, "failed": 1}, {3: ["not_found"]})


def test_same_key_twice_in_a_file_names_the_first_row(manager: User) -> None:
    run = imported(TARGET, "credit code,name\n91330200MA2A4B5C17,A\n91330200MA2A4B5C17,B\n", manager)

    assert counts(run) == {"created": 1, "failed": 1}
    assert run.lines.get(line=3).faults[0]["params"] == {"line": 2}


# ---- bad values -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("since", "1900-01-01", "excel_zero_date"),
        ("since", "2099-01-05", "date_in_future"),
        ("since", "03/04/2019", "day_or_month"),
        ("tier", "A+", "unknown_choice"),
        ("credit code", "123", "bad_credit_code"),
        ("credit code", "3.30282E+17", "digits_lost"),
        ("mobile", "1380574661", "mobile_length"),
        ("email", "nobody", "bad_email"),
        ("city", "x" * 61, "too_long"),
        ("phone", "#REF!", "cell_error"),
        ("owner", "nobody@nowhere.example", "unknown_user"),
        ("team", "Moon", "unknown_team"),
        ("customer code", "C-999999", "unknown_code"),
    ],
)  # fmt: skip
def test_bad_value_is_refused_with_its_reason(manager: User, heading: str, value: str, code: str) -> None:
    from core.domain.imports import import_now, set_format
    from core.tests.imports import begun

    run = begun(TARGET, f"name,{heading}\nAcme,{value}\nOther,\n", manager)
    run = import_now(set_format(run, {"date_order": "ymd"}, by=manager), by=manager)

    assert faults(run) == {2: [code]}
    assert counts(run) == {"created": 1, "failed": 1}


def test_formulas_in_cells_are_text(manager: User) -> None:
    text = 'name,notes\n"=HYPERLINK(""http://x"")",@SUM(1)\n\'=2+2,\'-5\n'
    assert bring(text, manager) == {"created": 2}
    assert list(Customer.objects.order_by("code").values_list("name", "notes")) == [
        ('=HYPERLINK("http://x")', "@SUM(1)"), ("=2+2", "-5"),
    ]  # fmt: skip


# ---- whose customers --------------------------------------------------------------------------------
def test_customer_out_of_reach_is_neither_changed_nor_named(
    seller: User, other_team: Team, user_in: Callable[..., User]
) -> None:
    hidden = CustomerFactory(
        name="Secret Bank", name_key="secretbank", source_system="file", external_id="1",
        owner=user_in("sales", team=other_team),
    )  # fmt: skip
    run = imported(TARGET, "external id,name,city\n1,Mine Now,Ningbo\n", seller)

    assert faults(run) == {2: ["out_of_reach"]}
    assert "Secret" not in str(run.lines.get().faults)
    hidden.refresh_from_db()
    assert (hidden.name, hidden.city, hidden.version) == ("Secret Bank", "", 1)


def test_name_of_a_customer_out_of_reach_does_not_betray_it(
    seller: User, other_team: Team, user_in: Callable[..., User]
) -> None:
    CustomerFactory(name="Secret Bank", name_key="secretbank", owner=user_in("sales", team=other_team))

    assert bring("name,city\nSecret Bank,Ningbo\n", seller) == {"created": 1}


def test_customer_in_the_recycle_bin_is_said(manager: User) -> None:
    from customers.domain.customers import delete_customer

    gone = CustomerFactory(source_system="file", external_id="1", owner=manager)
    delete_customer(gone, by=manager)

    assert faults(imported(TARGET, "external id,name\n1,Acme\n", manager)) == {2: ["in_recycle_bin"]}


def test_seller_may_not_make_somebody_else_responsible(seller: User, user_in: Callable[..., User]) -> None:
    other = user_in("sales", full_name="Wang Fang")
    known = CustomerFactory(name="Known", name_key="known", owner=seller)
    run = imported(TARGET, f"name,owner\nKnown,{other.email}\nNew,Wang Fang\n", seller)

    assert faults(run) == {2: ["may_not_assign"], 3: ["may_not_assign"]}
    known.refresh_from_db()
    assert known.owner == seller


def test_manager_hands_over_and_the_new_owner_is_told(manager: User, seller: User) -> None:
    known = CustomerFactory(name="Known", name_key="known", owner=manager)
    bring(f"name,owner\nKnown,{seller.email}\nNew,Li Wei\n", manager)

    known.refresh_from_db()
    assert known.owner == seller
    assert Customer.objects.get(name="New").owner == seller
    assert Notification.objects.filter(user=seller, kind="customer_assigned").count() == 1


def test_owner_of_new_customers_can_be_chosen_within_reach(
    manager: User, seller: User, other_team: Team, user_in: Callable[..., User]
) -> None:
    from core.errors import DomainError

    bring("name\nA\n", manager, owner=seller.pk)
    assert Customer.objects.get().owner == seller

    with pytest.raises(DomainError) as refusal:
        bring("name\nB\n", manager, owner=user_in("sales", team=other_team).pk)
    assert "owner" in refusal.value.fields


def test_tags_that_the_role_may_not_make_are_refused(user_in: Callable[..., User]) -> None:
    Tag.objects.create(name="Port")
    service = user_in("integration", is_service=True)
    run = imported(TARGET, "name,tags\nA,port\nB,brand new\n", service, owner=None)

    assert (counts(run), faults(run)) == ({"created": 1, "failed": 1}, {3: ["unknown_tag"]})


def test_tier_of_a_known_customer_moves_with_its_history(manager: User) -> None:
    known = CustomerFactory(name="Known", name_key="known", owner=manager)
    bring("name,tier,city\nKnown,战略,Ningbo\n", manager)
    known.refresh_from_db()
    change = AxisChange.objects.get(customer=known)

    assert (known.tier, known.city) == ("strategic", "Ningbo")
    assert (change.old, change.new, change.by, change.reason) == (
        "potential", "strategic", manager, "Import of file.csv",
    )  # fmt: skip


# ---- parents ----------------------------------------------------------------------------------------
def test_branches_name_their_parent_by_code_name_or_a_row_above(manager: User) -> None:
    group = CustomerFactory(code="T-77", name="Group", owner=manager)
    text = (
        "客户名称,母公司\n华东总部,t-77\n浦东支行,华东总部\n徐汇支行,华东总部\n"
        "孤儿,没有这家\n先生子,后出世\n后出世,\n"
    )
    checked = imported(TARGET, text, manager, dry_run=True)
    assert faults(checked) == {5: ["parent_unknown"], 6: ["parent_unknown"]}

    run = imported(TARGET, text, manager)
    assert faults(run) == {5: ["parent_unknown"], 6: ["parent_unknown"]}
    head = Customer.objects.get(name="华东总部")
    assert head.parent == group
    assert set(head.branches.values_list("name", flat=True)) == {"浦东支行", "徐汇支行"}
    assert counts(imported(TARGET, text, manager)) == {"duplicate": 4, "created": 1, "failed": 1}


def test_a_parent_below_itself_is_refused(manager: User) -> None:
    imported(TARGET, "客户名称,母公司\n甲,\n乙,甲\n", manager)

    assert faults(imported(TARGET, "客户名称,母公司\n甲,乙\n", manager)) == {2: ["refused"]}


def test_a_parent_out_of_reach_is_unknown(
    seller: User, user_in: Callable[..., User], other_team: Team
) -> None:
    CustomerFactory(code="T-78", name="Hidden", owner=user_in("sales", team=other_team))

    assert faults(imported(TARGET, "客户名称,母公司\n甲,T-78\n", seller, dry_run=True)) == {
        2: ["parent_unknown"]
    }
