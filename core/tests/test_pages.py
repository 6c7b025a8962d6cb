"""Each page of the platform, seen by each role: who may open it, and what it shows and hides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from core.domain.tokens import make_token
from core.domain.users import update_user
from core.models import ApiToken, AuditEntry, ExchangeRate, Notification, Team, User
from core.roles import Role
from core.tests.factories import TeamFactory, UserFactory
from core.urls import urlpatterns
from core.views.base import RightsMixin

EVERYBODY = frozenset(Role.values)
ADMIN = frozenset({Role.ADMINISTRATOR.value})
WITH_TOKENS = frozenset({"sales", "manager", "analyst", "administrator", "integration"})
SEES_RATES = frozenset({"sales", "manager", "analyst", "administrator"})

#: URL name → roles that get an answer other than 403, for GET.
MAY_OPEN = {
    "home": EVERYBODY,
    "settings": EVERYBODY,
    "search": EVERYBODY,
    "profile": EVERYBODY,
    "factor-set-up": EVERYBODY,
    "factor-codes": EVERYBODY,
    "factor-remove": EVERYBODY,
    "sessions-end": EVERYBODY,
    "token-list": WITH_TOKENS,
    "token-create": WITH_TOKENS,
    "token-revoke": WITH_TOKENS,
    "user-list": EVERYBODY,
    "user-create": ADMIN,
    "user-detail": EVERYBODY,
    "user-update": ADMIN,
    "user-deactivate": ADMIN,
    "user-reactivate": ADMIN,
    "user-factor-reset": ADMIN,
    "user-sessions-end": ADMIN,
    "service-token-create": WITH_TOKENS,
    "team-list": EVERYBODY,
    "team-create": ADMIN,
    "team-update": ADMIN,
    "team-delete": ADMIN,
    "role-list": EVERYBODY,
    "organisation": ADMIN,
    "rate-list": SEES_RATES,
    "rate-create": ADMIN,
    "rate-update": ADMIN,
    "rate-delete": ADMIN,
    "audit-list": ADMIN,
    "branding": ADMIN,
    "system": ADMIN,
    "picklist-list": ADMIN,
    "help": EVERYBODY,
}
#: POST only, or the right depends on what is asked for: tested below one by one.
BY_HAND = {"preferences", "export-start", "export-download"}
#: About records of other kinds: `crm/tests/test_routes.py` tries each of them with every role.
ELSEWHERE = {
    "audit-check", "audit-detail", "bulk-detail", "bulk-start", "bulk-undo", "departure-cancel",
    "departure-detail", "departure-list", "list-columns", "record-history", "user-leave", "view-create",
    "view-delete", "view-list", "view-move", "view-replace", "view-update", "session-end", "help-topic",
    "logo", "recycle-bin", "recycle-purge", "recycle-restore",
    "picklist-detail", "picklist-value-change", "picklist-value-create", "picklist-value-delete",
    "picklist-value-merge", "picklist-value-update",
}  # fmt: skip
#: The token in the address is the right.
PUBLIC = {"unsubscribe", "logo", "callback-answer"}
OWN = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)]


@pytest.fixture
def records(db: Any, team: Team) -> dict[str, Any]:
    user = UserFactory(full_name="Wang Haitao", team=team)
    rate = ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 1), rate=Decimal("7.1"))
    return {"user": user, "team": TeamFactory(), "rate": rate}


def address(name: str, records: dict[str, Any], viewer: User) -> str:
    if name == "token-revoke":
        token = ApiToken.objects.filter(user=viewer).first()
        return reverse("core:token-revoke", args=[token.pk if token else 1])
    if name == "service-token-create":
        return reverse(f"core:{name}", args=[viewer.pk])
    kind = name.split("-")[0]
    if name.endswith(
        ("-update", "-delete", "-detail", "-deactivate", "-reactivate", "-factor-reset", "user-sessions-end")
    ):
        return reverse(f"core:{name}", args=[records[kind].pk])
    return reverse(f"core:{name}")


def give_token(user: User) -> None:
    now = timezone.now()
    ApiToken.objects.create(
        user=user, name="ERP", digest=f"{user.pk}", prefix="pn_x", expires_at=now + timedelta(days=1)
    )


def test_every_address_of_the_platform_is_in_the_matrix() -> None:
    assert {pattern.name for pattern in OWN} == set(MAY_OPEN) | BY_HAND | ELSEWHERE


def all_patterns(patterns: Any) -> Any:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from all_patterns(pattern.url_patterns)
        else:
            yield pattern


def test_every_view_declares_its_right() -> None:
    for pattern in all_patterns(urlpatterns):
        if pattern.name in PUBLIC:
            continue
        view = pattern.callback.view_class
        assert issubclass(view, RightsMixin), view
        action, model = view.required_right
        assert action == "signed-in" or model is not None


@pytest.mark.parametrize("role", Role.values)
def test_roles_open_what_they_may_and_nothing_else(
    role: str, records: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in(role)
    give_token(viewer)
    client = client_of(viewer)
    opened = {name for name in MAY_OPEN if client.get(address(name, records, viewer)).status_code == 200}
    refused = {name for name in MAY_OPEN if client.get(address(name, records, viewer)).status_code == 403}
    assert opened == {name for name, roles in MAY_OPEN.items() if role in roles}
    assert refused == set(MAY_OPEN) - opened


def test_without_a_role_only_the_own_pages_open(
    records: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in(None)
    client = client_of(viewer)
    answers = {name: client.get(address(name, records, viewer)).status_code for name in MAY_OPEN}
    assert {name for name, status in answers.items() if status == 200} == {
        "home",
        "settings",
        "profile",
        "factor-set-up",
        "factor-codes",
        "factor-remove",
        "sessions-end",
        "search",
        "help",
    }
    assert b"no role yet" in client.get(reverse("core:home")).content


def test_strangers_are_sent_to_the_sign_in_page(records: dict[str, Any], client: Client) -> None:
    for name in MAY_OPEN:
        response = client.get(address(name, records, records["user"]))
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("login"))


@pytest.mark.parametrize("name", sorted(MAY_OPEN))
def test_reading_changes_nothing(
    name: str, records: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("administrator")
    give_token(viewer)
    client = client_of(viewer)
    before = (
        AuditEntry.objects.count(),
        User.objects.count(),
        ApiToken.objects.values_list("revoked_at").first(),
    )
    client.get(address(name, records, viewer))
    after = (
        AuditEntry.objects.count(),
        User.objects.count(),
        ApiToken.objects.values_list("revoked_at").first(),
    )
    assert before == after


# ---- my day, messages -------------------------------------------------------------------------------
def test_home_greets_by_name_and_shows_unread_messages(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer, other = user_in("sales", full_name="Lena Fischer"), user_in("sales")
    Notification.objects.create(user=viewer, kind="x", title="Import finished")
    Notification.objects.create(user=other, kind="x", title="Somebody else's")
    Notification.objects.create(user=viewer, kind="x", title="Old news", read_at=timezone.now())
    page = client_of(viewer).get(reverse("core:home")).content.decode()
    assert "Lena Fischer" in page
    assert "Import finished" in page
    assert "Somebody else" not in page
    assert "Old news" not in page


def test_opening_a_message_marks_it_read_and_leads_on(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("sales")
    message = Notification.objects.create(user=viewer, kind="x", title="Done", url="/profile/")
    response = client_of(viewer).post(reverse("core:notification-open", args=[message.pk]))
    assert (response.status_code, response.url) == (302, "/profile/")
    message.refresh_from_db()
    assert message.read_at is not None


def test_a_message_never_leads_out_of_the_house(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("sales")
    message = Notification.objects.create(user=viewer, kind="x", title="Done", url="https://evil.test/")
    response = client_of(viewer).post(reverse("core:notification-open", args=[message.pk]))
    assert response.url == reverse("core:notification-list")


def test_a_message_of_somebody_else_does_not_exist(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    message = Notification.objects.create(user=user_in("sales"), kind="x", title="Done")
    response = client_of(user_in("administrator")).post(reverse("core:notification-open", args=[message.pk]))
    assert response.status_code == 404


def test_marking_all_read_leaves_other_peoples_messages(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer, other = user_in("sales"), user_in("sales")
    for user in (viewer, viewer, other):
        Notification.objects.create(user=user, kind="x", title="Done")
    answer = client_of(viewer).post(reverse("core:notification-read"), headers={"HX-Request": "true"})
    assert b"Mark all read" not in answer.content
    assert list(Notification.objects.unread().values_list("user", flat=True)) == [other.pk]


def test_the_bell_shows_the_newest_few(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("sales")
    for number in range(12):
        Notification.objects.create(user=viewer, kind="x", title=f"Message {number}.")
    panel = client_of(viewer).get(reverse("core:notification-panel")).content.decode()
    assert "Message 11." in panel
    assert "Message 3." not in panel


# ---- preferences and profile ------------------------------------------------------------------------
def test_preferences_are_stored_and_lead_back(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("agent")
    client = client_of(viewer)
    response = client.post(reverse("core:preferences"), {"language": "zh-hans", "next": "/profile/?a=1"})
    assert (response.status_code, response.url) == (302, "/profile/?a=1")
    answer = client.post(reverse("core:preferences"), {"theme": "dark"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    viewer.refresh_from_db()
    assert (viewer.language, viewer.theme) == ("zh-hans", "dark")
    assert 'lang="zh-Hans"' in client.get("/profile/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "", "/\\evil.test"]
)
def test_preferences_never_lead_out_of_the_house(
    target: str, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    response = client_of(user_in("agent")).post(
        reverse("core:preferences"), {"theme": "dark", "next": target}
    )
    assert response.url == reverse("core:home")


def test_an_unknown_preference_is_refused(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    response = client_of(user_in("agent")).post(reverse("core:preferences"), {"theme": "pink"})
    assert response.status_code == 400


def test_profile_saves_what_is_ones_own(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    viewer = user_in("agent")
    form = {"full_name": "陈思远", "email": "chen@example.test", "title": "顾问", "language": "zh-hant"}
    form |= {"time_zone": "Europe/Berlin", "theme": "light", "density": "comfortable", "is_superuser": "1"}
    response = client_of(viewer).post(reverse("core:profile"), form)
    assert response.status_code == 302
    viewer.refresh_from_db()
    assert (viewer.full_name, viewer.time_zone, viewer.is_superuser) == ("陈思远", "Europe/Berlin", False)


def test_a_taken_address_is_shown_at_its_field_and_everything_is_kept(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    UserFactory(email="taken@example.test")
    viewer = user_in("agent")
    form = {"full_name": "Typed name", "email": "Taken@example.test", "theme": "auto", "density": "compact"}
    response = client_of(viewer).post(reverse("core:profile"), form)
    assert response.status_code == 422
    assert "Typed name" in response.content.decode()
    viewer.refresh_from_db()
    assert viewer.full_name != "Typed name"


# ---- tokens -----------------------------------------------------------------------------------------
def test_a_new_token_is_shown_once(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> None:
    viewer = user_in("sales")
    client = client_of(viewer)
    day = timezone.localdate() + timedelta(days=30)
    page = client.post(
        reverse("core:token-create"), {"name": "ERP", "expires_on": day.isoformat(), "scopes": ["*:read"]}
    )
    assert (page.status_code, page["Cache-Control"]) == (201, "no-store")
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert secret not in client.get(reverse("core:profile")).content.decode()


def test_a_token_beyond_a_year_is_refused(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    day = timezone.localdate() + timedelta(days=800)
    page = client_of(user_in("sales")).post(
        reverse("core:token-create"), {"name": "ERP", "expires_on": day.isoformat()}
    )
    assert page.status_code == 422
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_token_until_a_day_that_no_clock_tells_is_refused(
    day: str, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    page = client_of(user_in("sales")).post(
        reverse("core:token-create"), {"name": "ERP", "expires_on": day, "scopes": ["*:read"]}
    )
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["expires_on"]


def test_a_token_for_a_colleague_is_refused(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    colleague = user_in("sales")
    day = timezone.localdate() + timedelta(days=5)
    page = client_of(user_in("administrator")).post(
        reverse("core:service-token-create", args=[colleague.pk]),
        {"name": "x", "expires_on": day.isoformat()},
    )
    assert page.status_code == 422
    assert ApiToken.objects.count() == 0


def test_the_token_of_somebody_else_cannot_be_revoked(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    owner = user_in("sales")
    now = timezone.now()
    token, _secret = make_token(
        owner, name="ERP", expires_at=now + timedelta(days=1), scopes=["*:read"], by=owner, at=now
    )
    address = reverse("core:token-revoke", args=[token.pk])
    assert client_of(user_in("manager")).post(address).status_code == 404
    assert client_of(user_in("administrator")).post(address).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


# ---- users, teams, organisation, rates, audit -------------------------------------------------------
def test_an_administrator_creates_and_edits_a_user(
    team: Team, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    form = {
        "full_name": "周敏",
        "username": "zhou",
        "email": "",
        "team": team.pk,
        "roles": ["sales", "trainer"],
    }
    response = client.post(reverse("core:user-create"), form)
    created = User.objects.get(username="zhou")
    assert response.url == reverse("core:user-detail", args=[created.pk])
    assert not created.has_usable_password()
    response = client.post(reverse("core:user-update", args=[created.pk]), {**form, "roles": ["manager"]})
    assert response.status_code == 302
    assert list(created.groups.values_list("name", flat=True)) == ["manager"]


def test_two_forms_of_one_user_do_not_overwrite_each_other(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    shown = user_in("sales", full_name="Zhou", username="zhou", email="")
    first, second = (user_in("administrator", full_name=name) for name in ("Ada", "Bo"))
    url = reverse("core:user-update", args=[shown.pk])
    seen = client_of(second).get(url).context["form"]["version"].value()
    form = {
        "full_name": "Zhou",
        "username": "zhou",
        "team": shown.team_id,
        "language": "en",
        "version": seen,
        "roles": ["sales"],
    }
    changed = {**form, "title": "Lead", "roles": ["sales", "manager"]}
    assert client_of(first).post(url, changed).status_code == 302

    answer = client_of(second).post(url, {**form, "title": "Senior", "time_zone": "Asia/Tokyo"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada saved this record while you were editing." in page
    assert "Nothing you typed is lost." in page
    rows = {row["label"]: (row["old"], row["new"], row["typed"]) for row in answer.context["conflict"]}
    assert rows == {
        "Roles": ("Sales", "Manager, Sales", "Sales"),
        "Job title": (None, "Lead", "Senior"),
    }
    assert 'value="Senior"' in page
    shown.refresh_from_db()
    assert (shown.title, shown.time_zone, shown.groups.count()) == ("Lead", "", 2)

    again = {**form, "title": "Senior", "version": answer.context["form"]["version"].value()}
    assert client_of(second).post(url, again).status_code == 302
    shown.refresh_from_db()
    assert (shown.title, shown.groups.count()) == ("Senior", 1)


def test_the_own_profile_does_not_overwrite_what_an_administrator_saved(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    person = user_in("agent", full_name="Zhou", email="")
    client, url = client_of(person), reverse("core:profile")
    seen = client.get(url).context["form"]["version"].value()
    update_user(person, {"title": "Lead"}, by=user_in("administrator", full_name="Ada"))
    client.post(reverse("core:preferences"), {"theme": "dark"})

    form = {"full_name": "Zhou", "title": "", "theme": "dark", "density": "compact", "version": seen}
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert [row["label"] for row in answer.context["conflict"]] == ["Job title"]
    person.refresh_from_db()
    assert person.title == "Lead"


def test_a_weak_first_password_is_refused_at_its_field(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    form = {"full_name": "Zhou", "username": "zhou", "password": "123456789012"}
    response = client.post(reverse("core:user-create"), form)
    assert response.status_code == 422
    assert response.context["form"].errors["password"]


def test_details_of_a_user_hide_rights_and_history_from_colleagues(
    records: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    address = reverse("core:user-detail", args=[records["user"].pk])
    assert b'id="rights"' not in client_of(user_in("sales")).get(address).content
    shown = client_of(user_in("administrator")).get(address).content
    assert b'id="rights"' in shown
    assert b'id="history"' in shown


def test_switching_off_asks_first_and_then_keeps_out(
    records: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    other = client_of(records["user"])
    client = client_of(user_in("administrator"))
    address = reverse("core:user-deactivate", args=[records["user"].pk])
    question = client.get(address, headers={"HX-Request": "true"})
    assert b"<html" not in question.content
    assert client.post(address).status_code == 302
    assert other.get(reverse("core:home")).status_code == 302
    again = client.post(address)
    assert again.status_code == 409
    assert b"switched off already" in again.content


def test_teams_are_shown_as_a_tree(
    team: Team,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
    django_assert_num_queries: Any,
) -> None:
    client = client_of(user_in("administrator"))
    TeamFactory(name="Ningbo", parent=TeamFactory(name="Zhejiang", parent=team))
    page = client.get(reverse("core:team-list"))
    assert [(row.name, row.depth) for row in page.context["teams"]] == [
        ("East China", 0),
        ("Zhejiang", 1),
        ("Ningbo", 2),
    ]


def test_a_team_that_is_in_use_is_not_deleted(
    team: Team, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    response = client_of(user_in("administrator")).post(reverse("core:team-delete", args=[team.pk]))
    assert response.status_code == 409
    assert Team.objects.filter(pk=team.pk).exists()


def test_the_organisation_is_changed_by_administrators(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    form = {
        "name": "远航企业大学",
        "base_currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "second_factor": "off",
        "keep_run_days": "180",
    }
    response = client_of(user_in("administrator")).post(reverse("core:organisation"), form)
    assert response.status_code == 302
    assert (
        "远航企业大学"
        in client_of(user_in("administrator")).get(reverse("core:organisation")).content.decode()
    )


def test_rates_are_entered_changed_and_deleted(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    form = {"currency": "EUR", "valid_from": "2026-01-01", "rate": "7.8"}
    assert client.post(reverse("core:rate-create"), form).status_code == 302
    rate = ExchangeRate.objects.get()
    changed = client.post(reverse("core:rate-update", args=[rate.pk]), {**form, "rate": "7.9"})
    assert changed.status_code == 302
    rate.refresh_from_db()
    assert rate.rate == Decimal("7.9")
    assert client.post(reverse("core:rate-create"), {**form, "currency": "CNY"}).status_code == 422
    assert client.post(reverse("core:rate-delete", args=[rate.pk])).status_code == 302
    assert ExchangeRate.objects.count() == 0


def test_the_settings_page_offers_what_the_role_may_open(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    for role in Role.values:
        client = client_of(user_in(role))
        groups = client.get(reverse("core:settings")).context["groups"]
        for card in (card for _group, _words, cards in groups for card in cards):
            assert client.get(reverse(card.url_name)).status_code == 200, (role, card.key)


def test_audit_filters_by_person_action_record_and_day(
    team: Team, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    admin = user_in("administrator")
    client = client_of(admin)
    form = {"name": "North", "lead": admin.pk}
    client.post(reverse("core:team-create"), form)
    north = Team.objects.get(name="North")
    today = timezone.localdate().isoformat()
    address = reverse("core:audit-list")
    asked = {"actor": admin.pk, "action": "created", "subject_type": "core.team", "subject_id": north.pk}
    page = client.get(address, {**asked, "since": today, "until": today})
    assert [entry.subject_label for entry in page.context["page"].rows] == ["North"]
    assert ("Name", "–", "North") in page.context["page"].rows[0].described
    assert len(page.context["filter_chips"]) == 6
    assert client.get(address, {"until": "2020-01-01"}).context["page"].rows == []
    assert client.get(address, {"subject_id": "9" * 30}).status_code == 400


def test_lists_cost_the_same_queries_for_one_row_and_for_three(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    client.get(reverse("core:user-list"))
    for name, add in {
        "user-list": lambda: UserFactory(),
        "team-list": lambda: TeamFactory(),
        "audit-list": lambda: TeamFactory(),
        "rate-list": lambda: ExchangeRate.objects.create(
            currency="USD", rate=2, valid_from=date(2026, 1, 1) + timedelta(days=ExchangeRate.objects.count())
        ),
    }.items():
        add()
        counts = []
        for _time in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(reverse(f"core:{name}"))
            counts.append(len(queries))
            add()
            add()
        assert counts[0] == counts[1] <= 12, name
