"""E-mail: what a letter says to whom, when it leaves, and what happens when it cannot."""

from __future__ import annotations

import re
import socket
from datetime import timedelta

import pytest
from django.core import mail as outbox_of
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy

from core.choices import JobState
from core.domain.mails.composing import OUT_OF_SIGHT, READ_ALREADY, SWITCHED_OFF, sample
from core.domain.mails.sending import (
    ask_for_sending,
    claim_mail,
    move_latecomers,
    send_again,
    send_all_again,
    send_due,
    try_connection,
)
from core.domain.mails.tries import BACK_OFF, Tries
from core.domain.notice_choices import Choice, save_choices, unsubscribe
from core.domain.notifications import notify
from core.domain.users import update_user
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, Notification, Organisation, OutgoingMail
from core.tests.factories import UserFactory
from core.tests.mailboxes import mail_server, use_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://crm.example.test"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def box(settings):
    with mail_server(settings) as found:
        yield found


def say(users, kind="core.mention", title="Hello", **more):
    notify(users, kind=kind, title=title, **more)


def make_due():
    """Let the time come for every mail; the key of a summary names its time, so it moves along."""
    for mail in OutgoingMail.objects.filter(state="waiting").order_by("pk"):
        OutgoingMail.objects.filter(pk=mail.pk).update(
            due_at=timezone.now() - timedelta(seconds=1), key=f"earlier-{mail.pk}"
        )


def letter():
    [found] = outbox_of.outbox
    return found


def html_of(message):
    [(content, kind)] = message.alternatives
    assert kind == "text/html"
    return content


# ---- letters ----------------------------------------------------------------------------------------
def test_a_letter_has_both_forms_and_links_to_our_own_address():
    user = UserFactory(full_name="Mei Chen", email="mei@example.test")
    say([user], title="Sam mentioned you", body="Can you send the dates?", url="/customers/1/")
    send_due()

    message, found = letter(), Notification.objects.get()
    link = f"https://crm.example.test{reverse('core:notification-open', args=[found.pk])}"
    assert (message.subject, message.to) == ("Sam mentioned you", ["mei@example.test"])
    for content in (message.body, html_of(message)):
        assert link in content
        assert "Hello Mei Chen," in content
        assert "Can you send the dates?" in content
        assert "https://crm.example.test/profile/notifications/" in content


def test_a_letter_says_that_a_machine_wrote_it_and_how_to_leave():
    say([UserFactory()])
    send_due()

    headers = letter().extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"]
    assert re.fullmatch(r"<https://crm\.example\.test/unsubscribe/[\w:.-]+/>", address)
    assert address.strip("<>") in letter().body
    assert headers["Message-ID"] == OutgoingMail.objects.get().message_id


def test_security_mails_offer_no_way_to_leave():
    say([UserFactory()], kind="core.security")
    send_due()

    assert "List-Unsubscribe" not in letter().extra_headers
    assert "unsubscribe" not in letter().body + html_of(letter())


def test_nothing_in_a_letter_is_fetched_from_anywhere():
    say([UserFactory()])
    send_due()
    assert re.findall(r"<(?:img|link|script|iframe)|url\(|@import|src=", html_of(letter())) == []


def test_what_people_typed_is_escaped_in_markup_and_plain_in_text():
    say([UserFactory(full_name="<b>Mei</b>")], title="<script>alert(1)</script>", body="a < b & c")
    send_due()

    assert "<script>" not in html_of(letter())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html_of(letter())
    assert "&lt;b&gt;Mei&lt;/b&gt;" in html_of(letter())
    assert "a < b & c" in letter().body


@pytest.mark.parametrize("text", ["x\r\nBcc: all@evil.test", "x\nBcc: all@evil.test", "x\u2028Bcc: y"])
def test_no_header_comes_in_by_a_title_or_a_name(box, text):
    organisation = Organisation.load()
    organisation.name = text
    organisation.save()
    say([UserFactory()], title="%(t)s", params={"t": text})
    Notification.objects.update(title=text)  # even past the cleaning of `notify`

    send_due()

    [sent] = box.letters
    assert sent["Bcc"] is None
    assert sent["Subject"].replace("\u2028", " ").startswith("x Bcc:")
    assert len(sent.get_all("From")) == 1


