"""Files of people, teams and exchange rates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.domain.rates import set_rate
from core.domain.teams import create_team
from core.imports.faults import Fault
from core.imports.targets import target_of
from core.models import AuditEntry, ExchangeRate, ImportRun, Job, Team, User
from core.tests.factories import TeamFactory, UserFactory
from core.tests.imports import counts, faults, imported, undone

pytestmark = pytest.mark.django_db

USERS, TEAMS, RATES = "core.user", "core.team", "core.exchangerate"
USER_HEAD = "登录名,姓名,邮箱,职务,部门,角色,语言,时区,在职\n"
USER_FILE = USER_HEAD + (
    "liwei,李伟,liwei@a.cn,客户经理,East China,销售,简体中文,Asia/Shanghai,\n"
    "chenc,陈晨,chen@a.cn,,East China,客服专员、培训,English,,是\n"
    "old,离职者,,,,,,,否\n"
)
TEAM_FILE = "团队,上级团队,负责人\n华东区,,\n上海部,华东区,li\n浦东组,上海部,\n"
RATE_FILE = "币种,日期,汇率\n美元,2026-01-01,7.1825\nEUR,2026-01-01,7.85\nUSD,2026-02-01,7.2\n"
FILES = {USERS: USER_FILE, TEAMS: TEAM_FILE, RATES: RATE_FILE}


@pytest.fixture
def chief(user_in: Callable[..., User]) -> User:
    UserFactory(username="li", full_name="Li Lei")
    return user_in("administrator")


def stored() -> list:
    people = User.objects.order_by("pk").values_list(
        "username",
        "full_name",
        "email",
        "title",
        "team",
        "language",
        "time_zone",
        "is_active",
        "groups__name",
    )
    teams = Team.objects.order_by("pk").values_list("name", "parent__name", "lead")
    return [
        *people,
        *teams,
        *ExchangeRate.objects.order_by("pk").values_list("currency", "valid_from", "rate"),
    ]


# ---- every kind -------------------------------------------------------------------------------------
@pytest.mark.parametrize("target", FILES)
def test_file_comes_in_once_and_is_taken_back(chief: User, target: str) -> None:
    empty = stored()
    run = imported(target, FILES[target], chief)
    assert (faults(run), counts(run)) == ({}, {"created": 3})
    full = stored()

    assert counts(imported(target, FILES[target], chief)) == {"duplicate": 3}
    assert stored() == full
    run = undone(run, chief)
    assert (run.counts["undone"], run.counts["left"]) == (3, 0)
    assert stored() == empty


@pytest.mark.parametrize(
    ("target", "changed"),
    [
        (USERS, USER_FILE.replace("客户经理", "总监").replace("销售", "销售、经理")),
        (TEAMS, TEAM_FILE.replace("浦东组,上海部", "浦东组,华东区")),
        (RATES, RATE_FILE.replace("7.85", "7.9")),
    ],
)
def test_undo_of_a_change_restores_what_was_there(chief: User, target: str, changed: str) -> None:
    imported(target, FILES[target], chief)
    full = stored()
    run = imported(target, changed, chief)
    assert counts(run) == {"updated": 1, "duplicate": 2}
    assert stored() != full

    assert undone(run, chief).counts["undone"] == 1
    assert stored() == full


@pytest.mark.parametrize("target", FILES)
def test_dry_run_asks_the_database_as_often_for_many_rows(chief: User, target: str) -> None:
    head, *_rows = FILES[target].splitlines()
    line = {
        USERS: "u{n},N,u{n}@a.cn,,East China,销售,,,",
        TEAMS: "T{n},East China,li",
        RATES: "USD,2026-01-{n:02d},7.1",
    }[target]
    queries = []
    for count in (2, 2, 25):
        text = "\n".join([head, *(line.format(n=n) for n in range(1, count + 1))])
        with CaptureQueriesContext(connection) as found:
            assert faults(imported(target, text, chief, dry_run=True)) == {}
        queries.append(len(found))

    assert queries[1] == queries[2]


@pytest.mark.parametrize("target", FILES)
@pytest.mark.parametrize("role", ["agent", "sales", "manager", "analyst", "integration"])
def test_only_administrators_import_them(user_in: Callable, target: str, role: str) -> None:
    with pytest.raises(PermissionDenied):
        imported(target, FILES[target], user_in(role))


def said(target: str, run: ImportRun) -> set[str]:
    return {
        target_of(target).say(Fault.from_json(fault)) for line in run.lines.all() for fault in line.faults
    }


def judged(
    target: str, head: str, wrong: list[tuple[str, str]], sound: list[str], by: User, **options
) -> None:
    """Every wrong row has its fault, every sound one none, and each fault has its words."""
    text = head + "\n".join([*(row for row, _code in wrong), *sound]) + "\n"
    run = imported(target, text, by, dry_run=True, **options)
    assert faults(run) == {line: [code] for line, (_row, code) in enumerate(wrong, start=2)}
    assert not any("%(" in words or "cannot be imported" in words for words in said(target, run))


# ---- people -----------------------------------------------------------------------------------------
def test_faults_of_people(chief: User, user_in: Callable) -> None:
    user_in(None, username="robot", is_service=True)
    user_in(None, username="taken", email="taken@a.cn")
    wrong = [
        (",甲,a@a.cn,,,,,,", "required"),
        ("a1,,a1@a.cn,,,,,,", "required"),
        ("a 2,甲,a2@a.cn,,,,,,", "login_name_spaces"),
        ("a3,甲,a3,,,,,,", "bad_email"),
        ("a4,甲,TAKEN@a.cn,,,,,,", "email_taken"),
        ("a5,甲,,,,,,,", "address_needed"),
        ("a6,甲,a6@a.cn,,East Chin,,,,", "no_such_team_near"),
        ("a7,甲,a7@a.cn,,没有,,,,", "no_such_team"),
        ("a8,甲,a8@a.cn,,,总裁,,,", "no_such_role"),
        ("a9,甲,a9@a.cn,,,,克林贡语,,", "no_such_language"),
        ("a10,甲,a10@a.cn,,,,,Mars/Base,", "no_such_zone"),
        ("a11,甲,a11@a.cn,,,,,,也许", "not_boolean"),
        ("robot,甲,,,,,,,", "service_user"),
        ("taken,甲,,,,,,,否", "switched_elsewhere"),
        (f"{chief.username},甲,,,,销售,,,", "own_office"),
    ]
    sound = ["b1,乙,b1@a.cn,主管,East China,经理、管理员,繁體中文,Asia/Taipei,是", "b2,乙,,,,,,,否"]
    judged(USERS, USER_HEAD, wrong, sound, chief, sends_letter=True)


def test_one_address_is_of_one_person_in_the_file(chief: User) -> None:
    text = USER_HEAD + "a1,甲,a@a.cn,,,,,,\na2,乙,A@a.cn,,,,,,\n"

    assert faults(imported(USERS, text, chief, dry_run=True)) == {3: ["value_twice"]}


def test_new_people_have_no_password_and_get_a_letter_where_asked_for(chief: User) -> None:
    imported(USERS, USER_FILE, chief)
    assert not Job.objects.filter(task="core.tasks.send_password_letter").exists()
    assert not User.objects.get(username="liwei").has_usable_password()
    assert not User.objects.get(username="old").is_active

    more = USER_HEAD + "new,新人,new@a.cn,,,,,,\nleft,旧人,left@a.cn,,,,,,否\n"
    imported(USERS, more, chief, sends_letter=True)
    letters = Job.objects.filter(task="core.tasks.send_password_letter")
    assert [job.payload["email"] for job in letters] == ["new@a.cn"]


def test_undo_deletes_who_never_came_switches_off_who_is_named_and_leaves_who_signed_in(chief: User) -> None:
    run = imported(USERS, USER_FILE, chief)
    User.objects.filter(username="liwei").update(last_login=timezone.now())
    create_team({"name": "Led", "lead": User.objects.get(username="chenc")}, by=chief)
    run = undone(run, chief)

    assert dict(run.lines.values_list("line", "undone")) == {2: "in_use", 3: "done", 4: "done"}
    assert User.objects.get(username="liwei").is_active
    assert not User.objects.get(username="chenc").is_active
    assert Team.objects.get(name="Led").lead is not None
    assert not User.objects.filter(username="old").exists()
    gone = AuditEntry.objects.get(subject_type="core.user", action="deleted")
    assert gone.subject_label == "离职者"


def test_undo_leaves_people_who_were_changed_since(chief: User) -> None:
    run = imported(USERS, USER_FILE, chief)
    User.objects.filter(username="chenc").update(title="Somebody changed it")

    assert dict(undone(run, chief).lines.values_list("line", "undone"))[3] == "changed_since"


def test_page_asks_again_before_people_are_written(chief: User, client: Client) -> None:
    chief.set_password("correct horse battery")
    chief.save()
    client.force_login(chief)
    session = client.session
    session["proved_at"] = 0
    session.save()
    run = imported(USERS, USER_FILE, chief, dry_run=True)
    start, prove = (reverse(name, args=[run.pk]) for name in ("core:import-run", "core:import-prove"))

    assert client.post(start).headers["Location"] == prove
    run.refresh_from_db()
    assert run.state == "checked"
    assert client.get(prove).status_code == 200
    wrong = client.post(prove, {"proof": "wrong"})
    assert wrong.status_code in {200, 422}
    right = client.post(prove, {"proof": "correct horse battery"})
    assert right.headers["Location"] == reverse("core:import-result", args=[run.pk])
    run.refresh_from_db()
    assert run.state == "importing"


def test_page_asks_again_before_people_are_taken_back(chief: User, client: Client) -> None:
    chief.set_password("correct horse battery")
    chief.save()
    client.force_login(chief)
    run = imported(USERS, USER_FILE, chief)
    session = client.session
    session["proved_at"] = 0
    session.save()
    undo = reverse("core:import-undo", args=[run.pk])

    assert 'name="proof"' in client.get(undo).text
    for typed in ({}, {"proof": "wrong"}):
        assert client.post(undo, typed).status_code == 422
    run.refresh_from_db()
    assert run.state == "done"
    right = client.post(undo, {"proof": "correct horse battery"})
    assert right.headers["Location"] == reverse("core:import-result", args=[run.pk])
    run.refresh_from_db()
    assert run.state == "undoing"


# ---- teams ------------------------------------------------------------------------------------------
def test_faults_of_teams(chief: User) -> None:
    UserFactory(full_name="Wang Wei", username="w1")
    UserFactory(full_name="Wang Wei", username="w2")
    top = TeamFactory(name="Top")
    TeamFactory(name="Low", parent=top)
    wrong = [
        (",East China,", "required"),
        ("A,没有,", "parent_team_unknown"),
        ("B,Below,", "parent_team_unknown"),
        ("C,C,", "team_below_itself"),
        ("Top,Low,", "team_below_itself"),
        ("D,,没有人", "no_such_person"),
        ("E,,Li Le", "no_such_person_near"),
        ("F,,Wang Wei", "several_people"),
        ("G" * 101 + ",,", "too_long"),
    ]
    judged(TEAMS, "团队,上级团队,负责人\n", wrong, ["Below,Top,Li Lei", "Low,East China,w1"], chief)


def test_teams_find_those_above_them_in_the_file_and_in_the_house(chief: User) -> None:
    imported(TEAMS, TEAM_FILE + "苏州部,east china,\n", chief)

    found = dict(Team.objects.values_list("name", "parent__name"))
    assert found["浦东组"] == "上海部"
    assert found["苏州部"] == "East China"
    assert Team.objects.get(name="上海部").lead.username == "li"


def test_teams_are_one_whatever_the_width_of_their_letters(chief: User) -> None:
    text = "团队,上级团队,负责人\nＮorth,,\nＮorth Two,North,\nNorth Three,Ｎorth,\n"
    imported(TEAMS, text, chief)
    found = dict(Team.objects.filter(name__contains="orth ").values_list("name", "parent__name"))
    assert found == {"Ｎorth Two": "Ｎorth", "North Three": "Ｎorth"}

    twice = "团队,上级团队,负责人\nＳouth,,\nSouth,North,\n"
    assert faults(imported(TEAMS, twice, chief, dry_run=True)) == {3: ["same_key_twice"]}


def test_team_with_people_stays(chief: User) -> None:
    run = imported(TEAMS, TEAM_FILE, chief)
    UserFactory(team=Team.objects.get(name="浦东组"))

    assert dict(undone(run, chief).lines.values_list("line", "undone")) == {
        2: "in_use",
        3: "in_use",
        4: "in_use",
    }


# ---- rates ------------------------------------------------------------------------------------------
def test_faults_of_rates(chief: User) -> None:
    wrong = [
        (",2026-01-01,7.1", "required"),
        ("USD,,7.1", "required"),
        ("USD,2026-01-02,", "required"),
        ("XYZ,2026-01-03,7.1", "unknown_choice"),
        ("CNY,2026-01-04,1", "rate_of_base"),
        ("USD,2026-02-30,7.1", "no_such_day"),
        ("USD,1890-01-01,7.1", "excel_zero_date"),
        ("USD,2026-01-05,seven", "not_a_number"),
        ("USD,2026-01-06,0", "rate_not_positive"),
        ("USD,2026-01-07,-7.1", "rate_not_positive"),
        ("USD,2026-01-08,7.123456789", "rate_too_fine"),
        ("USD,2026-01-10,0.00000000001", "rate_too_fine"),
        ("USD,2026-01-09,10000000000", "too_large"),
    ]
    judged(
        RATES, "币种,日期,汇率\n", wrong, ["英镑,2026-01-01,9.12345678", "日元,2026年1月2日,0.0465"], chief
    )


def test_rates_of_a_bank_are_for_a_hundred_units(chief: User) -> None:
    imported(RATES, "币种,日期,汇率\n美元,2026-01-01,718.25\n", chief, units="100")

    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.valid_from, rate.rate) == ("USD", date(2026, 1, 1), Decimal("7.1825"))


def test_undo_leaves_a_rate_that_somebody_corrected(chief: User) -> None:
    run = imported(RATES, RATE_FILE, chief)
    set_rate("EUR", date(2026, 1, 1), Decimal("7.86"), by=chief)

    assert dict(undone(run, chief).lines.values_list("line", "undone")) == {
        2: "done",
        3: "changed_since",
        4: "done",
    }
    assert list(ExchangeRate.objects.values_list("currency", "rate")) == [("EUR", Decimal("7.86"))]


# ---- pages ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("page", "target"), [("core:user-list", USERS), ("core:team-list", TEAMS), ("core:rate-list", RATES)]
)
def test_lists_offer_the_import_to_administrators(
    client_of: Callable, chief: User, user_in: Callable, page: str, target: str
) -> None:
    address = reverse("core:import-create", args=[target])

    assert address in client_of(chief).get(reverse(page)).content.decode()
    assert client_of(chief).get(address).status_code == 200
    other = user_in("manager")
    assert address not in client_of(other).get(reverse(page)).content.decode()
    assert client_of(other).get(address).status_code == 403


def test_page_of_new_imports_shows_what_one_may_import(
    client_of: Callable, chief: User, user_in: Callable
) -> None:
    page = reverse("core:import-targets")
    shown, less = (client_of(user).get(page).content.decode() for user in (chief, user_in("manager")))

    for target in (USERS, TEAMS, RATES, "complaints.calendarday"):
        assert reverse("core:import-create", args=[target]) in shown
        assert reverse("core:import-create", args=[target]) not in less
    assert reverse("core:import-create", args=["complaints.complaint"]) in less


def test_new_imports_begin_with_customers_and_end_with_what_their_files_name(
    client_of: Callable, chief: User, user_in: Callable
) -> None:
    page = reverse("core:import-targets")
    shown, less = (client_of(user).get(page) for user in (chief, user_in("manager")))

    assert [[target.key for target in targets] for _group, _words, targets in shown.context["groups"]] == [
        ["customers.customer", "customers.contact", "customers.order", "customers.product"],
        ["customers.interaction", "customers.task", "complaints.complaint"],
        [USERS, TEAMS, RATES, "complaints.calendarday"],
    ]
    assert "<h2>Organisation</h2>" in shown.content.decode()
    assert "<h2>Organisation</h2>" not in less.content.decode()
