"""Pages of notifications: the bell, its number, the list, opening, choosing, leaving, and the mail page."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail as outbox_of
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.domain.mails.sending import send_due
from core.domain.notice_choices import choices_of, unsubscribe_token
from core.domain.notifications import count_unread, notify
from core.models import Job, Notification, NotificationPreference, NotificationTiming, OutgoingMail
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
COUNT = "/notifications/count/"


@pytest.fixture
def person(user_in):
    return user_in("sales", language="en")


@pytest.fixture
def client(person, client_of):
    return client_of(person)


def say(user, kind="core.mention", title="Hello", **more):
    notify([user], kind=kind, title=title, **more)
    return Notification.objects.latest("pk")


def hidden_from(user):
    job = Job.objects.create(task="x", created_by=UserFactory())
    return say(user, title="Secret deal", body="Secret body", url="/secret/", subject=job)


# ---- the number on the bell -------------------------------------------------------------------------
def test_the_number_costs_one_query_beside_session_and_user(client, person):
    say(person)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(COUNT)

    assert answer.json() == {"unread": 1}
    [session, user, count] = [query["sql"] for query in queries]
    assert "django_session" in session
    assert '"core_user"' in user
    assert "core_notification" in count


def test_the_number_is_the_same_query_for_one_and_many_messages(client, person):
    for number in (1, 150):
        Notification.objects.bulk_create(
            Notification(user=person, kind="x", title="x") for _ in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(COUNT)
        assert len(queries) == 3
    assert client.get(COUNT).json() == {"unread": 100}


def test_a_number_that_the_page_knows_is_not_sent_again(client, person):
    say(person)
    first = client.get(COUNT)
    again = client.get(COUNT, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    say(person)
    assert client.get(COUNT, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_asking_for_the_number_does_not_prolong_the_session(client):
    ends = timezone.now() + timedelta(hours=1)
    Session.objects.update(expire_date=ends)
    answer = client.get(COUNT)

    assert Session.objects.get().expire_date == ends
    assert "sessionid" not in answer.cookies


def test_who_is_signed_out_is_told_to_stop_asking():
    assert Client().get(COUNT).status_code == 401


def test_mails_alone_do_not_count(client, person):
    Notification.objects.create(user=person, kind="x", title="x", in_app=False)
    assert client.get(COUNT).json() == {"unread": 0}
    assert "No notifications yet" in client.get("/notifications/").content.decode()


def test_the_bell_shows_the_number_on_every_page(client, person):
    assert 'data-unread="0"' in client.get("/").content.decode()
    Notification.objects.bulk_create(Notification(user=person, kind="x", title="x") for _ in range(120))
    page = client.get("/").content.decode()
    assert "99+" in page


# ---- what is shown of records out of reach -----------------------------------------------------------
@pytest.mark.parametrize("url", ["/", "/notifications/", "/notifications/panel/"])
def test_no_page_shows_words_about_what_is_out_of_reach(client, person, url):
    hidden_from(person)
    page = client.get(url).content.decode()

    assert "Secret" not in page
    assert "/secret/" not in page
    assert "A record that you can no longer see" in page


def test_the_api_shows_no_words_about_what_is_out_of_reach(client, person):
    hidden = hidden_from(person)
    for url in ("/api/v1/notifications/", f"/api/v1/notifications/{hidden.pk}/"):
        answer = client.get(url)
        assert "ecret" not in json.dumps(answer.json())
        assert '"is_hidden": true' in json.dumps(answer.json())


def test_opening_what_is_out_of_reach_says_so_kindly_and_marks_it_read(client, person):
    hidden = hidden_from(person)
    answer = client.get(reverse("core:notification-open", args=[hidden.pk]))

    assert answer.status_code == 404
    assert "can no longer see" in answer.content.decode()
    assert "Secret" not in answer.content.decode()
    assert count_unread(person.pk) == 0


def test_the_list_costs_the_same_for_one_and_three_rows(client, person):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/notifications/")
        return len(queries)

    say(person, subject=Job.objects.create(task="x", created_by=person))
    cost()
    one = cost()
    for _ in range(2):
        say(person, subject=Job.objects.create(task="x", created_by=person))
    assert cost() == one


# ---- opening and reading ----------------------------------------------------------------------------
def test_a_link_in_a_mail_leads_to_the_page_and_marks_the_message_read(client, person):
    message = say(person, url="/profile/")
    answer = client.get(reverse("core:notification-open", args=[message.pk]))

    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert count_unread(person.pk) == 0


def test_a_link_in_a_mail_asks_to_sign_in_first(person):
    message = say(person, url="/profile/")
    path = reverse("core:notification-open", args=[message.pk])
    answer = Client().get(path)

    assert answer["Location"] == f"/accounts/login/?next={path}"
    assert count_unread(person.pk) == 1


def test_messages_of_others_do_not_exist(client, user_in):
    message = say(user_in("sales"), url="/profile/")
    for method in (client.get, client.post):
        assert method(reverse("core:notification-open", args=[message.pk])).status_code == 404
    client.post("/notifications/read/", {"id": message.pk})
    assert Notification.objects.get(pk=message.pk).read_at is None


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test/", "/\\evil.test"])
def test_no_message_leads_away_from_us(client, person, url):
    message = say(person)
    Notification.objects.update(url=url)
    assert client.get(reverse("core:notification-open", args=[message.pk]))["Location"] == "/notifications/"


def test_one_message_is_marked_read_from_the_list(client, person):
    first, second = say(person), say(person)
    client.post("/notifications/read/", {"id": first.pk})
    assert list(Notification.objects.filter(read_at=None)) == [second]
    assert client.post("/notifications/read/", {"id": "x"}).status_code == 404


def test_the_list_is_filtered_by_kind_and_by_unread(client, person):
    say(person, title="Mentioned")
    say(person, kind="task_due", title="Due")
    Notification.objects.filter(title="Due").update(read_at=timezone.now())

    by_kind = client.get("/notifications/?kind=task_due").content.decode()
    assert "Due</button>" in by_kind
    assert "Mentioned</button>" not in by_kind
    unread = client.get("/notifications/?unread=on").content.decode()
    assert "Due</button>" not in unread


def test_the_api_marks_one_and_all_read(client, person, user_in):
    first = say(person)
    say(person)
    foreign = say(user_in("sales"))

    answer = client.post(f"/api/v1/notifications/{first.pk}/read/")
    assert answer.json()["read_at"] is not None
    assert client.post("/api/v1/notifications/read-all/").json() == {"read": 1}
    assert client.post(f"/api/v1/notifications/{foreign.pk}/read/").status_code == 404


# ---- choosing ---------------------------------------------------------------------------------------
def everything(**changes):
    """What the form sends when nothing is touched."""
    data = {"digest_at": "08:00", "quiet_days": list("0123456")}
    for key, choice in choices_of(UserFactory()).items():
        if choice.in_app:
            data[f"app:{key}"] = "on"
        data[f"mail:{key}"] = choice.mail
    return data | changes


def test_a_form_that_nobody_touched_stores_no_choice(client):
    answer = client.post("/profile/notifications/", everything())
    assert answer.status_code == 302
    assert not NotificationPreference.objects.exists()


def test_choices_are_stored_and_shown_again(client, person):
    data = everything(**{
        "mail:core.mention": "digest", "quiet_from": "22:00", "quiet_to": "07:00", "quiet_days": ["4", "5"],
        "digest_at": "09:30", "digest_on_workdays": "on", "paused_until": "2099-01-01",
    })  # fmt: skip
    del data["app:task_due"]
    client.post("/profile/notifications/", data)

    choices = choices_of(person)
    assert (choices["core.mention"].mail, choices["task_due"].in_app) == ("digest", False)
    timing = NotificationTiming.objects.get()
    assert (timing.quiet_days, str(timing.digest_at), timing.digest_on_workdays) == ("45", "09:30:00", True)
    page = client.get("/profile/notifications/").content.decode()
    assert 'value="22:00"' in page
    assert 'value="2099-01-01"' in page


def test_wrong_choices_are_shown_where_they_are(client):
    answer = client.post("/profile/notifications/", everything(quiet_from="22:00"))
    assert answer.status_code == 422
    assert "Quiet hours need a beginning and an end." in answer.content.decode()
    assert client.post("/profile/notifications/", everything(**{"mail:task_due": "x"})).status_code == 422


def test_choices_are_each_persons_own(client, user_in):
    other = user_in("sales")
    client.post("/profile/notifications/", everything(**{"mail:core.mention": "never"}))
    assert choices_of(other)["core.mention"].mail == "now"


def test_a_required_kind_sent_by_hand_stays_as_it_is(client, person):
    client.post("/profile/notifications/", everything(**{"mail:core.security": "never"}))
    assert choices_of(person)["core.security"].mail == "now"


def test_a_test_message_takes_the_way_of_all_others(client, person):
    client.post("/profile/notifications/test/")
    assert count_unread(person.pk) == 1
    assert send_due()["sent"] == 1
    assert outbox_of.outbox[0].to == [person.email]


def test_the_sample_is_shown_in_a_frame_that_can_do_nothing(client):
    answer = client.get("/profile/notifications/sample/?of=summary")
    policy = answer["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get("/profile/notifications/")
    assert "unsafe-inline" not in page["Content-Security-Policy"]


# ---- leaving by a link ------------------------------------------------------------------------------
def test_opening_the_link_changes_nothing_and_pressing_the_button_does(person):
    url = reverse("core:unsubscribe", args=[unsubscribe_token(person, "core.mention")])
    stranger = Client(enforce_csrf_checks=True)
    for _ in range(3):  # mail scanners open every link
        page = stranger.get(url)
    assert "You get mails about: Somebody mentions you." in page.content.decode()
    assert choices_of(person)["core.mention"].mail == "now"

    done = stranger.post(url, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert choices_of(person)["core.mention"].mail == "never"
    assert stranger.post(url).status_code == 200


def test_the_page_says_nothing_about_whose_mail_it_is(person):
    url = reverse("core:unsubscribe", args=[unsubscribe_token(person, "core.mention")])
    page = Client().get(url).content.decode()
    assert person.email not in page
    assert person.full_name not in page


def test_the_page_is_in_the_language_of_the_receiver(user_in):
    user = user_in("sales", language="zh-hans")
    url, client = reverse("core:unsubscribe", args=[unsubscribe_token(user, "core.mention")]), Client()
    assert '<html lang="zh-Hans"' in client.get(url).content.decode()

    client.cookies["django_language"] = "zh-hant"
    assert '<html lang="zh-Hant"' in client.get(url).content.decode()


def test_a_token_that_is_not_ours_is_like_no_page(person):
    token = unsubscribe_token(person, "core.mention")
    for wrong in (token[:-2] + "xx", "x", f"{person.pk}"):
        url = reverse("core:unsubscribe", args=[wrong])
        assert Client().get(url).status_code == 404
        assert Client().post(url).status_code == 404
    assert choices_of(person)["core.mention"].mail == "now"


# ---- the mail page ----------------------------------------------------------------------------------
def test_administrators_see_what_was_set_aside_and_send_it_again(user_in, client_of, person):
    say(person)
    OutgoingMail.objects.update(state="failed", attempts=5, error="SMTPDataError: too big")
    admin = client_of(user_in("administrator", language="en"))
    page = admin.get("/settings/mail/").content.decode()
    assert "SMTPDataError: too big" in page
    assert "0 waiting, 1 set aside, 0 sent in the last week" in page

    mail = OutgoingMail.objects.get()
    admin.post(reverse("core:mail-retry", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 0)
    assert admin.post(reverse("core:mail-retry", args=[mail.pk])).status_code == 409


def test_nobody_else_sees_the_mail_page(client):
    assert client.get("/settings/mail/").status_code == 403
    assert client.post("/settings/mail/retry/").status_code == 403
    assert client.post("/settings/mail/test/").status_code == 403


def test_the_mail_page_says_what_the_server_said(user_in, client_of, settings):
    admin = client_of(user_in("administrator", language="en"))
    assert admin.post("/settings/mail/test/").status_code == 302
    assert len(outbox_of.outbox) == 1

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = admin.post("/settings/mail/test/")
    assert "ConnectionRefusedError" in page.content.decode()


def test_the_mail_page_costs_the_same_for_one_and_three_rows(user_in, client_of):
    admin = client_of(user_in("administrator"))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            admin.get("/settings/mail/")
        return len(queries)

    say(UserFactory())
    cost()
    one = cost()
    say(UserFactory())
    say(UserFactory())
    assert cost() == one
