"""Search over customers and what belongs to them: what is found, by whom, and by which index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.domain.search import ensure_filled, fill_all, fill_type, follow, keep_ranges
from core.models import Job, SearchFill, SearchTerm, Team, User
from core.search.matching import matching_few
from core.search.parts import COMMON
from core.search.results import find
from core.search.types import search_types, type_named
from core.tests.factories import TeamFactory, UserFactory, searchable
from customers.domain.customers import create_customer, delete_customer, update_customer
from customers.filters import CustomerFilterSet
from customers.models import Customer, Interaction, Person, Task
from customers.tests.factories import CustomerFactory, OrderFactory, PersonFactory, ProductFactory

pytestmark = pytest.mark.django_db

#: name → other fields
BASE: dict[str, dict[str, str]] = {
    "中国平安保险（集团）股份有限公司": {"code": "C-000138", "phone": "+8613800138000"},
    "平安银行股份有限公司": {"short_name": "平银", "external_id": "ERP-77"},
    "臺灣銀行": {"credit_code": "91310000MA1FL0AB1X"},
    "长沙行知学校": {},
    "Bohai Energy Co., Ltd.": {"email": "li.na@bohai.example"},
    "O'Brien & Söhne 100%": {},
    "🎉 派对": {},
    "上海海港": {"phone": "021-4985 7482"},
}
PINGAN, BANK, TAIWAN, CHANGSHA, BOHAI, BRIEN, PARTY, PORT = BASE
#: What is typed → what is found, the same on every database.
EXPECTED: dict[str, set[str]] = {
    "平": {PINGAN, BANK},
    "平安": {PINGAN, BANK},
    "安保": {PINGAN},
    "集团": {PINGAN},
    "司": {PINGAN, BANK},
    "銀行": {BANK, TAIWAN},
    "银行": {BANK, TAIWAN},
    "台湾": {TAIWAN},
    "pingan": {PINGAN, BANK},
    "PingAn": {PINGAN, BANK},
    "pa": {PINGAN, BANK, PARTY},
    "payh": {BANK},
    "yinhang": {BANK, TAIWAN},
    "changsha": {CHANGSHA},
    "hangzhi": {CHANGSHA},
    "xingzhi": {CHANGSHA},
    "平银": {BANK},
    "py": {BANK},
    "平安 银行": {BANK},
    "银行 平安": {BANK},
    "平安 pingan yh": {BANK},
    "平安　银行": {BANK},
    "平安银行上海": set(),
    "bohai": {BOHAI},
    "ＢＯＨＡＩ": {BOHAI},
    "energy bo": {BOHAI},
    "ohai": set(),
    "li.na@bohai.example": {BOHAI},
    "bohai.example": {BOHAI},
    "o'brien": {BRIEN},
    "sohne": {BRIEN},
    "söhne": {BRIEN},
    "100%": {BRIEN},
    "%": set(),
    "_": set(),
    "\\": set(),
    "'": set(),
    '"; DROP TABLE': set(),
    "\x00": set(),
    "平\x00安": {PINGAN, BANK},
    "🎉": {PARTY},
    "派對": {PARTY},
    "138": {PINGAN},
    "0138": {PINGAN},
    "13800138000": {PINGAN},
    "+86 138 0013 8000": {PINGAN},
    "C-000138": {PINGAN},
    "c000138": {PINGAN},
    "02149857482": {PORT},
    "7482": {PORT},
    "erp77": {BANK},
    "ERP-77": {BANK},
    "91310000MA1FL0AB1X": {TAIWAN},
    "x" * 10_000: set(),
    "平" * 10_000: set(),
    "龘": set(),
}


#: Tell customers of like names apart; a digit might be in a code or a telephone as well.
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑"


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def base(db: Any) -> dict[str, Customer]:
    # A number drawn by the factory could be one that is asked for.
    numbered = {name: {"code": f"C-55555{place}", **BASE[name]} for place, name in enumerate(BASE)}
    return {name: CustomerFactory(name=name, **fields) for name, fields in numbered.items()}


def found(user: User, text: str, key: str = "customer") -> set[Any]:
    return {hit.row for group in find(user, text, only=key) for hit in group.found}


def listed(user: User, text: str) -> set[Customer]:
    rows = Customer.objects.visible_to(user)
    return set(CustomerFilterSet({"q": text}, queryset=rows, user=user).qs)


# ---- what is found ----------------------------------------------------------------------------------
@pytest.mark.usefixtures("base")
def test_every_query_finds_the_same_in_palette_and_list(boss: User) -> None:
    for query, names in EXPECTED.items():
        assert {row.name for row in found(boss, query)} == names, query[:40]
        if query.replace("\x00", " ").strip():
            assert {row.name for row in listed(boss, query.replace("\x00", ""))} >= names, query[:40]


def test_rows_asked_one_by_one_answer_as_the_index_does(boss: User, base: dict[str, Customer]) -> None:
    kind = type_named("customer")
    for query in ("平安", "pa", "银行 平安", "138", "o'brien"):
        words = tuple(query.split())
        words = tuple(word.replace("'", "") for word in words)
        rows = matching_few(Customer.objects.visible_to(boss), kind, words, boss)
        assert set(rows) == found(boss, query), query


def test_a_word_that_very_many_have_is_found_all_the_same(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [CustomerFactory(name=f"华信{sign}公司") for sign in SIGNS]
    monkeypatch.setattr("core.search.parts.COMMON", 3)
    monkeypatch.setattr("core.search.ranking.PROBES", (2, 3, 4))
    assert listed(boss, "公司") == set(rows)
    assert len(found(boss, "公司")) == 6
    assert found(boss, f"公司 {SIGNS[7]}") == {rows[7]}
    assert COMMON > 3


@pytest.mark.parametrize(("common", "many"), [(100, 100), (100, 2), (3, 100)])
def test_two_words_that_very_many_have_are_found_together(
    boss: User, monkeypatch: pytest.MonkeyPatch, common: int, many: int
) -> None:
    rows = [CustomerFactory(name=f"华信{sign}公司") for sign in SIGNS]
    CustomerFactory(name="华信学院")
    CustomerFactory(name="平安公司")
    monkeypatch.setattr("core.search.parts.COMMON", 3)
    monkeypatch.setattr("core.search.matching.COMMON", common)
    monkeypatch.setattr("core.search.matching.MANY", many)
    assert listed(boss, "公司 华信") == set(rows)
    assert len(found(boss, "公司 华信")) == 6


def test_a_team_finds_its_own_among_what_very_many_have(
    user_in: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = user_in("sales")
    theirs = [CustomerFactory(name=f"华信{sign}公司") for sign in SIGNS]
    mine = [CustomerFactory(name=f"华信{sign}公司", owner=seller, team=seller.team) for sign in SIGNS[:9]]
    order = OrderFactory(customer=mine[0], number="SO-1")
    OrderFactory(customer=theirs[0], number="SO-2")
    for name in ("parts.COMMON", "matching.COMMON", "matching.MANY"):
        monkeypatch.setattr(f"core.search.{name}", 2)
    monkeypatch.setattr("core.search.ranking.PROBES", (2, 3, 4))

    assert found(seller, "公司") == set(sorted(mine, key=lambda row: -row.pk)[:6])
    assert listed(seller, "公司") == listed(seller, "华信 公司") == set(mine)
    assert found(seller, f"华信 公司 {SIGNS[7]}") == {mine[7]}
    assert found(seller, "华信", "order") == {order}
    assert found(seller, f"公司 {SIGNS[9]}") == set()


def test_the_newest_rows_of_a_teams_records_are_found(
    user_in: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = user_in("sales")
    mine = [CustomerFactory(name=f"华信{sign}公司", owner=seller, team=seller.team) for sign in SIGNS[:4]]
    others = CustomerFactory(name="华信外公司")
    orders = [OrderFactory(customer=mine[n % 4], number=f"SO-{n}") for n in range(9)]
    for n in range(9, 18):
        OrderFactory(customer=others, number=f"SO-{n}")
    task = Task.objects.create(title="回访", customer=others, owner=seller)
    searchable(task)
    newest = [row.pk for row in reversed(orders)][:6]
    for many, window in ((1_000, 20_000), (1, 20), (1, 2)):
        monkeypatch.setattr("core.search.ranking.MANY_RECORDS", many)
        monkeypatch.setattr("core.search.ranking.NEWEST", window)
        for text in ("华信", "公司 华信", "huaxin"):
            group = find(seller, text, only="order")[0]
            assert [hit.row.pk for hit in group.found] == newest, (many, window, text)
            assert group.more
    # A task of one's own at a customer out of reach is found by that customer as well.
    assert found(seller, "华信外", "task") == found(seller, "华信", "task") == {task}


def test_who_sees_all_finds_rows_by_the_first_records(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    customers = [CustomerFactory(name=f"华信{sign}公司") for sign in SIGNS[:9]]
    orders = {OrderFactory(customer=customer, number=f"SO-{customer.pk}") for customer in customers}
    monkeypatch.setattr("core.search.parts.COMMON", 3)
    for some in (400, 8, 2):
        monkeypatch.setattr("core.search.parts.SOME", some)
        for text in ("公司", "华信 公司"):
            group = find(boss, text, only="order")[0]
            assert len(group.found) == 6 and group.more, (some, text)
            assert {hit.row for hit in group.found} < orders
        assert found(boss, f"公司 华信 {SIGNS[4]}", "order") == {
            order for order in orders if order.customer == customers[4]
        }


def test_the_best_come_first(boss: User) -> None:
    inside = CustomerFactory(name="上海平安")
    start = CustomerFactory(name="平安")
    code = CustomerFactory(name="甲", code="平安")
    searchable(code)
    hits = find(boss, "平安", only="customer")[0].found
    assert [hit.row for hit in hits] == [code, start, inside]
    assert [hit.why for hit in hits] == ["Code: 平安", "Name", "Name"]
    assert [hit.why for hit in find(boss, "shanghai", only="customer")[0].found] == ["Name in pinyin"]
    assert [hit.why for hit in find(boss, "shpa", only="customer")[0].found] == ["Name by initials"]


def test_orders_tasks_and_talks_are_found_by_their_customer_too(boss: User) -> None:
    customer = CustomerFactory(name="平安")
    order = OrderFactory(customer=customer, number="SO-77")
    task = Task.objects.create(title="回访", customer=customer)
    talk = Interaction.objects.create(summary="Met the dean", body="secretword", customer=customer)
    searchable(task, talk)
    assert found(boss, "平安", "order") == found(boss, "so77", "order") == {order}
    assert found(boss, "平安", "task") == found(boss, "回访", "task") == {task}
    assert found(boss, "平安 dean", "interaction") == {talk}
    assert found(boss, "secretword", "interaction") == set()
    assert set(Task.objects.visible_to(boss).matching("回访 平安", boss)) == {task}


def test_six_of_a_type_and_that_there_are_more(boss: User) -> None:
    for n in range(8):
        ProductFactory(name=f"课程 {n}")
    group = find(boss, "课程", count=True)[0]
    assert (len(group.found), group.more, group.total) == (6, True, 8)
    assert group.list_url == reverse("customers:product-list") + "?q=%E8%AF%BE%E7%A8%8B"


# ---- who finds it -----------------------------------------------------------------------------------
def test_masked_fields_neither_match_nor_show(user_in: Callable[..., User], team: Team) -> None:
    # Names of their own: one with a number might hold the digits that are looked for.
    trainer = user_in("trainer", full_name="Tang", username="tang", email="")
    seller = user_in("sales", full_name="Shen", username="shen", email="")
    row = CustomerFactory(name="甲", phone="13800138000", email="a@secret.example", owner=seller)
    person = PersonFactory(name="王", mobile="13911112222", wechat="wang-secret", created_by=trainer)
    for text in ("13800138000", "138", "secret", "13911112222", "wangsecret"):
        assert find(trainer, text) == [], text
        assert listed(trainer, text) == set(), text
        assert set(Person.objects.visible_to(trainer).matching(text, trainer)) == set()
    assert found(trainer, "甲") == {row}
    assert found(trainer, "王", "person") == {person}
    assert found(seller, "138") == listed(seller, "138") == {row}


def test_nobody_finds_what_is_out_of_reach(user_in: Callable[..., User], base: dict[str, Customer]) -> None:
    seller = user_in("sales")
    own = CustomerFactory(name="平安学院", owner=seller)
    for text in ("平安", "公司", "pingan", "学院"):
        assert found(seller, text) == listed(seller, text) <= {own}
    assert find(user_in(None), "平安") == []
    stranger = UserFactory(team=TeamFactory())
    assert find(stranger, "平安") == []


def test_deleted_and_merged_customers_are_not_found(boss: User) -> None:
    gone = create_customer({"name": "平安旧店"}, by=boss)
    kept, merged = (create_customer({"name": name}, by=boss) for name in ("平安甲", "平安乙"))
    delete_customer(gone, by=boss)
    Customer.objects.filter(pk=merged.pk).update(merged_into=kept, deleted_at=timezone.now())
    assert found(boss, "平安") == listed(boss, "平安") == {kept}


# ---- keeping ----------------------------------------------------------------------------------------
def test_terms_follow_every_change(boss: User) -> None:
    row = create_customer({"name": "平安"}, by=boss)
    assert found(boss, "pingan") == {row}
    update_customer(row, {"name": "华信"}, by=boss)
    assert (found(boss, "pingan"), found(boss, "huaxin")) == (set(), {row})


def test_terms_that_are_right_are_not_written_again(
    boss: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    row = create_customer({"name": "平安"}, by=boss)
    with django_assert_num_queries(2):
        follow(Customer, [row.pk])


def test_many_changes_are_left_to_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.domain.search.keeping.AT_ONCE", 2)
    kind = type_named("customer")
    rows = Customer.objects.bulk_create(
        Customer(code=f"B-{n}", name="平安", owner=UserFactory()) for n in range(3)
    )
    follow(Customer, [row.pk for row in rows])
    job = Job.objects.get(task="core.tasks.keep_search_terms")
    assert job.payload == {"key": "customer", "ranges": [[rows[0].pk, rows[-1].pk]]}
    assert not SearchTerm.objects.filter(kind=kind.number).exists()
    for _again in range(2):
        assert keep_ranges(**job.payload) == {"records": 3}
        assert SearchTerm.objects.filter(kind=kind.number, term="平安").count() == 3


def test_an_installation_from_before_gets_its_terms_by_a_job(boss: User) -> None:
    row = CustomerFactory(name="平安")
    SearchTerm.objects.all().delete()
    SearchFill.objects.all().delete()
    assert "customer" in ensure_filled()
    assert ensure_filled() == ensure_filled()
    assert Job.objects.filter(task="core.tasks.fill_search", payload={"key": "customer"}).count() == 1
    assert fill_type("customer") == 1
    assert found(boss, "平安") == {row}
    assert "customer" not in ensure_filled()
    assert fill_type("customer") == 0


def test_filling_goes_on_where_it_stopped_and_drops_what_is_gone(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.domain.search.filling.BATCH", 1)
    first, second = CustomerFactory(name="平安"), CustomerFactory(name="平安")
    kind = type_named("customer")
    SearchTerm.objects.create(kind=kind.number, way=1, term="平安", object_id=second.pk + 9, field=0)
    SearchTerm.objects.filter(object_id=second.pk, kind=kind.number).delete()
    SearchFill.objects.update_or_create(
        kind=kind.number,
        defaults={"version": kind.version, "reached": first.pk, "updated_at": timezone.now()},
    )
    assert fill_type("customer") == 1
    assert fill_all(again=True)["customer"] == 2
    assert found(boss, "平安") == {first, second}
    assert not SearchTerm.objects.filter(kind=kind.number, object_id__gt=second.pk).exists()


def test_numbers_of_types_are_never_shared() -> None:
    numbers = [kind.number for kind in search_types()]
    assert len(numbers) == len(set(numbers))


def test_terms_are_compared_byte_by_byte_and_answered_by_the_index(boss: User) -> None:
    for n in range(300):
        CustomerFactory(name=f"客户{n}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    from core.search.parts import hits

    plan = hits(type_named("customer"), "客户7", boss).explain()
    assert "core_searchterm_pkey" in plan or "sqlite_autoindex_core_searchterm_1" in plan
    assert "SCAN" not in plan.upper().replace("INDEX SCAN", "").replace("INDEX ONLY SCAN", "").replace(
        "BITMAP HEAP SCAN", ""
    )


# ---- pages and API ----------------------------------------------------------------------------------
def test_the_page_shows_why_and_leads_to_the_list(
    boss: User, client_of: Callable[[User], Client], base: dict[str, Customer]
) -> None:
    page = client_of(boss).get(reverse("core:search"), {"q": "pingan"}).content.decode()
    assert "<mark>平安</mark>银行股份有限公司" in page
    assert "Name in pinyin" in page
    assert "All 2 matches in the list" in page
    assert f'href="{reverse("customers:customer-list")}?q=pingan"' in page
    assert 'role="listbox"' not in page.split('id="palette"')[0]


def test_the_palette_is_a_listbox_of_the_same_results(
    boss: User, client_of: Callable[[User], Client], base: dict[str, Customer]
) -> None:
    client = client_of(boss)
    fragment = client.get(reverse("core:search"), {"q": "新建客户"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert reverse("customers:customer-create") in fragment.content.decode()
    fragment = client.get(reverse("core:search"), {"q": "<script>"}, headers={"HX-Request": "true"})
    assert "<script>" not in fragment.content.decode()
    client.get(base[BANK].get_absolute_url())
    empty = client.get(reverse("core:search"), headers={"HX-Request": "true"}).content.decode()
    assert BANK in empty
    assert 'role="option"' in empty


def test_actions_are_found_in_every_language_and_only_with_the_right(
    user_in: Callable[..., User], boss: User
) -> None:
    from core.search.actions import find_actions

    def keys(user: User, text: str) -> list[str]:
        return [hit.action.key for hit in find_actions(user, text)]

    for text in ("new cust", "新建客户", "xinjiankehu", "xjkh", "create customer"):
        assert "customer-new" in keys(boss, text), text
    assert keys(boss, "run scoring")[0] == "run-scoring"
    assert "customer-new" not in keys(user_in("trainer"), "new customer")
    assert keys(user_in("trainer"), "run scoring") == []


def test_run_scoring_asks_first(boss: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(boss).get(reverse("analytics:run-nightly"))
    assert page.status_code == 200
    assert b"Run scoring" in page.content
    assert not Job.objects.exists()


def test_api_search(boss: User, client_of: Callable[[User], Client], base: dict[str, Customer]) -> None:
    client = client_of(boss)
    answer = client.get("/api/v1/search/", {"q": "payh"})
    row = base[BANK]
    assert answer.json() == {
        "results": [
            {
                "type": "customer",
                "id": row.pk,
                "title": row.name,
                "subtitle": f"{row.code} · Potential",
                "why": "Name by initials",
                "url": row.get_absolute_url(),
            }
        ]
    }
    assert client.get("/api/v1/search/", {"q": "平安", "type": "order"}).json() == {"results": []}
    assert client.get("/api/v1/search/").json() == {"results": []}
    assert client.get("/api/v1/search/", {"q": "a", "type": "nothing"}).status_code == 400
    assert client.get("/api/v1/search/", {"q": "\x00"}).json() == {"results": []}


def test_search_asks_as_often_for_one_row_as_for_three(
    boss: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    from django.test.utils import CaptureQueriesContext

    CustomerFactory(name="平安 0")
    find(boss, "平安")  # learns the person's roles
    with CaptureQueriesContext(connection) as one:
        find(boss, "平安")
    for n in range(2):
        CustomerFactory(name=f"平安 {n + 1}")
    with django_assert_num_queries(len(one)):
        find(boss, "平安")