def test_a_letter_is_in_the_language_of_its_receiver():
    users = [UserFactory(language=code, full_name="Li") for code in ("en", "zh-hans", "zh-hant")]
    notify(users, kind="core.mention", title=gettext_lazy("Settings"))
    send_due()

    english, simplified, traditional = outbox_of.outbox
    assert [m.subject for m in outbox_of.outbox] == ["Settings", "设置", "設定"]
    assert "Hello Li," in english.body
    assert '<html lang="en">' in html_of(english)
    assert '<html lang="zh-Hans">' in html_of(simplified)
    assert '<html lang="zh-Hant">' in html_of(traditional)


@pytest.mark.parametrize("kind", ["core.mention", "task_due"], ids=["at-once", "summary"])
def test_a_mail_says_the_same_in_three_languages(kind):
    codes = ("en", "zh-hans", "zh-hant")
    for code in codes:
        say([UserFactory(language=code, full_name="Li")], kind=kind, title="Title", body="Body")
    make_due()
    send_due()

    shapes = set()
    for code, message in zip(codes, outbox_of.outbox, strict=True):
        with translation.override(code):
            words = [gettext("Hello %(receiver)s,") % {"receiver": "Li"}, gettext("Choose what you get")]
            if kind == "task_due":
                words += [gettext("See all notifications"), gettext("A task is due today")]
            else:
                words += [gettext("Open in Perennial"), gettext("No more mails of this kind")]
        for content in (message.body, html_of(message)):
            assert [word for word in words if word not in content] == []
        shapes.add((message.body.count("\n"), message.body.count("https://"), html_of(message).count("<")))
    assert len(shapes) == 1


def test_a_summary_groups_by_kind_and_tells_each_thing_once():
    user = UserFactory()
    say([user], kind="task_due", title="Due today: Call")
    say([user], kind="task_due", title="Due today: Write")
    say([user], kind="customer_assigned", title="You are now responsible for Harbour")
    make_due()

    assert send_due()["sent"] == 1
    assert letter().subject == "3 notifications for you"
    for title in ("Due today: Call", "Due today: Write", "You are now responsible for Harbour"):
        assert letter().body.count(title) == 1
        assert html_of(letter()).count(title) == 1
    assert letter().body.count("A task is due today") == 1
    assert Notification.objects.filter(mailed_at__isnull=False).count() == 3
    assert send_due()["sent"] == 0


def test_a_summary_tells_times_in_the_zone_of_the_receiver():
    user = UserFactory(time_zone="Asia/Tokyo")
    say([user], kind="task_due")
    moment = timezone.now().replace(year=2026, month=3, day=1, hour=20, minute=15)
    Notification.objects.update(created_at=moment)
    make_due()
    send_due()

    assert "2 Mar 2026" in letter().body
    assert "05:15" in letter().body


def test_a_summary_leaves_out_what_was_read_and_is_not_sent_when_nothing_is_left():
    user = UserFactory()
    say([user], kind="task_due", title="Read one")
    say([user], kind="task_due", title="Unread one")
    Notification.objects.filter(title="Read one").update(read_at=timezone.now())
    make_due()
    send_due()
    assert "Read one" not in letter().body

    say([user], kind="task_due", title="Another")
    Notification.objects.update(read_at=timezone.now())
    make_due()
    assert send_due()["suppressed"] == 1
    assert len(outbox_of.outbox) == 1
    assert OutgoingMail.objects.latest("pk").error == READ_ALREADY


def test_a_long_summary_names_some_and_counts_the_rest():
    user = UserFactory()
    for number in range(53):
        say([user], kind="task_due", title=f"Thing {number}.")
    make_due()
    send_due()

    assert letter().body.count("Thing ") == 50
    assert "and 3 more" in letter().body


