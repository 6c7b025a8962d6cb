"""The second factor: set up with a code, asked at every sign-in, each code good once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from core import totp
from core.choices import AuditAction
from core.domain.second_factor import (
    RECOVERY_CODES,
    accept_code,
    codes_left,
    has_factor,
    new_offer,
    offered_secret,
    remove_factor,
    renew_codes,
    reset_factor,
    set_up_factor,
)
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification, Organisation, RecoveryCode, SecondFactor, User, UserSession
from core.sealing import Unreadable, seal, unseal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PASSWORD = "kx93-mulberry-lane"


@pytest.fixture
def chen(user_in: Callable[..., User]) -> User:
    user = user_in("sales", username="chen")
    user.set_password(PASSWORD)
    user.save()
    return user


def code_at(secret: str, at: datetime) -> str:
    return totp.code_of(secret, totp.step_at(at))


def set_up(user: User, at: datetime = NOW) -> tuple[str, list[str]]:
    offer = new_offer()
    secret = offered_secret(offer)
    codes = set_up_factor(user, offer=offer, code=code_at(secret, at), keep="", at=at)
    return secret, codes


def first_step(client: Client) -> Any:
    return client.post(reverse("login"), {"username": "chen", "password": PASSWORD, "next": "/search/?q=a"})


def second_step(client: Client, code: str) -> Any:
    return client.post(reverse("sign_in_code"), {"code": code})


def is_signed_in(client: Client) -> bool:
    return bool(client.get(reverse("core:profile")).status_code == 200)


# ---- the maths --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromtimestamp(seconds, tz=UTC)
    assert code_at(secret, at) == code
    assert totp.step_of(secret, f"{code[:3]} {code[3:]}", at=at) == seconds // 30


@pytest.mark.parametrize(
    ("drift", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_one_step_of_drift_counts(drift: int, is_right: bool) -> None:
    secret = totp.new_secret()
    code = code_at(secret, NOW + timedelta(seconds=drift))
    assert (totp.step_of(secret, code, at=NOW) is not None) == is_right


@pytest.mark.parametrize("typed", ["", "12345", "１２３４５６", "abcdef", "0" * 400])
def test_nonsense_is_no_code(typed: str) -> None:
    assert totp.step_of(totp.new_secret(), typed, at=NOW) is None


def test_the_address_for_the_app_names_account_and_organisation() -> None:
    address = totp.address_of("ABCD", account="chen", issuer="培训 & Co")
    assert address.startswith("otpauth://totp/%E5%9F%B9%E8%AE%AD%20%26%20Co%3Achen?secret=ABCD&issuer=")


# ---- at rest ----------------------------------------------------------------------------------------
def test_the_secret_is_sealed_and_survives_a_new_key(chen: User, settings: Any) -> None:
    secret, codes = set_up(chen)
    stored = str(SecondFactor.objects.values().get()) + str(list(RecoveryCode.objects.values()))
    assert secret not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    assert accept_code(chen, code_at(secret, LATER), at=LATER)
    assert accept_code(chen, codes[0], at=LATER)
    settings.SECRET_KEY_FALLBACKS = []
    after = LATER + timedelta(minutes=1)
    assert not accept_code(chen, code_at(secret, after), at=after)


def test_each_purpose_has_its_own_key() -> None:
    sealed = seal("text", purpose="one")
    assert unseal(sealed, purpose="one") == "text"
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="other")


# ---- verbs ------------------------------------------------------------------------------------------
def test_setting_up_needs_the_right_code_and_tells_the_person(chen: User) -> None:
    offer = new_offer()
    with pytest.raises(DomainError) as refused:
        set_up_factor(chen, offer=offer, code="000000", keep="", at=NOW)
    assert (refused.value.code, list(refused.value.fields)) == ("wrong_code", ["code"])
    assert not has_factor(chen)
    _secret, codes = set_up(chen)
    assert (has_factor(chen), len(set(codes)), codes_left(chen)) == (True, RECOVERY_CODES, RECOVERY_CODES)
    line = AuditEntry.objects.about(chen).filter(action=AuditAction.CHANGED).get()
    assert (line.changes, line.actor) == ({"factor": [False, True]}, chen)
    assert Notification.objects.get(user=chen).kind == "core.security"


def test_a_code_counts_once_even_for_two_requests_that_read_it_at_once(chen: User) -> None:
    secret, _codes = set_up(chen)
    step = totp.step_at(LATER)
    # Both have found the code to be right; the conditional update lets one through.
    rows = [SecondFactor.objects.filter(user=chen).unspent(step) for _request in range(2)]
    assert [row.update(last_step=step) for row in rows] == [1, 0]
    assert not accept_code(chen, code_at(secret, LATER), at=LATER)


def test_a_code_is_spent_and_so_are_those_before_it(chen: User) -> None:
    secret, _codes = set_up(chen)
    assert not accept_code(chen, code_at(secret, NOW), at=NOW)
    assert accept_code(chen, code_at(secret, LATER), at=LATER)
    assert not accept_code(chen, code_at(secret, LATER), at=LATER)
    assert not accept_code(chen, code_at(secret, LATER - timedelta(seconds=30)), at=LATER)


def test_a_recovery_code_works_once_however_it_is_typed_and_the_person_is_told(chen: User) -> None:
    _secret, codes = set_up(chen)
    assert accept_code(chen, f" {codes[3].lower().replace('-', ' ')} ", at=LATER)
    assert not accept_code(chen, codes[3], at=LATER)
    assert codes_left(chen) == RECOVERY_CODES - 1
    assert "9" in Notification.objects.filter(user=chen).latest("pk").title


def test_recovery_codes_of_somebody_else_are_nothing(chen: User, user_in: Callable[..., User]) -> None:
    _secret, codes = set_up(chen)
    zhou = user_in("sales")
    set_up(zhou)
    assert not accept_code(zhou, codes[0], at=LATER)


def test_new_recovery_codes_replace_the_former(chen: User) -> None:
    _secret, former = set_up(chen)
    fresh = renew_codes(chen)
    assert not accept_code(chen, former[0], at=LATER)
    assert accept_code(chen, fresh[0], at=LATER)
    with pytest.raises(Conflict):
        remove_factor(chen, keep="")
        renew_codes(chen)


def test_another_app_takes_the_place_of_the_former(chen: User) -> None:
    former, codes = set_up(chen)
    secret, _codes = set_up(chen, LATER)
    after = LATER + timedelta(minutes=1)
    assert not accept_code(chen, code_at(former, after), at=after)
    assert not accept_code(chen, codes[0], at=after)
    assert accept_code(chen, code_at(secret, after), at=after)


def test_who_must_have_a_factor_cannot_remove_it(chen: User) -> None:
    set_up(chen)
    Organisation.load()
    Organisation.objects.update(second_factor="everybody")
    with pytest.raises(DomainError) as refused:
        remove_factor(chen, keep="")
    assert refused.value.code == "factor_is_required"
    Organisation.objects.update(second_factor="leaders")
    remove_factor(chen, keep="")
    assert not has_factor(chen)


def test_an_administrator_resets_a_factor_and_the_person_is_told(
    chen: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    admin = user_in("administrator", full_name="Root")
    set_up(chen)
    browser = client_of(chen)
    assert is_signed_in(browser)
    with pytest.raises(PermissionDenied):
        reset_factor(chen, by=user_in("manager"))
    reset_factor(chen, by=admin)
    assert not has_factor(chen)
    assert not is_signed_in(browser)
    line = AuditEntry.objects.about(chen).filter(action=AuditAction.CHANGED).first()
    assert line is not None
    assert (line.actor, line.changes) == (admin, {"factor": [True, False]})
    assert Notification.objects.filter(user=chen).latest("pk").title == "Root reset your second factor"
    with pytest.raises(Conflict):
        reset_factor(chen, by=admin)


def test_an_administrator_does_not_reset_the_own_factor(user_in: Callable[..., User]) -> None:
    admin = user_in("administrator")
    set_up(admin)
    with pytest.raises(DomainError) as refused:
        reset_factor(admin, by=admin)
    assert refused.value.code == "not_yourself"


def test_the_command_line_helps_the_last_administrator(chen: User) -> None:
    set_up(chen)
    call_command("reset_second_factor", "Chen")
    assert not has_factor(chen)
    for name in ("chen", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)


def test_administrators_read_how_many_have_a_factor_before_they_ask_for_it(
    chen: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    set_up(chen)
    page = client_of(user_in("administrator")).get(reverse("core:organisation"))
    assert "Set up so far: 1 of 2 people." in page.content.decode()


# ---- signing in in two steps ------------------------------------------------------------------------
def test_the_password_alone_does_not_sign_in(chen: User) -> None:
    set_up(chen)
    client = Client()
    assert first_step(client)["Location"] == reverse("sign_in_code")
    assert not is_signed_in(client)
    assert client.get(reverse("sign_in_code")).status_code == 200


def test_password_and_code_sign_in_and_lead_where_one_wanted_to_go(chen: User) -> None:
    with time_machine.travel(NOW, tick=False):
        secret, _codes = set_up(chen)
    client = Client()
    with time_machine.travel(LATER, tick=False):
        first_step(client)
        assert second_step(client, "000000").status_code == 200
        assert not is_signed_in(client)
        answer = second_step(client, code_at(secret, LATER))
        assert (answer.status_code, answer["Location"]) == (302, "/search/?q=a")
        assert is_signed_in(client)
        again = Client()
        first_step(again)
        assert second_step(again, code_at(secret, LATER)).status_code == 200
        assert not is_signed_in(again)


def test_a_recovery_code_signs_in(chen: User) -> None:
    _secret, codes = set_up(chen)
    client = Client()
    first_step(client)
    second_step(client, codes[0])
    assert is_signed_in(client)


def test_the_page_of_the_code_is_for_who_typed_a_password(chen: User) -> None:
    set_up(chen)
    assert Client().get(reverse("sign_in_code"))["Location"] == reverse("login")
    assert second_step(Client(), "123456")["Location"] == reverse("login")


def test_the_second_step_runs_out_and_dies_with_the_password(chen: User) -> None:
    with time_machine.travel(NOW, tick=False):
        _secret, codes = set_up(chen)
        slow, outdated = Client(), Client()
        first_step(slow)
        first_step(outdated)
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert second_step(slow, codes[0])["Location"] == reverse("login")
    chen.set_password("another-long-word")
    chen.save()
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert second_step(outdated, codes[0])["Location"] == reverse("login")
        assert not is_signed_in(outdated)


def test_codes_cannot_be_guessed(chen: User) -> None:
    with time_machine.travel(NOW, tick=False):
        _secret, codes = set_up(chen)
        client = Client()
        first_step(client)
        answers = [second_step(client, "000000").status_code for _time in range(5)]
        assert answers == [200] * 4 + [429]
        assert second_step(client, codes[0]).status_code == 429
    actions = list(AuditEntry.objects.about(chen).values_list("action", flat=True))
    assert (actions.count(AuditAction.SIGN_IN_FAILED), actions.count(AuditAction.SIGN_IN_LOCKED)) == (4, 1)


# ---- pages ------------------------------------------------------------------------------------------
def test_setting_up_on_the_page(chen: User, client_of: Callable[[User], Client]) -> None:
    here, elsewhere = client_of(chen), client_of(chen)
    assert is_signed_in(elsewhere)
    page = here.get(reverse("core:factor-set-up"))
    text = page.content.decode()
    secret = page.context["secret"]
    assert totp.in_groups(secret) in text
    assert 'class="qr"' in text
    assert "style=" not in text
    wrong = here.post(reverse("core:factor-set-up"), {"code": "000000"})
    assert (wrong.status_code, wrong.context["secret"]) == (422, secret)
    code = code_at(secret, datetime.now(tz=UTC))
    done = here.post(reverse("core:factor-set-up"), {"code": code})
    assert (done.status_code, done["Cache-Control"], len(done.context["codes"])) == (201, "no-store", 10)
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    shown = here.get(reverse("core:profile")).content.decode()
    assert "10 recovery codes are left." in shown
    assert here.get(reverse("core:factor-set-up")).context["secret"] != secret


def test_codes_and_removal_on_the_page(chen: User, client_of: Callable[[User], Client]) -> None:
    set_up(chen)
    client = client_of(chen)
    assert client.get(reverse("core:factor-codes")).status_code == 200
    assert client.post(reverse("core:factor-codes")).status_code == 201
    assert client.post(reverse("core:factor-remove"))["Location"] == reverse("core:profile")
    assert not has_factor(chen)
    assert is_signed_in(client)
    assert client.post(reverse("core:factor-codes")).status_code == 422


# ---- the organisation's policy ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("policy", "role", "is_held_up"),
    [
        ("off", "administrator", False),
        ("leaders", "administrator", True),
        ("leaders", "manager", True),
        ("leaders", "sales", False),
        ("everybody", "sales", True),
    ],
)
def test_who_lacks_a_factor_is_led_to_it_and_can_do_nothing_else(
    policy: str,
    role: str,
    is_held_up: bool,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    Organisation.load()
    Organisation.objects.update(second_factor=policy)
    client = client_of(user_in(role))
    page, api = client.get("/"), client.get("/api/v1/customers/")
    assert (page.status_code == 302, api.status_code == 403) == (is_held_up, is_held_up)
    assert client.get(reverse("core:factor-set-up")).status_code == 200
    if not is_held_up:
        return
    assert page["Location"] == reverse("core:factor-set-up")
    assert api.json()["code"] == "second_factor_required"
    assert {"type", "title", "status", "code", "detail", "errors"} == set(api.json())
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == reverse("core:factor-set-up")
    secret = client.get(reverse("core:factor-set-up")).context["secret"]
    client.post(reverse("core:factor-set-up"), {"code": code_at(secret, datetime.now(tz=UTC))})
    assert client.get("/").status_code == 200
    assert UserSession.objects.exists()
