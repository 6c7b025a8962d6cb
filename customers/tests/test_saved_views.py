"""Saved views: kept with their tokens, offered to whom they should, the same on page, API and export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import ViewScope
from core.domain.exports import path_of, request_export
from core.domain.views import change_view, delete_view, move_view, save_view
from core.errors import DomainError
from core.models import AuditEntry, ListChoice, Notification, SavedView, Team, User
from core.tasks import run_job
from core.tests.factories import TeamFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
KEY = "customers.customer"
LIST = "/customers/"


def keep(by: User, name: str = "Mine", **data: Any) -> SavedView:
    return save_view(KEY, {"name": name, "query": {"owner": ["@me"]}, **data}, by=by)


def names(client: Client, address: str) -> set[str]:
    return {row.name for row in client.get(address).context["page"].rows}


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Sales One")


def test_a_token_follows_the_reader(
    sales: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    other = user_in("manager")
    view = keep(other, scope=ViewScope.PUBLIC)
    CustomerFactory(name="Of sales", owner=sales, team=sales.team)
    CustomerFactory(name="Of manager", owner=other, team=other.team)
    assert names(client_of(sales), f"{LIST}?view={view.pk}") == {"Of sales"}
    assert names(client_of(other), f"{LIST}?view={view.pk}") == {"Of manager"}


def test_page_api_view_and_export_have_the_same_rows(
    sales: User, client_of: Callable[[User], Client]
) -> None:
    for name, city in (("One", "Ningbo"), ("Two", "Ningbo"), ("Three", "Shanghai")):
        CustomerFactory(name=name, city=city, owner=sales, team=sales.team)
    view = keep(sales, query={"city": ["Ningbo"], "owner": ["@me"]})
    client = client_of(sales)
    page = names(client, f"{LIST}?view={view.pk}")
    plain = names(client, f"{LIST}?city=Ningbo&owner=@me")
    api = {row["name"] for row in client.get(f"/api/v1/customers/?view={view.pk}").json()["results"]}
    job = request_export(KEY, query="city=Ningbo&owner=@me&columns=name", file_format="csv", by=sales)
    run_job(job.pk)
    text = path_of(job.payload["token"], "csv").read_text(encoding="utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["Name"]
    assert page == plain == api == {line[0] for line in lines[1:]} == {"One", "Two"}


def test_chips_say_tokens_in_words_and_removing_one_leaves_the_view(
    sales: User, client_of: Callable[[User], Client]
) -> None:
    view = keep(sales, query={"owner": ["@me"], "created_since": ["@this-quarter"]})
    context = client_of(sales).get(f"{LIST}?view={view.pk}").context
    assert [label for label, _url in context["filter_chips"]] == ["Owner: me", "Created since: this quarter"]
    changed = client_of(sales).get(LIST + context["filter_chips"][0][1]).context
    assert [label for label, _url in changed["filter_chips"]] == ["Created since: this quarter"]
    assert changed["view"] == view
    assert changed["view_is_changed"]


@pytest.mark.parametrize(
    ("scope", "whose", "seen"),
    [
        ("private", None, False),
        ("team", "own", True),
        ("team", "above", True),
        ("team", "other", False),
        ("public", None, True),
    ],
)
def test_who_is_offered_a_view(
    sales: User,
    user_in: Callable[..., User],
    whose: str | None,
    scope: str,
    seen: bool,
    client_of: Callable[[User], Client],
) -> None:
    above = TeamFactory(name="Above")
    Team.objects.filter(pk=sales.team_id).update(parent=above)
    teams = {"own": sales.team, "above": above, "other": TeamFactory(name="Other"), None: None}
    maker = user_in("administrator")
    view = keep(maker, scope=scope, team=teams[whose], query={"city": ["Nowhere"]})
    assert (view in SavedView.objects.visible_to(sales)) is seen
    response = client_of(sales).get(f"{LIST}?view={view.pk}")
    assert (response.context["view"] == view) is seen
    assert client_of(sales).get(f"/api/v1/customers/?view={view.pk}").status_code == (200 if seen else 400)


def test_the_team_is_told_of_a_view_that_becomes_its_own(sales: User, user_in: Callable[..., User]) -> None:
    below = TeamFactory(parent=sales.team)
    told = [user_in("sales"), user_in("agent", team=below)]
    for role, fields in ((None, {}), ("sales", {"team": TeamFactory()}), ("sales", {"is_active": False})):
        user_in(role, **fields)
    view = keep(sales)
    assert not Notification.objects.exists()
    change_view(view, {"scope": ViewScope.TEAM, "team": sales.team}, by=sales)
    change_view(view, {"name": "Ours"}, by=sales)
    found = list(Notification.objects.order_by("user_id"))
    assert [(one.user, one.kind, one.url) for one in found] == [
        (user, "core.share_received", f"{LIST}?view={view.pk}") for user in told
    ]
    assert found[0].title == "Sales One shares a view with your team: Mine"


def test_a_view_made_for_a_team_is_told_at_once(sales: User, user_in: Callable[..., User]) -> None:
    colleague = user_in("agent")
    keep(sales, scope=ViewScope.TEAM, team=sales.team)
    assert Notification.objects.get().user == colleague


def test_nobody_touches_the_view_of_another(
    sales: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    view = keep(user_in("manager"), scope=ViewScope.PUBLIC)
    client = client_of(sales)
    for name in ("core:view-update", "core:view-delete"):
        assert client.get(reverse(name, args=[view.pk])).status_code == 404
    assert client.post(reverse("core:view-move", args=[view.pk])).status_code == 404
    assert client.delete(f"/api/v1/views/{view.pk}/").status_code in {403, 404}
    with pytest.raises(DomainError) as refused:
        change_view(view, {"name": "Stolen"}, by=sales)
    assert refused.value.code == "unknown_view"
    view.refresh_from_db()
    assert view.name == "Mine"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"name": " "}, "no_name"),
        ({"scope": "public"}, "may_not_publish"),
        ({"scope": "team"}, "no_team"),
        ({"query": {"password": ["x"]}}, "bad_query"),
        ({"query": "owner=1"}, "bad_query"),
    ],
)
def test_views_that_are_refused(sales: User, data: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        keep(sales, **data)
    assert refused.value.code == code


def test_a_name_is_used_once_in_any_case(sales: User) -> None:
    keep(sales, "Mine")
    with pytest.raises(DomainError) as refused:
        keep(sales, "MINE")
    assert refused.value.code == "name_taken"


def test_a_view_that_was_changed_meanwhile_is_not_overwritten(
    sales: User, client_of: Callable[[User], Client]
) -> None:
    view, client = keep(sales), client_of(sales)
    url = reverse("core:view-update", args=[view.pk])
    seen = client.get(url).context["form"]["version"].value()
    sent = {"name": "Second", "scope": ViewScope.PRIVATE.value, "version": seen}
    assert client.post(url, {**sent, "name": "First"}).status_code == 302
    answer = client.post(url, sent)
    assert (answer.status_code, "changed since you opened it" in answer.text) == (422, True)
    assert SavedView.objects.get(pk=view.pk).name == "First"


def test_views_are_ordered_by_hand_and_every_change_is_on_record(sales: User) -> None:
    first, second = keep(sales, "First"), keep(sales, "Second")
    move_view(second, earlier=True, by=sales)
    assert list(SavedView.objects.of_list(KEY)) == [second, first]
    delete_view(first, by=sales)
    actions = AuditEntry.objects.filter(subject_type="core.savedview").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["created", "created", "deleted"]


def test_the_list_opens_with_the_chosen_view(sales: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(sales)
    sent = {"name": "Quarter", "scope": "private", "is_default": "on", "token_owner": "@me"}
    address = f"{reverse('core:view-create', args=[KEY])}?query=owner%3D{sales.pk}"
    response = client.post(address, sent)
    view = SavedView.objects.get()
    assert response["Location"] == f"{LIST}?view={view.pk}"
    assert view.query == {"owner": ["@me"]}
    assert client.get(LIST)["Location"] == f"{LIST}?view={view.pk}"


def test_columns_are_chosen_ordered_and_masked(
    sales: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    CustomerFactory(name="Port", city="Ningbo", phone="0574-1234567", owner=sales, team=sales.team)
    client = client_of(sales)
    client.post(reverse("core:list-columns", args=[KEY]), {"columns": ["city", "phone", "name", "nonsense"]})
    page = client.get(LIST)
    assert [column.key for column in page.context["columns"]] == ["city", "phone", "name"]
    assert "0574-1234567" in page.content.decode()
    trainer = user_in("trainer")
    ListChoice.objects.create(user=trainer, list_key=KEY, columns=["name", "phone", "stake"])
    page = client_of(trainer).get(LIST)
    assert [column.key for column in page.context["columns"]] == ["name"]
    assert "0574-1234567" not in page.content.decode()


def test_columns_of_a_list_that_one_may_not_see_do_not_exist(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("trainer"))
    assert client.get(reverse("core:list-columns", args=["core.auditentry"])).status_code == 404
    assert client.get(reverse("core:list-columns", args=["no.such"])).status_code == 404
