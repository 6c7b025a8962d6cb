"""The form by which staff receive cases: when it was received, into which queue, with which files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import ClockKind, EscalationState
from complaints.domain.escalation import fire_due
from complaints.models import Complaint
from complaints.tests.factories import CalendarFactory, QueueFactory, policy, registered
from core.models import Attachment, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def client(agent: User, client_of) -> Client:
    return client_of(agent)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sent(client: Client, **data: object):
    values = {"title": "Late start", "intake": "letter", "impact": "one", **data}
    return client.post(reverse("complaints:complaint-create"), values)


def text_file(name: str = "letter.txt", content: bytes = b"We wait since Monday.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_letter_of_last_week_counts_from_its_day(client, agent):
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    came = timezone.localtime().replace(second=0, microsecond=0) - timedelta(days=7)
    assert sent(client, received_at=f"{came:%Y-%m-%dT%H:%M}").status_code == 302
    case = Complaint.objects.get()
    assert case.received_at == came
    assert case.clocks.get(kind=ClockKind.RESPOND).started_at == came
    # Its three levels have passed: people are told once, not three times.
    assert fire_due(timezone.now()) == 1
    states = case.escalations.order_by("number").values_list("state", flat=True)
    assert list(states) == [EscalationState.PASSED, EscalationState.PASSED, EscalationState.FIRED]


def test_without_a_day_it_was_received_now(client):
    assert sent(client, received_at="").status_code == 302
    assert timezone.now() - Complaint.objects.get().received_at < timedelta(minutes=1)


def test_nothing_is_received_in_the_future(client):
    to_come = timezone.localtime() + timedelta(days=1)
    response = sent(client, received_at=f"{to_come:%Y-%m-%dT%H:%M}")
    assert response.status_code == 422
    assert "This moment is still to come." in response.content.decode()
    assert not Complaint.objects.exists()


def test_a_queue_may_be_chosen_among_those_of_the_kind(client, agent):
    QueueFactory(is_default=True, team=agent.team)
    chosen, other = QueueFactory(team=agent.team), QueueFactory(kind="request")
    assert sent(client, queue=other.pk).status_code == 422
    assert sent(client, queue=chosen.pk).status_code == 302
    assert Complaint.objects.get().queue == chosen


def test_files_come_with_the_same_form(client, agent):
    QueueFactory(is_default=True, team=agent.team)
    assert sent(client, attachments=[text_file(), text_file("photo.txt", b"Another")]).status_code == 302
    case = Complaint.objects.get()
    kept = Attachment.objects.filter(subject_type="complaints.complaint", subject_id=case.pk)
    assert set(kept.values_list("name", "uploaded_by")) == {("letter.txt", agent.pk), ("photo.txt", agent.pk)}


def test_a_file_that_is_no_such_file_is_refused_and_chosen_again(client):
    response = sent(client, attachments=[text_file("photo.png", b"no picture")])
    assert response.status_code == 422
    assert "Choose the files again" in response.content.decode()
    assert not Complaint.objects.exists()


def test_the_question_about_a_twin_says_that_files_are_chosen_again(client, agent):
    QueueFactory(is_default=True, team=agent.team)
    known = registered(title="The lecturer was changed two days before", contact_phone="13900001234")
    again = {"title": known.title, "contact_phone": "13900001234", "attachments": [text_file()]}
    asked = sent(client, **again)
    assert asked.status_code == 409
    assert "Choose the files again" in asked.content.decode()
    added = sent(client, **{**again, "attachments": [text_file()]}, add_to=known.pk)
    assert added.status_code == 302
    assert Attachment.objects.get().subject_id == known.pk


def test_a_form_without_its_token_is_refused(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    assert sent(client, attachments=[text_file()]).status_code == 403


def test_a_body_that_no_record_could_take_is_not_received(client, settings):
    settings.ATTACHMENT_RECORD_MAX_BYTES = -1024 * 1024
    assert sent(client, attachments=[text_file()]).status_code == 413
