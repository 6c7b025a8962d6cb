"""The form for everybody: what it makes of what people type, and what it keeps to itself."""

from __future__ import annotations

import pytest
from celery import current_app
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import ClockKind, Intake
from complaints.models import CaseLetter, Category, Complaint, Entry, FormSubmission, PublicForm, StatusAccess
from complaints.tests.factories import ComplaintFactory, policy
from complaints.tests.public import FORM, at, filled, opened, sent, token, within_a_window
from core.domain.jobs import doorbell
from core.models import Attachment, Job
from core.tasks import run_job
from core.tests.files import PDF, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def door() -> PublicForm:
    return opened()


def test_a_form_that_is_closed_says_so_and_takes_nothing(client):
    assert PublicForm.load().is_open is False
    assert "The form is closed" in client.get(FORM).content.decode()
    assert sent(client).status_code == 409
    assert not Complaint.objects.exists()


def test_a_form_becomes_a_case_with_the_words_of_its_sender(door, client):
    policy(kind="complaint")
    lecturer = Category.objects.get(kind="complaint", code="course.lecturer", retired_at=None)
    values = {
        "category": lecturer.pk,
        "remedy_sought": "The lecturer of the brochure",
        "organisation": "Harbour School",
        "reference": "K-1",
        "occurred_on": "2026-01-05",
        "contact_phone": "021-5555 1234",
    }
    response = sent(client, **values)
    case = Complaint.objects.get()
    assert response.status_code == 302
    assert (case.intake, case.category, case.contact_name) == (Intake.FORM, lecturer, "Wei Lin")
    assert (case.language, case.created_by, case.customer) == ("en", None, None)
    assert case.remedy_sought == "The lecturer of the brochure"
    entry = Entry.objects.get(complaint=case, kind="inbound")
    assert (entry.body, entry.author, entry.channel) == ("Nobody told us.", "Wei Lin", "form")
    submission = FormSubmission.objects.get(complaint=case)
    assert (submission.organisation, submission.reference) == ("Harbour School", "K-1")
    assert submission.consent_version == door.version
    assert case.clocks.filter(kind=ClockKind.RESPOND).exists()


def test_the_page_of_thanks_tells_number_and_deadline(door, client):
    page = client.get(sent(client)["Location"])
    text, case = page.content.decode(), Complaint.objects.get()
    assert case.number in text and "You have a first answer" in text
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]


def test_the_same_form_twice_is_one_case(door, client):
    form = filled()
    first, second = client.post(FORM, form), client.post(FORM, form)
    assert first.status_code == second.status_code == 302
    assert Complaint.objects.count() == FormSubmission.objects.count() == 1
    assert CaseLetter.objects.count() == Job.objects.filter(task="complaints.tasks.send_letter").count() == 1


def test_an_old_form_sent_again_gives_no_link_once_links_were_made_void(door, client):
    form = filled()
    client.post(FORM, form)
    StatusAccess.objects.update(serial=2)
    assert client.post(FORM, form).status_code == 410


def test_files_come_along_and_a_form_sent_again_adds_none_twice(door, client):
    form = filled()
    for _time in range(2):
        files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.png", picture())]
        assert client.post(FORM, {**form, "attachments": files}).status_code == 302
    case = Complaint.objects.get()
    assert sorted(Attachment.objects.of(case).values_list("name", flat=True)) == ["a.pdf", "b.png"]


def test_a_resent_form_brings_the_files_that_a_dying_process_left_out(door, client):
    form = filled()
    client.post(FORM, form)
    client.post(FORM, {**form, "attachments": [SimpleUploadedFile("a.pdf", PDF)]})
    assert [row.name for row in Attachment.objects.of(Complaint.objects.get())] == ["a.pdf"]


