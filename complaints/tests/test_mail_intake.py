"""Mails in: stored first, taken once, on the case they belong to; machines, loops and bombs kept apart."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.choices.cases import EntryKind, Intake, LinkKind, State
from complaints.choices.mail import DeliveryState, MailReason, MailState
from complaints.domain.conversion import convert_case
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.mail.receiving import forget_originals, overlooked, receive
from complaints.domain.mail.settling import retry, turn_into_case
from complaints.domain.mail.taking import take
from complaints.domain.merging import merge
from complaints.domain.moves import assign, close, solve, wait_for_customer
from complaints.models import CaseLetter, CaseLink, Complaint, Entry, InboundMail, MailPolicy
from complaints.readiness import check_mail
from complaints.tests.factories import ComplaintFactory, registered
from complaints.tests.mails import case_by_mail, letter, mailbox, taken
from complaints.tests.test_mail_reading import bounce
from complaints.words import line_in_words
from core.domain.notifications import notify
from core.errors import Conflict
from core.models import Attachment, Job, Notification, OutgoingMail
from core.tests.files import picture
from customers.tests.factories import ContactFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(box, agent):
    return case_by_mail(box, agent)


def state_of(mail):
    return (mail.state, mail.reason)


# ---- stored first, taken once -----------------------------------------------------------------------
def test_a_mail_is_stored_before_anybody_reads_it(box):
    mail = receive(box, letter().as_bytes())
    assert (mail.state, mail.sender, mail.subject) == (
        MailState.RECEIVED, "zhang@customer.example", "Projector",
    )  # fmt: skip
    assert list(Job.objects.values_list("task", "payload")) == [
        ("complaints.tasks.take_mail", {"mail_id": mail.pk})
    ]
    assert Complaint.objects.count() == 0


def test_what_is_killed_between_storing_and_taking_is_taken_later(box):
    mail = receive(box, letter().as_bytes(), at=timezone.now() - timedelta(minutes=11))
    assert overlooked(timezone.now()) == [mail.pk]
    take(mail.pk)
    assert (overlooked(timezone.now()), Complaint.objects.count()) == ([], 1)


def test_a_worker_that_dies_while_taking_leaves_the_mail_as_it_was(box, monkeypatch):
    mail = receive(box, letter().as_bytes())

    def die(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr("complaints.domain.mail.taking.acknowledge_receipt", die)
    with pytest.raises(SystemExit):
        take(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, Complaint.objects.count(), Entry.objects.count()) == (MailState.RECEIVED, 0, 0)
    monkeypatch.undo()
    assert (take(mail.pk), Complaint.objects.count()) == (MailState.TAKEN, 1)


def test_the_same_mail_twice_is_one(box):
    message = letter()
    first, second = taken(box, message), taken(box, message)
    assert (first, second.copies, Complaint.objects.count()) == (second, 2, 1)


def test_working_on_a_mail_twice_changes_nothing(box):
    mail = taken(box, letter())
    assert (take(mail.pk), Entry.objects.filter(kind="inbound").count()) == ("", 1)


def test_the_same_mail_in_two_mailboxes_is_one_case(box):
    message = letter()
    first, second = taken(box, message), taken(mailbox(), message)
    assert state_of(second) == (MailState.IGNORED, MailReason.DUPLICATE)
    assert second.complaint == first.complaint


def test_a_mail_that_nobody_foresaw_fails_with_its_reason_and_can_be_tried_again(box, monkeypatch, user_in):
    def fall_over(*args, **kwargs):
        raise RuntimeError("no idea")

    monkeypatch.setattr("complaints.domain.mail.taking.register_case", fall_over)
    mail = taken(box, letter())
    assert (*state_of(mail), mail.detail) == (MailState.FAILED, MailReason.TROUBLE, "RuntimeError: no idea")
    monkeypatch.undo()
    retry(mail, by=user_in("manager"))
    assert Job.objects.filter(task="complaints.tasks.take_mail").count() == 2
    assert take(mail.pk) == MailState.TAKEN


# ---- new cases --------------------------------------------------------------------------------------
def test_an_unknown_sender_becomes_a_new_case_with_the_name_given(box):
    mail = taken(box, letter("Line one\nLine two", subject="回复：Re: Projector"))
    case = mail.complaint
    assert state_of(mail) == (MailState.TAKEN, MailReason.NEW_CASE)
    assert (case.title, case.description, case.intake) == ("Projector", "Line one\nLine two", Intake.EMAIL)
    assert (case.contact_name, case.contact_email, case.queue) == (
        "Zhang San", "zhang@customer.example", box.queue,
    )  # fmt: skip
    assert (mail.entry.kind, mail.entry.message_id) == (EntryKind.INBOUND, mail.message_id)


def test_a_person_on_file_is_matched_with_their_only_customer(box):
    place = ContactFactory(person=PersonFactory(email="zhang@customer.example"))
    case = taken(box, letter()).complaint
    assert (case.person, case.customer) == (place.person, place.customer)


def test_two_people_of_one_address_are_not_guessed_between(box):
    for _turn in range(2):
        ContactFactory(person=PersonFactory(email="zhang@customer.example"))
    assert taken(box, letter()).complaint.person is None


@pytest.mark.parametrize(
    "raw",
    [
        b"no head at all",
        b"Subject: \xff\xfe\nFrom: <<<\n\n\x00\x01",
        b"From: a@b.cn\nContent-Type: multipart/mixed\n\nno boundary",
        b'From: a@b.cn\nContent-Type: text/plain; charset="\xe9"\nContent-Transfer-Encoding: base64\n\n!!!!',
        "From: a@b.cn\nSubject: 发票\n\n发票错了".encode("gbk"),
    ],
)
def test_malformed_mails_become_cases_too(box, raw):
    mail = taken(box, raw)
    assert state_of(mail) == (MailState.TAKEN, MailReason.NEW_CASE), mail.detail


def test_a_subject_in_gbk_without_a_charset_is_the_title(box):
    raw = "From: a@b.cn\nSubject: 发票金额错误\n\n请更正".encode("gbk")
    case = taken(box, raw).complaint
    assert (case.title, case.description, case.language) == ("发票金额错误", "请更正", "zh-hans")


# ---- threads ----------------------------------------------------------------------------------------
def test_an_answer_by_the_chain_of_mails_is_a_line_of_its_case(box, case):
    wait_for_customer(case, reason="?", by=case.owner)
    mail = taken(
        box,
        letter("Friday is fine\n\nOn Sun, 22 Nov 2026 at 10:12, we wrote:\n> Friday?", subject="Yes",
               References="<first@customer.example> <unknown@x.example>"),
    )  # fmt: skip
    case.refresh_from_db()
    assert (state_of(mail), mail.complaint) == ((MailState.TAKEN, MailReason.REPLY), case)
    assert (mail.entry.body, case.state) == ("Friday is fine", State.WORKING)
    assert mail.data["quoted"].endswith("> Friday?")
    assert Notification.objects.filter(kind="case_heard").count() == 1


def test_an_answer_to_our_mail_finds_the_case(box, case):
    answer_by_mail(case, "Is Friday fine?", by=case.owner)
    ours = CaseLetter.objects.get(kind="answer")
    mail = taken(box, letter("Yes", subject="?", In_Reply_To=ours.message_id))
    assert mail.complaint == case


def test_the_number_in_the_subject_counts_from_an_address_that_the_case_knows(box, case):
    mail = taken(box, letter("More", subject=f"About {case.number}"))
    assert (mail.complaint, mail.reason) == (case, MailReason.REPLY)


def test_the_number_from_a_stranger_makes_a_case_of_its_own(box, case):
    mail = taken(box, letter("Tell me all", sender="eve@evil.example", subject=f"Re: [{case.number}]"))
    assert (mail.reason, mail.complaint == case) == (MailReason.NEW_CASE, False)
    assert "projector" not in mail.complaint.description.lower()
    assert not CaseLink.objects.exists()


def test_a_stranger_in_the_chain_adds_words_and_never_gets_an_answer(box, case):
    raw = letter("Send it to me", sender="eve@evil.example", References="<first@customer.example>")
    mail = taken(box, raw)
    assert (mail.complaint, mail.data["stranger"]) == (case, True)
    answer_by_mail(case, "Done", by=case.owner)
    assert set(CaseLetter.objects.values_list("to", flat=True)) == {"zhang@customer.example"}


def test_an_answer_to_a_merged_case_is_on_the_target(box, case, agent):
    target = ComplaintFactory(owner=agent, contact_email="zhang@customer.example")
    merge(case, target, by=agent)
    mail = taken(box, letter("Hello", References="<first@customer.example>"))
    assert (mail.complaint, mail.reason) == (target, MailReason.REPLY)
    assert (mail.meant_for, mail.data["stranger"]) == (case, False)


def closed(case, *, days):
    at = timezone.now() - timedelta(days=days)
    solve(case, "Repaired", decision="upheld", by=case.owner, at=at)
    return close(case, by=case.owner, at=at)


def test_an_answer_soon_after_the_end_reopens_the_case(box, case):
    closed(case, days=3)
    mail = taken(box, letter("It fails again", References="<first@customer.example>"))
    case.refresh_from_db()
    assert (mail.complaint, mail.reason) == (case, MailReason.REOPENED)
    assert (case.state, case.cycle) == (State.WORKING, 2)


def test_an_answer_long_after_the_end_is_a_case_that_follows_it(box, case):
    closed(case, days=30)
    mail = taken(box, letter("It fails again", References="<first@customer.example>"))
    link = CaseLink.objects.get()
    assert (mail.reason, link.source, link.target, link.kind) == (
        MailReason.FOLLOWS, mail.complaint, case, LinkKind.FOLLOWS,
    )  # fmt: skip


def test_a_stranger_reopens_nothing(box, case):
    closed(case, days=3)
    raw = letter("Open it", sender="eve@evil.example", References="<first@customer.example>")
    mail = taken(box, raw)
    case.refresh_from_db()
    assert (mail.reason, case.state) == (MailReason.FOLLOWS, State.CLOSED)


# ---- colleagues -------------------------------------------------------------------------------------
def test_what_a_colleague_answers_to_a_notice_is_a_note_and_not_the_customer(box, case, agent):
    type(agent).objects.filter(pk=agent.pk).update(email="agent@perennial.example")
    agent.refresh_from_db()
    notify([agent], kind="case_heard", title="x", subject=case, url=case.get_absolute_url())
    notice = OutgoingMail.objects.get()
    raw = letter("I call them", sender="agent@perennial.example", In_Reply_To=notice.message_id)
    mail = taken(box, raw)
    assert (state_of(mail), mail.complaint) == ((MailState.TAKEN, MailReason.STAFF_NOTE), case)
    assert (mail.entry.kind, mail.entry.by) == (EntryKind.NOTE, None)


def test_a_forged_colleague_cannot_write_by_the_number_alone(box, case, agent):
    type(agent).objects.filter(pk=agent.pk).update(email="agent@perennial.example")
    mail = taken(box, letter("x", sender="agent@perennial.example", subject=case.number))
    assert state_of(mail) == (MailState.IGNORED, MailReason.STAFF)


# ---- machines, loops, bombs -------------------------------------------------------------------------
def test_an_automatic_answer_is_ignored_and_shown_with_its_case(box, case):
    raw = letter("I am away", References="<first@customer.example>", Auto_Submitted="auto-replied")
    mail = taken(box, raw)
    assert (state_of(mail), mail.complaint) == ((MailState.IGNORED, MailReason.AUTOMATIC), case)
    assert mail.detail == "auto-submitted: auto-replied"
    assert Entry.objects.filter(complaint=case, kind="inbound").count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"X_Auto_Response_Suppress": "All"},
        {"List_Unsubscribe": "<https://forms.example/off>"},
        {"Precedence": "bulk"},
    ],
)
def test_what_a_machine_writes_for_somebody_is_a_case_without_an_acknowledgement(headers, box):
    mail = taken(box, letter("Contact form: the lecturer left", sender="form@shop.example", **headers))
    assert state_of(mail) == (MailState.TAKEN, MailReason.NEW_CASE)
    assert (Complaint.objects.count(), CaseLetter.objects.count()) == (1, 0)


def test_a_machine_that_names_the_case_answers_it(box, case):
    raw = letter("We got it", subject=f"Re: [{case.number}]", Auto_Submitted="auto-generated")
    mail = taken(box, raw)
    assert (state_of(mail), mail.complaint) == ((MailState.IGNORED, MailReason.AUTOMATIC), case)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.example>"},
    ],
)
def test_an_absence_that_answers_nothing_of_ours_is_ignored_and_counted(headers, box):
    mail = taken(box, letter("I am away", **headers))
    assert state_of(mail) == (MailState.IGNORED, MailReason.AUTOMATIC)
    finding = check_mail(timezone.now())
    assert (finding.figures["ignored"], "1 were ignored" in str(finding.text)) == (1, True)


def test_our_own_mail_is_a_loop(box, case, settings):
    settings.SITE_URL = "https://crm.perennial.example"
    ids = ("<1@crm.perennial.example>", CaseLetter.objects.get().message_id)
    mails = [taken(box, letter(message_id=one)) for one in ids]
    assert [mail.reason for mail in mails] == [MailReason.OWN, MailReason.OWN]
    assert taken(box, letter(sender=box.address)).reason == MailReason.OWN


def test_a_loop_of_automatic_answers_ends_at_once(box):
    before = taken(box, letter()).complaint
    for _turn in range(30):
        last = CaseLetter.objects.latest("pk")
        taken(box, letter("Away", In_Reply_To=last.message_id, Auto_Submitted="auto-replied"))
    assert (Complaint.objects.count(), CaseLetter.objects.count()) == (1, 1)
    assert InboundMail.objects.filter(state=MailState.IGNORED, complaint=before).count() == 30


def test_an_answering_machine_without_marks_gets_no_second_answer(box):
    taken(box, letter())
    for _turn in range(12):
        ours = CaseLetter.objects.get()
        taken(box, letter("I am away", In_Reply_To=ours.message_id))
    assert (Complaint.objects.count(), CaseLetter.objects.count()) == (1, 1)
    assert InboundMail.objects.filter(reason=MailReason.THROTTLED).count() == 3


def test_a_bomb_of_five_hundred_makes_ten_cases_and_loses_nothing(box):
    for number in range(500):
        receive(box, letter(f"Bomb {number}").as_bytes())
    for pk in InboundMail.objects.order_by("pk").values_list("pk", flat=True):
        take(pk)
    assert InboundMail.objects.count() == 500
    assert (Complaint.objects.count(), CaseLetter.objects.count()) == (10, 10)
    held = InboundMail.objects.filter(reason=MailReason.THROTTLED)
    last = Complaint.objects.latest("pk")
    assert (held.count(), held.filter(complaint=last).count()) == (490, 490)
    line = Entry.objects.get(kind=EntryKind.SYSTEM, data__code="mails_held")
    assert (line.complaint, "10 mails" in line_in_words(line.data)) == (last, True)


def test_a_mail_that_came_back_flags_the_letter_on_its_case(box, case):
    ours = CaseLetter.objects.get()
    mail = taken(box, bounce(ours.message_id))
    ours.refresh_from_db()
    assert (state_of(mail), mail.complaint) == ((MailState.TAKEN, MailReason.BOUNCED), case)
    assert (ours.state, ours.error) == (DeliveryState.BOUNCED, "smtp; 550 5.1.1 no such user")
    assert Notification.objects.get(kind="case_mail_failed").user == case.owner


def test_a_delay_flags_nothing_and_a_foreign_notice_is_ignored(box, case):
    ours = CaseLetter.objects.get()
    delayed = taken(box, bounce(ours.message_id, action="delayed"))
    ours.refresh_from_db()
    assert (delayed.state, ours.state) == (MailState.IGNORED, DeliveryState.QUEUED)
    raw = bounce("<somebody@else.example>").replace(b"<b1@mx.example>", b"<b2@mx.example>")
    assert taken(box, raw).reason == MailReason.UNKNOWN_BOUNCE


# ---- what managers do -------------------------------------------------------------------------------
def test_an_ignored_mail_is_turned_into_a_case_without_an_acknowledgement(box, user_in):
    mail = taken(box, letter(Precedence="junk"))
    done = turn_into_case(mail, by=user_in("manager"))
    assert state_of(done) == (MailState.TAKEN, MailReason.NEW_CASE)
    assert (done.complaint.title, CaseLetter.objects.count()) == ("Projector", 0)
    with pytest.raises(Conflict) as refusal:
        turn_into_case(done, by=user_in("manager"))
    assert refusal.value.code == "mail_taken"


def test_a_throttled_mail_is_turned_into_a_case_of_its_own(box, user_in):
    MailPolicy.objects.update_or_create(pk=1, defaults={"most_an_hour": 1})
    first, second = taken(box, letter()), taken(box, letter("Another"))
    assert (second.reason, second.complaint) == (MailReason.THROTTLED, first.complaint)
    done = turn_into_case(second, by=user_in("manager"))
    assert (done.reason, done.complaint == first.complaint) == (MailReason.NEW_CASE, False)


def test_originals_are_emptied_after_the_days_of_the_policy(box, user_in):
    old = taken(box, letter(Precedence="junk"), at=timezone.now() - timedelta(days=400))
    new = taken(box, letter(Precedence="junk"))
    assert forget_originals(timezone.now()) == 1
    assert [bool(bytes(row.raw)) for row in InboundMail.objects.order_by("pk")] == [False, True]
    with pytest.raises(Conflict) as refusal:
        turn_into_case(old, by=user_in("manager"))
    assert (refusal.value.code, bool(new)) == ("mail_emptied", True)


# ---- files ------------------------------------------------------------------------------------------
def test_files_are_kept_on_the_case_and_the_same_one_once(box, case):
    content = picture("png")
    for _turn in range(2):
        message = letter("See the picture", References="<first@customer.example>")
        message.add_attachment(content, maintype="image", subtype="png", filename="room.png")
        mail = taken(box, message)
    kept = Attachment.objects.get()
    assert (kept.name, kept.subject_id) == ("room.png", case.pk)
    assert mail.data["files"] == [{"id": kept.pk, "name": "room.png"}]


def test_a_program_and_a_bomb_are_refused_and_the_mail_is_taken(box):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * (60 * 1024**2))
    message = letter("See both")
    message.add_attachment(b"MZ\0\0", maintype="application", subtype="pdf", filename="bill.pdf")
    message.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="all.zip")
    mail = taken(box, message)
    assert (mail.state, Attachment.objects.count()) == (MailState.TAKEN, 0)
    assert [one["name"] for one in mail.data["refused"]] == ["bill.pdf", "all.zip"]
    line = Entry.objects.get(data__code="mail_files_refused")
    assert line_in_words(line.data).count(".pdf") >= 1


def test_a_file_of_fifty_megabytes_is_refused_and_the_mail_is_taken(box):
    message = letter("See the film")
    message.add_attachment(b"\x00" * (50 * 1024**2), maintype="video", subtype="mp4", filename="film.mp4")
    raw = message.as_bytes()
    mail = taken(box, raw)
    assert (mail.state, mail.size, mail.is_cut) == (MailState.TAKEN, len(raw), True)
    assert len(bytes(mail.raw)) < 40 * 1024**2
    assert (mail.complaint.description, Attachment.objects.count()) == ("See the film", 0)
    assert [one["name"] for one in mail.data["refused"]] == ["film.mp4"]
    assert Entry.objects.filter(data__code="mail_incomplete").count() == 1


def test_a_mail_that_names_the_former_number_finds_the_case(box, agent):
    case = registered(kind="request", contact_email="zhang@customer.example")
    assign(case, agent, by=None)
    case.refresh_from_db()
    turned = convert_case(case, reason="They complain", category=None, by=agent)
    mail = taken(box, letter(subject=f"About {turned.former_number}"))
    assert (mail.complaint, mail.reason) == (turned, "reply")


def test_a_second_notice_of_the_same_mail_tells_nobody_again(box, case):
    ours = CaseLetter.objects.get()
    taken(box, bounce(ours.message_id))
    again = taken(box, bounce(ours.message_id).replace(b"<b1@mx.example>", b"<b2@mx.example>"))
    assert (state_of(again), again.complaint) == ((MailState.IGNORED, MailReason.DUPLICATE), case)
    assert case.entries.filter(data__code="mail_bounced").count() == 1
    assert Notification.objects.filter(kind="case_mail_failed").count() == 1