def test_a_summary_has_no_words_about_what_is_out_of_sight(user_in):
    user = user_in("sales")
    job = Job.objects.create(task="x", created_by=UserFactory())
    say([user], kind="task_due", title="Secret deal", body="Secret body", subject=job)
    say([user], kind="task_due", title="Open deal")
    make_due()
    send_due()

    for content in (letter().body, html_of(letter())):
        assert "Secret" not in content
        assert "A record that you can no longer see" in content
        assert "Open deal" in content


def suppressed_because():
    assert send_due()["suppressed"] == 1
    assert outbox_of.outbox == []
    return OutgoingMail.objects.get().error


def test_a_mail_about_what_is_out_of_sight_is_not_sent(user_in):
    say([user_in("sales")], subject=Job.objects.create(task="x", created_by=UserFactory()))
    assert suppressed_because() == OUT_OF_SIGHT


def test_a_mail_that_was_read_in_the_app_meanwhile_is_not_sent():
    say([UserFactory()])
    Notification.objects.update(read_at=timezone.now())
    assert suppressed_because() == READ_ALREADY


def test_a_mail_is_not_sent_to_who_left_that_kind_meanwhile():
    user = UserFactory()
    say([user])
    unsubscribe(user, "core.mention")
    assert suppressed_because() == SWITCHED_OFF


def test_a_mail_is_not_sent_to_who_was_switched_off_meanwhile():
    user = UserFactory()
    say([user])
    user.is_active = False
    user.save()
    assert "cannot sign in" in suppressed_because()


def test_a_mail_of_a_kind_that_is_gone_is_not_sent():
    say([UserFactory()])
    OutgoingMail.objects.update(kind="of_a_package_that_was_taken_out")
    assert "no longer there" in suppressed_because()


def test_quiet_hours_that_began_later_hold_a_mail_back_without_an_attempt():
    user = UserFactory(time_zone="UTC")
    say([user])
    now = timezone.now()
    save_choices(
        user,
        {},
        {"quiet_from": (now - timedelta(minutes=5)).time(), "quiet_to": (now + timedelta(hours=1)).time()},
    )

    assert send_due()["waiting"] == 1
    mail = OutgoingMail.objects.get()
    assert (mail.attempts, mail.state) == (0, "waiting")
    assert mail.due_at > now + timedelta(minutes=50)
    assert outbox_of.outbox == []


@pytest.mark.parametrize("summary", [True, False])
def test_the_sample_looks_like_a_mail(user_in, summary):
    user = user_in("sales", full_name="Mei Chen")
    assert "Hello Mei Chen," in sample(user, summary=summary)


# ---- the sender -------------------------------------------------------------------------------------
def test_a_mail_goes_over_the_wire_as_it_was_made(box):
    user = UserFactory(email="mei@example.test", language="zh-hans")
    notify([user], kind="core.mention", title=gettext_lazy("Settings"))
    send_due()

    [sent] = box.letters
    assert (sent["To"], sent["Subject"]) == ("mei@example.test", "设置")
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert sent["Message-ID"] == OutgoingMail.objects.get().message_id
    assert sent["Auto-Submitted"] == "auto-generated"


def test_nothing_is_sent_before_it_is_due_and_nothing_of_a_change_that_was_undone():
    user = UserFactory()
    say([user], kind="task_due")
    with pytest.raises(RuntimeError), transaction.atomic():
        say([user])
        raise RuntimeError
    assert send_due() == {"sent": 0, "suppressed": 0, "waiting": 0}


def test_a_server_that_is_down_uses_up_one_attempt_and_harms_nothing(settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        use_server(settings, unused.getsockname()[1])
    say(UserFactory.create_batch(3))

    assert send_due()["waiting"] == 1
    tried = OutgoingMail.objects.exclude(attempts=0)
    assert tried.count() == 1
    assert tried.get().error.startswith("ConnectionRefusedError")
    assert tried.get().due_at > timezone.now() + BACK_OFF[0] - timedelta(seconds=5)
    assert Notification.objects.count() == 3


def test_after_five_attempts_a_mail_is_set_aside_and_an_administrator_sends_it_again(settings, user_in):
    settings.EMAIL_BACKEND = "no.such.Backend"
    say([UserFactory()])
    settings.EMAIL_BACKEND = "core.tests.test_mails.Broken"
    for attempt in range(5):
        assert OutgoingMail.objects.get().attempts == attempt
        make_due()
        send_due()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts) == ("failed", 5)
    assert "on fire" in mail.error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due()["sent"] == 0
    admin = user_in("administrator")
    send_again(mail, by=admin)
    assert send_due()["sent"] == 1
    assert AuditEntry.objects.filter(actor=admin, subject_type="core.outgoingmail").count() == 1
    with pytest.raises(Conflict):
        send_again(mail, by=admin)


