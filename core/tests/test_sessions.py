"""Where people are signed in, asking again before weighty changes, and what browsers are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.browsers import browser_name
from core.choices import AuditAction
from core.domain.password_letters import send_letter
from core.domain.sessions import end_session, forget_sessions, sessions_of
from core.domain.users import deactivate_user, reactivate_user
from core.errors import Conflict
from core.models import ApiToken, AuditEntry, Job, Notification, Organisation, User, UserSession
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
PASSWORD = "kx93-mulberry-lane"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def chen(user_in: Callable[..., User]) -> User:
    user = user_in("sales", username="chen")
    user.set_password(PASSWORD)
    user.save()
    return user


def browser(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.force_login(user)
    forget_note(client)
    client.get(reverse("core:profile"))
    return client


def forget_note(client: Client) -> None:
    """Make the session one that no table knows, as those from before the table."""
    session = client.session
    del session["noted"]
    session.save()
    UserSession.objects.filter(session_key=session.session_key).delete()


def is_signed_in(client: Client) -> bool:
    return bool(client.get(reverse("core:profile")).status_code == 200)


# ---- sessions ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)
def test_browsers_have_names(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_a_browser_is_noted_with_the_first_page_and_again_after_minutes(chen: User) -> None:
    client = Client(headers={"User-Agent": FIREFOX})
    with time_machine.travel(NOW, tick=False):
        client.force_login(chen)
        forget_note(client)
        client.get(reverse("core:profile"))
    row = UserSession.objects.get()
    assert (row.user, row.browser, row.address, row.since) == (chen, "Firefox, Linux", "127.0.0.1", NOW)
    for minutes, seen in ((4, NOW), (6, NOW + timedelta(minutes=6))):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get(reverse("core:profile"))
        row.refresh_from_db()
        assert (row.seen_at, row.since) == (seen, NOW)


def test_signing_in_notes_the_browser_at_once(chen: User) -> None:
    client = Client(headers={"User-Agent": FIREFOX})
    client.post(reverse("login"), {"username": "chen", "password": PASSWORD})
    row = UserSession.objects.get()
    assert (row.user, row.browser, row.session_key) == (chen, "Firefox, Linux", client.session.session_key)


def test_a_noted_session_is_left_alone_for_minutes(chen: User) -> None:
    client = browser(chen)
    before = list(UserSession.objects.values())
    client.get(reverse("core:profile"))
    assert list(UserSession.objects.values()) == before


def test_ending_one_session_leaves_the_others(chen: User) -> None:
    here, there = browser(chen), browser(chen)
    row = UserSession.objects.get(session_key=there.session.session_key)
    url = reverse("core:session-end", args=[row.pk])
    assert here.get(url).status_code == 200
    here.post(url)
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    line = AuditEntry.objects.filter(action=AuditAction.SESSIONS_ENDED).get()
    assert (line.actor, line.note) == (chen, "Firefox, Linux, 127.0.0.1")
    with pytest.raises(Conflict):
        end_session(row, by=chen)


def test_nobody_ends_the_session_of_somebody_else(chen: User, user_in: Callable[..., User]) -> None:
    victim, other = browser(chen), browser(user_in("administrator"))
    row = UserSession.objects.get(user=chen)
    assert other.post(reverse("core:session-end", args=[row.pk])).status_code == 404
    assert is_signed_in(victim)


def test_signing_out_everywhere_else_keeps_this_browser(chen: User) -> None:
    here, there = browser(chen), browser(chen)
    unknown = Client()
    unknown.force_login(chen)
    forget_note(unknown)
    assert here.post(reverse("core:sessions-end"))["Location"] == reverse("core:profile")
    assert [is_signed_in(client) for client in (here, there, unknown)] == [True, False, False]
    assert [row.session_key for row in sessions_of(chen, at=timezone.now())] == [here.session.session_key]


def test_the_profile_shows_browsers_and_which_is_this_one(chen: User) -> None:
    here = browser(chen)
    browser(chen, "Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1")
    text = here.get(reverse("core:profile")).content.decode()
    assert text.count("this browser") == 1
    assert "Safari, iPhone" in text


def test_signing_out_takes_the_browser_off_the_list(chen: User) -> None:
    here = browser(chen)
    here.post(reverse("logout"))
    assert not UserSession.objects.exists()


def test_switching_off_ends_sessions_for_good(chen: User, user_in: Callable[..., User]) -> None:
    admin, client = user_in("administrator"), browser(chen)
    deactivate_user(chen, by=admin, at=timezone.now())
    reactivate_user(chen, by=admin)
    assert not is_signed_in(client)


def test_a_new_password_ends_other_sessions(chen: User) -> None:
    here, there = browser(chen), browser(chen)
    fresh = "another-long-word"
    data = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    assert here.post(reverse("password_change"), data).status_code == 302
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert UserSession.objects.get().session_key == here.session.session_key
    assert Notification.objects.get(user=chen).title == "Your password was changed"


def test_the_old_password_cannot_be_guessed_in_a_browser_left_open(chen: User) -> None:
    client = browser(chen)
    data = {"old_password": "wrong", "new_password1": "x" * 20, "new_password2": "x" * 20}
    pages = [client.post(reverse("password_change"), data).content.decode() for _time in range(5)]
    assert ["Too many failed attempts" in page for page in pages] == [False] * 4 + [True]


def test_an_administrator_signs_somebody_out_everywhere(chen: User, user_in: Callable[..., User]) -> None:
    admin, victim = browser(user_in("administrator", full_name="Root")), browser(chen)
    page = admin.get(chen.get_absolute_url()).content.decode()
    assert "Firefox, Linux" in page
    admin.post(reverse("core:user-sessions-end", args=[chen.pk]))
    assert not is_signed_in(victim)
    assert Notification.objects.get(user=chen).title == "Root signed you out everywhere"
    manager = browser(user_in("manager"))
    assert manager.post(reverse("core:user-sessions-end", args=[chen.pk])).status_code == 403


def test_nobody_stays_signed_in_for_longer_than_a_week(chen: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(chen)
    at = NOW
    while at < NOW + timedelta(days=7):
        with time_machine.travel(at, tick=False):
            assert is_signed_in(client)
        at += timedelta(hours=11)
    with time_machine.travel(at, tick=False):
        assert not is_signed_in(client)


def test_what_ran_out_is_swept(chen: User) -> None:
    browser(chen)
    living = browser(chen)
    Session.objects.exclude(session_key=living.session.session_key).update(expire_date=NOW)
    assert len(sessions_of(chen, at=timezone.now())) == 1
    UserSession.objects.update(seen_at=NOW - timedelta(days=1))
    assert forget_sessions(at=timezone.now()) == 1
    assert UserSession.objects.get().session_key == living.session.session_key
    assert Session.objects.count() == 1


# ---- asked again ------------------------------------------------------------------------------------
@pytest.fixture
def stale(chen: User) -> Client:
    """A browser in which the password was typed a while ago."""
    return stale_browser(chen)


def stale_browser(user: User) -> Client:
    client = browser(user)
    session = client.session
    session["proved_at"] = int((timezone.now() - timedelta(minutes=16)).timestamp())
    session.save()
    return client


def token_form(**more: str) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=9)
    return {"name": "ERP", "expires_on": f"{day:%Y-%m-%d}", "scopes": ["*:read"], **more}


def test_a_token_asks_for_the_password_again(stale: Client) -> None:
    url = reverse("core:token-create")
    assert "proof" in stale.get(url).context["form"].fields
    for proof, words in (("", "Show that it is you"), ("wrong", "neither your password nor")):
        refused = stale.post(url, token_form(proof=proof))
        assert refused.status_code == 422
        assert words in str(refused.context["form"].errors["proof"])
    assert not ApiToken.objects.exists()
    assert stale.post(url, token_form(proof=PASSWORD)).status_code == 201
    assert "proof" not in stale.get(url).context["form"].fields


def test_soon_after_signing_in_nothing_is_asked(chen: User) -> None:
    client = browser(chen)
    assert "proof" not in client.get(reverse("core:token-create")).context["form"].fields
    assert client.post(reverse("core:token-create"), token_form()).status_code == 201


def test_proofs_cannot_be_guessed(stale: Client) -> None:
    url = reverse("core:token-create")
    for _time in range(5):
        stale.post(url, token_form(proof="wrong"))
    refused = stale.post(url, token_form(proof=PASSWORD))
    assert "Too many failed attempts" in refused.content.decode()
    assert not ApiToken.objects.exists()


def test_a_new_address_is_asked_for_and_a_new_name_is_not(stale: Client, chen: User) -> None:
    url = reverse("core:profile")
    form = {"full_name": "Chen", "email": chen.email, "theme": "auto", "density": "compact", "language": "en"}
    assert stale.post(url, form).status_code == 302
    refused = stale.post(url, {**form, "email": "new@example.test"})
    assert refused.status_code == 422
    assert 'value="new@example.test"' in refused.content.decode()
    chen.refresh_from_db()
    assert (chen.full_name, chen.email != "new@example.test") == ("Chen", True)
    stale.post(url, {**form, "email": "new@example.test", "proof": PASSWORD})
    chen.refresh_from_db()
    assert chen.email == "new@example.test"


def test_rights_are_given_after_a_proof(chen: User, user_in: Callable[..., User]) -> None:
    admin = user_in("administrator", username="root")
    admin.set_password(PASSWORD)
    admin.save()
    client, url = stale_browser(admin), reverse("core:user-update", args=[chen.pk])
    form = {"full_name": "Chen", "username": "chen", "email": chen.email, "team": chen.team_id}
    assert client.post(url, {**form, "roles": ["sales"], "title": "Rep"}).status_code == 302
    raised = {**form, "roles": ["sales", "manager"]}
    assert client.post(url, raised).status_code == 422
    assert not chen.groups.filter(name="manager").exists()
    assert client.post(url, {**raised, "proof": PASSWORD}).status_code == 302
    assert chen.groups.filter(name="manager").exists()


def test_a_service_is_made_after_a_proof(user_in: Callable[..., User]) -> None:
    user = user_in(None, username="erp")
    client, url = stale_browser(user_in("administrator")), reverse("core:user-update", args=[user.pk])
    form = {"full_name": "ERP", "username": "erp", "email": user.email, "team": user.team_id}
    assert client.post(url, {**form, "is_service": "on"}).status_code == 422
    user.refresh_from_db()
    assert not user.is_service


def test_the_policy_is_changed_after_a_proof(user_in: Callable[..., User]) -> None:
    client = stale_browser(user_in("administrator"))
    form = {"name": "Perennial", "base_currency": "CNY", "time_zone": "Asia/Shanghai", "keep_run_days": "180"}
    assert client.post(reverse("core:organisation"), {**form, "second_factor": "off"}).status_code == 302
    assert (
        client.post(reverse("core:organisation"), {**form, "second_factor": "everybody"}).status_code == 422
    )
    assert Organisation.load().second_factor == "off"


def test_a_factor_is_reset_after_a_proof_only(chen: User, user_in: Callable[..., User]) -> None:
    client = stale_browser(user_in("administrator"))
    url = reverse("core:user-factor-reset", args=[chen.pk])
    assert "proof" in client.get(url).content.decode()
    assert client.post(url).status_code == 422


# ---- letters ----------------------------------------------------------------------------------------
def test_asking_for_a_letter_answers_the_same_whoever_exists(chen: User) -> None:
    answers = []
    for email in (chen.email, "nobody@example.test"):
        response = Client().post(reverse("password_reset"), {"email": email})
        answers.append((response.status_code, response["Location"]))
    assert answers[0] == answers[1] == (302, reverse("password_reset_done"))
    assert not mail.outbox
    assert Job.objects.filter(task="core.tasks.send_password_letter").count() == 2


def test_the_letter_leads_to_our_address_in_the_language_of_the_reader(chen: User, settings: Any) -> None:
    settings.SITE_URL = "https://crm.example.com"
    User.objects.filter(pk=chen.pk).update(language="zh-hans")
    assert send_letter(chen.email.upper()) == 1
    assert send_letter("nobody@example.test") == 0
    (letter,) = mail.outbox
    assert letter.to == [chen.email]
    link = next(line for line in letter.body.splitlines() if line.startswith("https://crm.example.com/"))
    client = Client()
    page = client.get(link.removeprefix("https://crm.example.com"), follow=True)
    fresh = "another-long-word"
    client.post(page.request["PATH_INFO"], {"new_password1": fresh, "new_password2": fresh})
    chen.refresh_from_db()
    assert chen.check_password(fresh)


def test_who_was_made_without_a_password_chooses_one_by_letter() -> None:
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    assert send_letter(user.email) == 1


def test_nobody_gets_letters_who_may_not_sign_in() -> None:
    UserFactory(email="off@example.test", is_active=False)
    UserFactory(email="erp@example.test", is_service=True)
    assert [send_letter(email) for email in ("off@example.test", "erp@example.test")] == [0, 0]


def test_a_mailbox_is_not_flooded(chen: User) -> None:
    for _time in range(8):
        response = Client().post(reverse("password_reset"), {"email": chen.email})
        assert response["Location"] == reverse("password_reset_done")
    assert Job.objects.filter(task="core.tasks.send_password_letter").count() == 4


# ---- headers and cookies ----------------------------------------------------------------------------
def test_pages_of_signed_in_people_are_not_kept(chen: User) -> None:
    page = browser(chen).get(reverse("core:profile"))
    assert page["Cache-Control"] == "private, no-store"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in page["Permissions-Policy"]
    assert page["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(chen: User) -> None:
    client = Client()
    client.post(reverse("login"), {"username": "chen", "password": PASSWORD})
    assert client.session["signed_in_at"]
    for name in ("sessionid", "perennial_device"):
        assert (client.cookies[name]["httponly"], client.cookies[name]["samesite"]) == (True, "Lax")
    assert client.cookies["perennial_device"]["path"] == "/accounts/"
