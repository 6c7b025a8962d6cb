"""Many senders and many tellers at the same moment, and senders that are killed, on PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from core.domain.mails.sending import send_due
from core.domain.notifications import notify
from core.models import Notification, OutgoingMail
from core.tests.crowds import crowd
from core.tests.factories import UserFactory
from core.tests.mailboxes import mail_server

CROWD = 8

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_many_senders_send_each_mail_once(settings):
    settings.MAIL_PER_MINUTE = 1_000
    notify(UserFactory.create_batch(60), kind="core.mention", title="Hello")
    with mail_server(settings) as box:
        crowd(lambda number: send_due(), CROWD)

    assert Counter(box.ids()).most_common(1)[0][1] == 1
    assert len(box.letters) == 60
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_many_tellers_with_one_key_tell_once_by_every_way():
    user = UserFactory()
    crowd(lambda number: notify([user], kind="core.mention", title="Hello", dedupe="once"), CROWD)

    assert Notification.objects.count() == 1
    assert OutgoingMail.objects.get().notifications.count() == 1


def test_many_tellers_fill_one_summary():
    user = UserFactory()
    crowd(lambda number: notify([user], kind="task_due", title=f"Task {number}"), CROWD)

    assert OutgoingMail.objects.get().notifications.count() == CROWD


def test_the_limit_per_minute_holds_for_all_senders_together(settings):
    settings.MAIL_PER_MINUTE = 10
    notify(UserFactory.create_batch(40), kind="core.mention", title="Hello")
    with mail_server(settings) as box:
        crowd(lambda number: send_due(), CROWD)

    assert 10 <= len(box.letters) < 10 + CROWD


_HANGS = """
import os, time, django
django.setup()
from django.conf import settings
from django.db import connection
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
from core.domain.mails import sending
class Hanging(sending.Postman):
    def hand_over(self, message):
        {before}
        print("here", flush=True)
        time.sleep(60)
sending.Postman = Hanging
sending.send_due()
"""


def kill_a_sender(port: int, *, after_sending: bool) -> None:
    """Start a sender in a process of its own and kill it without warning between two of its lines."""
    before = "super().hand_over(message)" if after_sending else "pass"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", _HANGS.format(before=before)],
        cwd=configured.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()


@pytest.mark.processes
@pytest.mark.parametrize("after_sending", [False, True], ids=["before-smtp", "after-smtp"])
def test_a_sender_that_is_killed_leaves_the_mail_to_the_next(settings, after_sending):
    notify([UserFactory()], kind="core.mention", title="Hello")
    with mail_server(settings) as box:
        kill_a_sender(box.port, after_sending=after_sending)
        time.sleep(0.2)
        mail = OutgoingMail.objects.get()
        assert (mail.state, mail.attempts) == ("sending", 1)
        assert send_due()["sent"] == 0  # somebody may still be sending it

        OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert send_due()["sent"] == 1
        assert send_due()["sent"] == 0

    # Only a server that took the mail from a sender who could not say so gets it twice, by the same name.
    assert box.ids() == [mail.message_id] * (2 if after_sending else 1)