class Broken:
    """A mail backend that fails in a way of its own."""

    def __init__(self, *args, **kwargs):
        pass

    def open(self):
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        raise RuntimeError("on fire")


def test_everything_that_was_set_aside_is_sent_again_at_once(user_in):
    say(UserFactory.create_batch(2))
    OutgoingMail.objects.update(state="failed", attempts=5)

    assert send_all_again(by=user_in("administrator")) == 2
    assert send_all_again(by=user_in("administrator")) == 0
    assert send_due()["sent"] == 2


def test_an_address_that_does_not_exist_is_set_aside_at_once_and_the_others_are_served(box):
    gone, there = UserFactory(email="gone@example.test"), UserFactory(email="there@example.test")
    box.refused["gone@example.test"] = "550 no such mailbox"
    say([gone, there])
    send_due()

    assert OutgoingMail.objects.get(user=gone).state == "failed"
    assert OutgoingMail.objects.get(user=there).state == "sent"
    assert [letter["To"] for letter in box.letters] == ["there@example.test"]


def test_a_mailbox_that_is_full_for_now_is_tried_again(box):
    box.refused["full@example.test"] = "452 try later"
    say([UserFactory(email="full@example.test")])
    send_due()
    assert OutgoingMail.objects.get().state == "waiting"

    box.refused.clear()
    make_due()
    send_due()
    assert OutgoingMail.objects.get().state == "sent"


def test_no_more_mails_a_minute_than_the_server_likes(settings):
    settings.MAIL_PER_MINUTE = 2
    say(UserFactory.create_batch(5))

    assert send_due()["sent"] == 2
    assert send_due()["sent"] == 0
    OutgoingMail.objects.exclude(claimed_at=None).update(claimed_at=timezone.now() - timedelta(seconds=61))
    assert send_due()["sent"] == 2


def test_a_mail_has_one_sender_while_the_lease_holds():
    say([UserFactory()])
    mail, at = OutgoingMail.objects.get(), timezone.now()

    assert claim_mail(mail.pk, at=at, token="one") == mail
    assert claim_mail(mail.pk, at=at, token="two") is None
    assert claim_mail(mail.pk, at=at + timedelta(seconds=301), token="two").lease_token == "two"


def test_a_mail_that_kills_its_sender_is_set_aside():
    say([UserFactory()])
    OutgoingMail.objects.update(
        state="sending", attempts=5, lease_until=timezone.now() - timedelta(seconds=1), lease_token="dead"
    )
    send_due()

    assert OutgoingMail.objects.get().state == "failed"
    assert outbox_of.outbox == []


def test_a_mail_whose_attempts_are_used_up_is_not_claimed_nor_given_up_unnoticed():
    say([UserFactory()])
    mail, at = OutgoingMail.objects.get(), timezone.now()
    OutgoingMail.objects.update(attempts=5, due_at=at)
    tries = Tries(OutgoingMail, "waiting", "sending", "failed")
    assert tries.claim(mail.pk, at=at, token="one") is False
    assert OutgoingMail.objects.get().state == "waiting"
    assert (tries.give_up(mail.pk, at=at), tries.give_up(mail.pk, at=at)) == (True, False)


