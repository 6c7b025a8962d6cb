"""Lists to pick from: what administrators make of them holds everywhere at once."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from core import picklists
from core.domain import picklist_merging
from core.domain.imports import import_now, start_run
from core.domain.picklist_merging import merge_value
from core.domain.picklists import add_value, change_value, delete_value, ensure_values, move_value
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Organisation, PicklistValue, RecordChange, User
from core.tasks import body_of
from customers.choices import Industry
from customers.domain.customers import create_customer, delete_customer, update_customer
from customers.forms.customers import CustomerForm
from customers.models import Customer
from customers.picklists import INDUSTRY, SOURCE

pytestmark = pytest.mark.django_db
Maker = Callable[..., User]
NAMES = {"name_en": "Law firms", "name_zh_hans": "律师事务所", "name_zh_hant": ""}


@pytest.fixture
def admin(user_in: Maker) -> User:
    return user_in("administrator")


def value_of(code: str) -> PicklistValue:
    found: PicklistValue = PicklistValue.objects.get(picklist="customers.industry", code=code)
    return found


def label_of(code: str, language: str = "en") -> str:
    with translation.override(language):
        return str(dict(INDUSTRY.choices)[code])


# ---- what comes with the product ---------------------------------------------------------------------
def test_the_product_brings_its_values_in_its_order() -> None:
    assert [one.value for one in INDUSTRY] == [one.value for one in Industry]
    assert (label_of("banking"), label_of("banking", "zh-hans")) == ("Banking", "银行")
    before = PicklistValue.objects.count()
    ensure_values()
    assert PicklistValue.objects.count() == before


def test_a_renamed_value_keeps_the_products_word_in_other_languages(admin: User) -> None:
    change_value(value_of("banking"), {"name_zh_hans": "银行与信托"}, by=admin)
    assert label_of("banking", "zh-hans") == "银行与信托"
    assert label_of("banking") == "Banking"
    assert label_of("banking", "zh-hant") == "銀行"
    entry = AuditEntry.objects.filter(subject_type="core.picklistvalue").latest("pk")
    assert entry.changes == {"name_zh_hans": ["", "银行与信托"]}


# ---- values of one's own ------------------------------------------------------------------------------
def test_a_value_of_ones_own_gets_a_code_and_stands_in_every_language(admin: User) -> None:
    value = add_value(INDUSTRY, NAMES, by=admin)
    assert (value.code, value.is_built_in) == ("law_firms", False)
    assert [label_of("law_firms", code) for code in ("en", "zh-hans", "zh-hant")] == [
        "Law firms",
        "律师事务所",
        "律师事务所",
    ]
    assert add_value(INDUSTRY, {"name_zh_hans": "律所"}, by=admin).code == "lv_suo"
    assert add_value(INDUSTRY, {"name_en": "Law-firms!"}, by=admin).code == "law_firms_2"
    long = add_value(INDUSTRY, {"name_en": "Extraordinarily long name of it"}, by=admin)
    assert len(long.code) <= 20


@pytest.mark.parametrize("names", [{}, {"name_en": "  "}, {"name_en": "\u3000"}])
def test_a_value_needs_a_name(names: dict[str, str], admin: User) -> None:
    with pytest.raises(DomainError, match="name in one language"):
        add_value(INDUSTRY, names, by=admin)
    own = add_value(INDUSTRY, {"name_en": "Law"}, by=admin)
    with pytest.raises(DomainError, match="name in one language"):
        change_value(own, {"name_en": ""}, by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        PicklistValue.objects.filter(pk=own.pk).update(name_en="")


def test_two_values_of_one_name_are_refused(admin: User) -> None:
    add_value(INDUSTRY, NAMES, by=admin)
    with pytest.raises(Conflict):
        add_value(INDUSTRY, {"name_en": "law FIRMS"}, by=admin)
    add_value(SOURCE, NAMES, by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        PicklistValue.objects.create(picklist="customers.industry", code="law_firms", name_en="X")


def test_a_record_takes_the_value_and_keeps_it_when_it_is_switched_off(admin: User, user_in: Maker) -> None:
    agent = user_in("agent")
    with pytest.raises(DomainError):
        create_customer({"name": "A", "industry": "law_firms"}, by=agent)
    value = add_value(INDUSTRY, NAMES, by=admin)
    customer = create_customer({"name": "A", "industry": "law_firms"}, by=agent)
    assert customer.get_industry_display() == "Law firms"
    change_value(value, {"is_active": False}, by=admin)
    update_customer(customer, {"city": "天津"}, by=agent)
    held = [code for code, _label in CustomerForm(user=agent, record=customer).fields["industry"].choices]  # type: ignore[attr-defined]
    new = [code for code, _label in CustomerForm(user=agent).fields["industry"].choices]  # type: ignore[attr-defined]
    assert "law_firms" in held and "law_firms" not in new and new[0] == ""


def test_only_what_nothing_holds_is_deleted(admin: User) -> None:
    value = add_value(INDUSTRY, NAMES, by=admin)
    customer = create_customer({"name": "A", "industry": value.code}, by=admin)
    with pytest.raises(Conflict, match="Records hold"):
        delete_value(value, by=admin)
    with pytest.raises(Conflict, match="comes with the product"):
        delete_value(value_of("banking"), by=admin)
    update_customer(customer, {"industry": ""}, by=admin)
    delete_value(value, by=admin)
    assert "law_firms" not in dict(INDUSTRY.choices)
    with pytest.raises(Conflict, match="deleted already"):
        delete_value(value, by=admin)


def test_the_last_value_stays_and_the_order_is_kept(admin: User) -> None:
    rows = list(PicklistValue.objects.filter(picklist="customers.source").order_by("position"))
    move_value(rows[0], 1, by=admin)
    assert [one.value for one in SOURCE][:2] == [rows[1].code, rows[0].code]
    move_value(rows[0], -99, by=admin)
    move_value(rows[0], -1, by=admin)
    assert next(iter(SOURCE)).value == rows[0].code
    for row in rows[1:]:
        change_value(row, {"is_active": False}, by=admin)
    with pytest.raises(Conflict, match="one value at least"):
        change_value(rows[0], {"is_active": False}, by=admin)
    assert SOURCE.labels == [SOURCE.labels[0]]


# ---- everywhere ----------------------------------------------------------------------------------------
def test_imports_filters_and_the_api_know_it(
    admin: User, user_in: Maker, client_of: Callable[[User], Client]
) -> None:
    add_value(INDUSTRY, NAMES, by=admin)
    run = start_run(
        "customers.customer",
        io.BytesIO("name,industry\n甲,律师事务所\n乙,law firms\n丙,space\n".encode()),
        filename="f.csv",
        by=admin,
        options={"source_system": "legacy"},
    )
    import_now(run, by=admin)
    assert set(Customer.objects.filter(industry="law_firms").values_list("name", flat=True)) == {"甲", "乙"}
    client = client_of(admin)
    page = client.get(reverse("customers:customer-list"), {"industry": "law_firms"})
    assert page.status_code == 200 and "Law firms" in page.content.decode()
    listed = client.get(reverse("customer-list"), {"industry": "law_firms"}).json()
    assert len(listed["results"]) == 2
    assert client.get(reverse("customer-list"), {"industry": "nonsense"}).status_code == 400
    codes = client.get(reverse("picklistvalue-list"), {"picklist": "customers.industry"}).json()["results"]
    assert {"code": "law_firms", "label": "Law firms"}.items() <= codes[-1].items()
    answer = client.post(
        reverse("customer-list"), {"name": "丁", "industry": "space"}, content_type="application/json"
    )
    assert answer.status_code == 400 and "industry" in answer.content.decode()


def test_another_process_sees_the_change_with_its_next_request(
    admin: User, client_of: Callable[[User], Client]
) -> None:
    """What this process knows is of a state that the database no longer holds."""
    client, url = client_of(admin), reverse("customers:customer-create")
    assert "Vineyards" not in client.get(url).content.decode()
    PicklistValue.objects.create(picklist="customers.industry", code="wine", name_en="Vineyards")
    assert "Vineyards" not in client.get(url).content.decode(), "nobody said that there was a change"
    Organisation.objects.update(picklists_state="written by another process")
    assert "Vineyards" in client.get(url).content.decode()


def test_reading_labels_asks_the_database_once_a_block(admin: User) -> None:
    list(INDUSTRY)
    with (
        picklists.read_once(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        for _time in range(20):
            assert len(INDUSTRY.choices) == len(Industry)
    assert len(asked) == 1


# ---- pages ----------------------------------------------------------------------------------------------
def test_an_administrator_extends_a_list_on_its_pages(
    admin: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(admin)
    detail = reverse("core:picklist-detail", args=["customers.industry"])
    assert reverse("core:picklist-list") in client.get(reverse("core:settings")).content.decode()
    assert detail in client.get(reverse("core:picklist-list")).content.decode()
    new = reverse("core:picklist-value-create", args=["customers.industry"])
    assert client.post(new, {}).status_code == 422
    assert client.post(new, NAMES).headers["Location"] == detail
    value = value_of("law_firms")
    client.post(reverse("core:picklist-value-update", args=[value.pk]), {**NAMES, "name_en": "Lawyers"})
    client.post(reverse("core:picklist-value-change", args=[value.pk, "up"]))
    client.post(reverse("core:picklist-value-change", args=[value.pk, "off"]))
    page = client.get(detail).content.decode()
    assert "Lawyers" in page and "Switched off" in page
    assert [one.value for one in INDUSTRY][-2] == "law_firms"
    assert client.post(reverse("core:picklist-value-change", args=[value.pk, "sideways"])).status_code == 404
    client.post(reverse("core:picklist-value-delete", args=[value.pk]))
    assert not PicklistValue.objects.filter(code="law_firms").exists()
    assert client.get(reverse("core:picklist-detail", args=["no.list"])).status_code == 404


@pytest.mark.parametrize("role", ["agent", "sales", "manager", "analyst"])
def test_others_read_the_values_and_change_none(
    role: str, user_in: Maker, client_of: Callable[[User], Client]
) -> None:
    user = user_in(role)
    client = client_of(user)
    assert client.get(reverse("core:picklist-list")).status_code == 403
    assert client.get(reverse("picklistvalue-list")).status_code == 200
    with pytest.raises(Exception, match="role"):
        add_value(INDUSTRY, NAMES, by=user)


# ---- merging ----------------------------------------------------------------------------------------------
@pytest.fixture
def law(admin: User) -> PicklistValue:
    return add_value(INDUSTRY, NAMES, by=admin)


def test_merge_moves_every_record_and_switches_the_value_off(admin: User, law: PicklistValue) -> None:
    first = create_customer({"name": "A", "industry": law.code}, by=admin)
    recycled = create_customer({"name": "B", "industry": law.code}, by=admin)
    delete_customer(recycled, by=admin)
    other = create_customer({"name": "C", "industry": "retail"}, by=admin)

    merged = merge_value(law, into=value_of("banking"), by=admin)

    assert (merged.moved, merged.job) == (2, None)
    assert list(Customer._base_manager.order_by("pk").values_list("industry", flat=True)) == [
        "banking",
        "banking",
        other.industry,
    ]
    assert not value_of("law_firms").is_active
    version = first.version
    first.refresh_from_db()
    assert first.version == version + 1
    entry = AuditEntry.objects.about(first).first()
    assert (entry.actor, entry.changes) == (admin, {"industry": ["law_firms", "banking"]})
    entry = AuditEntry.objects.about(law).first()
    assert (entry.changes, entry.note) == ({"is_active": [True, False]}, "Merged into “Banking”, records: 2")


def test_merge_tells_those_who_follow_changes(admin: User, law: PicklistValue) -> None:
    customer = create_customer({"name": "A", "industry": law.code}, by=admin)
    rows = RecordChange.objects.filter(kind="customers.customer", object_id=customer.pk)
    rows.update(seq=1)
    merge_value(law, into=value_of("banking"), by=admin)
    assert rows.get().seq is None


def test_a_value_that_comes_with_the_product_is_merged_too(admin: User, law: PicklistValue) -> None:
    create_customer({"name": "A", "industry": "banking"}, by=admin)
    merge_value(value_of("banking"), into=law, by=admin)
    assert Customer.objects.get().industry == "law_firms"
    assert not value_of("banking").is_active


def test_merge_refuses_what_makes_no_sense(admin: User, law: PicklistValue, user_in: Maker) -> None:
    other_list = PicklistValue.objects.filter(picklist="customers.source")[0]
    off = change_value(value_of("retail"), {"is_active": False}, by=admin)
    for into, code in ((law, "not_another"), (other_list, "not_another"), (off, "not_offered")):
        with pytest.raises(DomainError) as refused:
            merge_value(law, into=into, by=admin)
        assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        merge_value(off, into=law, by=admin)
    assert refused.value.code == "nothing_to_merge"
    with pytest.raises(PermissionDenied):
        merge_value(law, into=value_of("banking"), by=user_in("manager"))
    delete_value(law, by=admin)
    with pytest.raises(Conflict, match="no longer exists"):
        merge_value(law, into=value_of("banking"), by=admin)


def test_the_second_of_two_merges_finds_nothing(admin: User, law: PicklistValue) -> None:
    create_customer({"name": "A", "industry": law.code}, by=admin)
    merge_value(law, into=value_of("banking"), by=admin)
    with pytest.raises(Conflict) as refused:
        merge_value(law, into=value_of("banking"), by=admin)
    assert refused.value.code == "nothing_to_merge"


def test_many_records_are_moved_by_a_job_that_may_be_killed(
    admin: User, law: PicklistValue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picklist_merging, "STEP", 1)
    for name in ("A", "B", "C"):
        create_customer({"name": name, "industry": law.code}, by=admin)
    banking = value_of("banking")

    job = merge_value(law, into=banking, by=admin).job

    assert job is not None
    assert Customer.objects.filter(industry="law_firms").count() == 3
    for verb in (
        lambda: merge_value(law, into=value_of("retail"), by=admin),
        lambda: merge_value(banking, into=value_of("retail"), by=admin),
        lambda: merge_value(value_of("retail"), into=banking, by=admin),
    ):
        with pytest.raises(Conflict) as refused:
            verb()
        assert refused.value.code == "merge_running"
    # Killed after its first step, and run again by another worker.
    steps = picklist_merging._steps(law, banking, admin)
    assert next(steps) == 1
    steps.close()
    assert body_of(job.task)(**job.payload) == {"moved": 2}
    assert body_of(job.task)(**job.payload) == {"moved": 0}
    assert Customer.objects.filter(industry="banking").count() == 3
    lines = AuditEntry.objects.filter(subject_type="customers.customer", note="Values merged")
    assert lines.count() == 3


def test_a_value_that_records_are_moved_to_is_not_deleted(
    admin: User, law: PicklistValue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picklist_merging, "STEP", 0)
    create_customer({"name": "A", "industry": "banking"}, by=admin)
    merge_value(value_of("banking"), into=law, by=admin)
    with pytest.raises(Conflict) as refused:
        delete_value(law, by=admin)
    assert refused.value.code == "merge_running"


def test_the_page_says_how_many_records_are_meant_and_merges_them(
    admin: User, law: PicklistValue, client_of: Callable[[User], Client], user_in: Maker
) -> None:
    for name in ("A", "B"):
        create_customer({"name": name, "industry": law.code}, by=admin)
    client, url = client_of(admin), reverse("core:picklist-value-merge", args=[law.pk])
    detail = reverse("core:picklist-detail", args=["customers.industry"])
    assert url in client.get(detail).content.decode()
    page = client.get(url)
    assert "2 records hold “Law firms”" in page.content.decode()
    offered = [str(label) for _key, label in page.context["form"].fields["into"].choices]
    assert "Banking" in offered and "Law firms" not in offered
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"into": law.pk}).status_code == 422
    answer = client.post(url, {"into": value_of("banking").pk}, follow=True)
    assert "Merged: 2 records were moved." in answer.content.decode()
    again = client.post(url, {"into": value_of("banking").pk})
    assert (again.status_code, "switched off already" in again.content.decode()) == (422, True)
    assert client_of(user_in("manager")).get(url).status_code == 403
