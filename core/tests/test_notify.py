"""Telling people: once, as each chose, and within what each may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.domain.notice_choices import Choice, save_choices
from core.domain.notifications import (
    count_unread,
    delete_old_notifications,
    for_reader,
    mark_read,
    mark_read_about,
    notify,
)
from core.models import Job, Notification, OutgoingMail
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def say(users, kind="core.mention", **more):
    notify(users, kind=kind, title=gettext_lazy("Hello %(n)s"), params={"n": 1}, **more)


def test_a_kind_mailed_at_once_makes_a_mail_that_is_due_now():
    user = UserFactory()
    say([user])

    message, mail = Notification.objects.get(), OutgoingMail.objects.get()
    assert (message.mail, mail.kind, mail.state) == (mail, "core.mention", "waiting")
    assert mail.due_at <= timezone.now()


def test_kinds_of_the_summary_share_one_mail_a_day():
    user = UserFactory(time_zone="Asia/Shanghai")
    say([user], kind="task_due")
    say([user], kind="task_overdue")

    [mail] = OutgoingMail.objects.all()
    assert mail.notifications.count() == 2
    assert mail.due_at.astimezone(ZoneInfo("Asia/Shanghai")).time() == time(8)
    assert mail.due_at > timezone.now()


def test_a_kind_without_mail_makes_none():
    say([UserFactory()], kind="core.job_done")
    assert not OutgoingMail.objects.exists()


def test_the_same_key_reaches_a_person_once_by_every_way():
    user = UserFactory()
    for _ in range(3):
        say([user], dedupe="once")

    assert (Notification.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_the_same_person_named_twice_is_told_once():
    user = UserFactory()
    say([user, user])
    assert Notification.objects.count() == 1


def test_who_wants_it_by_mail_alone_sees_nothing_in_the_app():
    user = UserFactory()
    save_choices(user, {"core.mention": Choice(False, "now")}, {})
    say([user])

    assert Notification.objects.get().mail is not None
    assert count_unread(user.pk) == 0


def test_who_wants_nothing_leaves_no_trace():
    user = UserFactory()
    save_choices(user, {"core.mention": Choice(False, "never")}, {})
    say([user])

    assert not Notification.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}, {"is_service": True}])
def test_who_cannot_sign_in_or_has_no_address_gets_no_mail(fields):
    say([UserFactory(**fields)])

    assert Notification.objects.count() == 1
    assert not OutgoingMail.objects.exists()


def test_mails_wait_for_the_end_of_quiet_hours_unless_urgent():
    user = UserFactory(time_zone="UTC")
    start = (timezone.now() - timedelta(hours=1)).time().replace(second=0, microsecond=0)
    end = (timezone.now() + timedelta(hours=2)).time().replace(second=0, microsecond=0)
    save_choices(user, {}, {"quiet_from": start, "quiet_to": end})
    say([user])
    say([user], kind="core.security")

    waits, urgent = OutgoingMail.objects.order_by("pk")
    assert timedelta(hours=1, minutes=58) < waits.due_at - timezone.now() <= timedelta(hours=2)
    assert urgent.due_at <= timezone.now()


def test_a_pause_puts_everything_into_the_first_summary_after_it_unless_urgent():
    user = UserFactory(time_zone="UTC")
    back = (timezone.now() + timedelta(days=9)).date()
    save_choices(user, {}, {"paused_until": back})
    say([user])
    say([user], kind="core.security")

    waits, urgent = OutgoingMail.objects.order_by("pk")
    assert (waits.kind, waits.due_at) == ("", datetime.combine(back, time(8), tzinfo=UTC))
    assert urgent.due_at <= timezone.now()


def test_everybody_reads_it_in_the_own_language():
    users = [UserFactory(language="en"), UserFactory(language="zh-hans"), UserFactory(language="zh-hant")]
    notify(users, kind="core.job_done", title=gettext_lazy("Settings"))

    titles = [Notification.objects.get(user=user).title for user in users]
    assert titles == ["Settings", "设置", "設定"]


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:x", "x"])
def test_messages_lead_to_our_own_pages_only(url):
    with pytest.raises(ValueError, match="own pages"):
        say([UserFactory()], url=url)


def test_line_breaks_do_not_get_into_titles():
    user = UserFactory()
    notify([user], kind="core.mention", title="%(t)s", params={"t": "One\r\nBcc: everybody@evil.test"})
    assert Notification.objects.get().title == "One Bcc: everybody@evil.test"


def test_telling_many_costs_as_many_queries_as_telling_one():
    def cost(count: int) -> int:
        users = UserFactory.create_batch(count, time_zone="")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            say(users)
        return len(queries)

    assert cost(1) == cost(5)


# ---- rights -----------------------------------------------------------------------------------------
@pytest.fixture
def job(user_in):
    return Job.objects.create(task="x", title="Secret import", created_by=user_in("sales"))


def test_who_may_not_see_the_record_reads_no_words_about_it(user_in, job):
    other = user_in("sales")
    notify(
        [job.created_by, other],
        kind="core.job_done",
        title="Finished: %(job)s",
        body="Secret body",
        params={"job": job},
        url="/jobs/",
        subject=job,
    )
    mine, theirs = Notification.objects.order_by("pk")
    for_reader([mine], job.created_by)
    for_reader([theirs], other)

    assert (mine.title, mine.is_hidden) == ("Finished: Secret import", False)
    assert (theirs.title, theirs.body, theirs.url, theirs.is_hidden) == (
        "A record that you can no longer see", "", "", True,
    )  # fmt: skip


def test_a_record_that_is_gone_is_out_of_sight(job):
    notify([job.created_by], kind="core.job_done", title="Secret", subject=job)
    job.delete()

    [message] = for_reader(list(Notification.objects.all()), job.created_by)
    assert message.is_hidden


@pytest.mark.parametrize("label", ["no.such", "nonsense", "sessions.session"])
def test_kinds_of_records_without_rights_are_out_of_sight(user_in, label):
    user = user_in("administrator")
    message = Notification(user=user, title="x", subject_type=label, subject_id=1)
    assert for_reader([message], user)[0].is_hidden


def test_looking_after_the_rights_costs_the_same_for_one_and_many(user_in):
    user = user_in("sales")
    jobs = [Job.objects.create(task="x", created_by=user) for _ in range(4)]
    messages = [Notification(user=user, subject_type="core.job", subject_id=job.pk) for job in jobs]

    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert not any(m.is_hidden for m in for_reader(messages[:count], user))
        return len(queries)

    cost(1)  # fills the caches of the user's roles
    assert cost(1) == cost(4) == 1


# ---- reading and forgetting -------------------------------------------------------------------------
def test_counting_stops_where_nobody_reads_on():
    user = UserFactory()
    Notification.objects.bulk_create(
        Notification(user=user, kind="core.mention", title="x") for _ in range(130)
    )
    with CaptureQueriesContext(connection) as queries:
        assert count_unread(user.pk) == 100
    assert len(queries) == 1


def test_what_is_dealt_with_counts_as_read(user_in, job):
    notify([job.created_by], kind="core.job_done", title="x", subject=job)
    notify([job.created_by], kind="core.job_done", title="another")

    assert mark_read_about(job, user=job.created_by, at=timezone.now()) == 1
    assert count_unread(job.created_by_id) == 1


def test_messages_read_long_ago_are_deleted_and_unread_ones_kept_longer():
    user, now = UserFactory(), timezone.now()
    for kind, read_at in (("a", now - timedelta(days=181)), ("b", now - timedelta(days=179)), ("c", None)):
        Notification.objects.create(
            user=user, kind=kind, title=kind, read_at=read_at, created_at=now - timedelta(days=400)
        )
    for title, days in (("d", 731), ("e", 729)):
        Notification.objects.create(user=user, kind="c", title=title, created_at=now - timedelta(days=days))
    old = {"user": user, "created_at": now - timedelta(days=200), "due_at": now, "message_id": "<x@y>"}
    for state in ("sent", "suppressed", "failed", "waiting"):
        OutgoingMail.objects.create(key=state, state=state, **old)

    assert delete_old_notifications(at=now) == 2
    assert sorted(Notification.objects.values_list("title", flat=True)) == ["b", "c", "e"]
    assert sorted(OutgoingMail.objects.values_list("state", flat=True)) == ["failed", "waiting"]


def test_marking_read_touches_only_the_own_ones():
    mine, theirs = UserFactory(team=TeamFactory()), UserFactory()
    say([mine, theirs])
    mark_read(mine, at=timezone.now())

    assert (count_unread(mine.pk), count_unread(theirs.pk)) == (0, 1)


def test_a_pause_that_names_a_day_is_kept_as_a_day(user_in):
    user = user_in("sales")
    save_choices(user, {}, {"paused_until": date(2030, 1, 1)})
    user.refresh_from_db()
    assert user.notification_timing.paused_until == date(2030, 1, 1)