def test_a_mail_that_may_have_left_already_is_sent_again_under_the_same_name():
    say([UserFactory()])
    send_due()
    # The worker died after the server said yes and before it could write so.
    OutgoingMail.objects.update(
        state="sending", sent_at=None, lease_until=timezone.now() - timedelta(seconds=1), lease_token="dead"
    )
    Notification.objects.update(mailed_at=None)
    send_due()

    first, second = outbox_of.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_who_was_told_too_late_for_a_summary_is_in_the_next_one():
    user = UserFactory()
    say([user], kind="task_due", title="In time")
    make_due()
    send_due()
    sent = OutgoingMail.objects.get()
    # A transaction that stayed open past the due time.
    late = Notification.objects.create(
        user=user, kind="task_due", title="Late", mail=sent, created_at=sent.due_at - timedelta(minutes=1)
    )

    assert move_latecomers(timezone.now()) == 1
    assert move_latecomers(timezone.now()) == 0
    late.refresh_from_db()
    assert (late.mail.state, late.mail.kind) == ("waiting", "")
    assert late.mail.due_at > timezone.now()


def test_a_worker_is_asked_only_when_something_is_due_and_nobody_was_asked_yet(settings):
    assert ask_for_sending(timezone.now()) is None
    say([UserFactory()])

    job = ask_for_sending(timezone.now())
    assert (job.task, job.queue) == ("core.tasks.send_mails", "mail")
    assert ask_for_sending(timezone.now()) is None
    Job.objects.update(state=JobState.DONE)
    settings.MAIL_PER_MINUTE = 0
    assert ask_for_sending(timezone.now()) is None


def test_the_connection_can_be_tried(box, settings, user_in):
    admin = user_in("administrator", email="ada@example.test")
    try_connection(admin)
    assert [letter["To"] for letter in box.letters] == ["ada@example.test"]

    box.refused["ada@example.test"] = "550 go away"
    with pytest.raises(DomainError, match="go away"):
        try_connection(admin)
    admin.email = ""
    with pytest.raises(DomainError, match="no e-mail address"):
        try_connection(admin)


def test_who_chose_the_app_alone_gets_no_mail():
    user = UserFactory()
    save_choices(user, {"core.mention": Choice(True, "never")}, {})
    say([user])
    send_due()
    assert outbox_of.outbox == []


# ---- an address that was left -----------------------------------------------------------------------
def test_the_former_address_is_told_in_the_language_of_the_user_without_any_link():
    for language, title in (
        ("en", "The e-mail address of your account was changed"),
        ("zh-hans", None),
        ("zh-hant", None),
    ):
        outbox_of.outbox.clear()
        user = UserFactory(email=f"{language}@old.example.test", language=language)
        update_user(user, {"email": f"{language}@new.example.test"}, by=user)
        send_due()

        message = letter()
        with translation.override(language):
            expected = title or gettext("The e-mail address of your account was changed")
        assert (message.to, message.subject) == ([f"{language}@old.example.test"], expected)
        for text in (message.body, html_of(message)):
            assert ("http" in text, "href" in text, "@new" in text) == (False, False, False)
        assert "List-Unsubscribe" not in message.extra_headers


def test_the_former_address_is_told_once_and_only_of_a_change():
    user = UserFactory(email="mei@old.example.test")
    seen_twice = type(user).objects.get(pk=user.pk)
    update_user(user, {"email": "mei@new.example.test", "title": "x"}, by=user)
    update_user(seen_twice, {"email": "mei@new.example.test"}, by=seen_twice)
    update_user(user, {"email": "MEI@new.example.test"}, by=user)
    update_user(user, {"full_name": "Mei"}, by=user)
    nameless = UserFactory(email="")
    update_user(nameless, {"email": "first@example.test"}, by=nameless)

    assert list(OutgoingMail.objects.values_list("address", flat=True)) == ["mei@old.example.test"]


def test_the_former_address_is_told_even_when_the_user_was_switched_off_since():
    user = UserFactory(email="mei@old.example.test")
    update_user(user, {"email": "mei@new.example.test"}, by=user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    send_due()

    assert letter().to == ["mei@old.example.test"]
    assert OutgoingMail.objects.get().state == "sent"


def test_nobody_is_told_when_the_change_is_refused():
    user, _other = UserFactory(email="mei@old.example.test"), UserFactory(email="taken@example.test")
    with pytest.raises(DomainError):
        update_user(user, {"email": "taken@example.test"}, by=user)
    assert OutgoingMail.objects.count() == 0