def test_mistakes_come_back_with_everything_typed(door, client):
    response = sent(client, title="", contact_email="", description="<b>Still here</b>")
    text = response.content.decode()
    assert response.status_code == 422
    assert "Give an e-mail address or a phone number." in text
    assert "&lt;b&gt;Still here&lt;/b&gt;" in text and "<b>Still here" not in text
    assert 'href="#id_title"' in text
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"consent": ""}, "consent"),
        ({"kind": "other"}, "kind"),
        ({"category": "999999"}, "category"),
        ({"occurred_on": "2999-01-01"}, "occurred_on"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"description": "a\0b"}, "description"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(values, field, door, client):
    response = sent(client, **values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Complaint.objects.exists()


def test_a_category_of_the_other_kind_is_refused(door, client):
    invoice = Category.objects.get(kind="request", code="invoice", retired_at=None)
    assert list(sent(client, category=invoice.pk).context["form"].errors) == ["category"]
    assert sent(client, category=invoice.pk, kind="request").status_code == 302
    assert Complaint.objects.get().number.startswith("FW-")


def test_the_form_offers_what_the_settings_say(client):
    opened(takes_requests=False, categories=["complaint:fees"])
    page = client.get(FORM)
    offered = [str(label) for _value, label in page.context["form"].fields["category"].choices]
    assert offered == ["I am not sure", "Fees and invoices"]
    assert sent(client, kind="request").status_code == 422
    lecturer = Category.objects.get(kind="complaint", code="course.lecturer", retired_at=None)
    assert sent(client, category=lecturer.pk).status_code == 422
    fees = Category.objects.get(kind="complaint", code="fees", retired_at=None)
    assert sent(client, category=fees.pk).status_code == 302


def test_texts_of_the_settings_are_shown_as_text(client):
    opened(intro_en="Hello <script>alert(1)</script>", privacy_en="Kept <i>two</i> years")
    text = client.get(FORM).content.decode()
    assert "Hello &lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "Kept &lt;i&gt;two&lt;/i&gt; years" in text


def test_another_language_keeps_what_was_typed(door, client):
    form = filled(show_in="zh-hans", description="Half a sent")
    page = client.post(FORM, form)
    text = page.content.decode()
    assert page.status_code == 200 and 'lang="zh-Hans"' in text
    assert "Half a sent" in text and form["token"] in text and "is required" not in text
    assert page.cookies["django_language"].value == "zh-hans"
    client.post(FORM, filled())
    assert Complaint.objects.get().language == "zh-hans"


def test_an_e_mail_brings_a_receipt_that_holds_nothing_typed(door, client):
    sent(client, title="Buy at evil.example", contact_name="Evil")
    job = Job.objects.get(task="complaints.tasks.send_letter")
    run_job(job.pk)
    run_job(job.pk)
    [letter] = mail.outbox
    case = Complaint.objects.get()
    assert letter.to == ["wei@example.com"] and case.number in letter.subject
    assert "/complaints/status/" in letter.body and "mistyped" in letter.body
    assert "You have our answer by" in letter.body and "answer to this mail" not in letter.body
    said = letter.body + letter.subject + letter.alternatives[0][0]
    assert "evil" not in said.lower()
    assert (CaseLetter.objects.get().state, case.acknowledged_at is None) == ("sent", False)


def test_without_an_address_nothing_is_mailed(door, client):
    sent(client, contact_email="", contact_phone="13800000000")
    assert not CaseLetter.objects.exists()


def test_an_earlier_case_of_the_same_address_is_put_beside_it(door, client):
    earlier = ComplaintFactory(contact_email="Wei@example.com")
    strange = ComplaintFactory(contact_email="other@example.com")
    sent(client, reference=earlier.number)
    sent(client, reference=strange.number)
    linked = {case.links.first() and case.links.first().target for case in Complaint.objects.all()}
    assert linked == {None, earlier}


def test_without_broker_and_redis_the_case_comes_in_and_its_jobs_wait(door, client, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }

    def broken(*_arguments, **_options):
        raise ConnectionError("refused")

    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", broken)
    assert sent(client).status_code == 302
    assert Complaint.objects.count() == 1
    waiting = set(Job.objects.filter(state="pending").values_list("task", flat=True))
    assert {"complaints.tasks.send_letter", "complaints.tasks.dispatch"} <= waiting


# ---- what programs do -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "values",
    [
        {"website": "https://spam.example"},
        {"token": "made-up"},
        {"token": ""},
    ],
)
def test_what_programs_send_is_refused_with_words_and_can_be_sent_again(values, door, client):
    response = sent(client, **values)
    assert response.status_code == 422 and not Complaint.objects.exists()
    shown = response.context["form"]
    assert "Nobody told us." in response.content.decode()
    again = filled(token=shown["token"].value(), website=shown["website"].value() or "")
    if values.get("website"):
        assert client.post(FORM, again).status_code == 302
    else:
        # The new token is young: what a program sends at once is still too quick.
        assert client.post(FORM, again).status_code == 422


def test_too_quick_and_too_old_forms_are_sent_once_more(door, client):
    assert "faster than anybody types" in sent(client, token=token(minutes=0)).content.decode()
    old = sent(client, token=token(minutes=60 * 25))
    assert "open for very long" in old.content.decode()
    assert old.context["form"]["token"].value() != filled()["token"]
    assert not Complaint.objects.exists()


def test_a_flood_from_one_address_waits(door, client, caplog):
    with within_a_window():
        answers = [sent(client, contact_email=f"a{n}@example.com").status_code for n in range(11)]
    assert answers[-1] == 429
    assert Complaint.objects.count() == 10
    assert "The limit complaint-form was reached." in caplog.text


def test_a_flood_to_one_mailbox_waits_with_everything_typed(door, client, settings):
    settings.RATE_LIMITS = {"complaint-form": "off"}
    with within_a_window():
        answers = [sent(client, contact_email="Victim@example.com") for _n in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Nobody told us." in answers[-1].content.decode()
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_forged_form_is_refused(door):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FORM, filled()).status_code == 403
    page = strict.get(FORM)
    form = filled(csrfmiddlewaretoken=page.context["csrf_token"])
    assert strict.post(FORM, form).status_code == 302


# ---- finding a case ---------------------------------------------------------------------------------
def find(client, **form):
    return client.post(at("public-find"), form)


def test_finding_answers_the_same_whatever_is_asked(client):
    case = ComplaintFactory(contact_email="wei@example.com")
    right = find(client, number=case.number, email="WEI@example.com")
    wrong = find(client, number=case.number, email="other@example.com")
    none = find(client, number="TS-1", email="wei@example.com")
    pages = {page.content.decode().split("<main", 1)[1] for page in (right, wrong, none)}
    assert len(pages) == 1
    for job in Job.objects.filter(task="complaints.tasks.find_case"):
        run_job(job.pk)
    [letter] = mail.outbox
    assert letter.to == ["wei@example.com"]
    assert StatusAccess.objects.get(complaint=case).link_sent_at is not None


def test_too_many_letters_to_one_address_are_dropped_without_a_word(client, settings):
    settings.RATE_LIMITS = {"complaint-find": "off"}
    answers = [find(client, number="TS-1", email="wei@example.com").status_code for _n in range(7)]
    assert answers == [200] * 7
    assert Job.objects.filter(task="complaints.tasks.find_case").count() == 5


def test_the_public_pages_lead_to_nothing_of_the_house(door, client):
    for name in ("public-form", "public-find"):
        text = client.get(at(name)).content.decode()
        assert reverse("complaints:complaint-list") + '"' not in text
    assert timezone.get_current_timezone_name() == "Asia/Shanghai"
