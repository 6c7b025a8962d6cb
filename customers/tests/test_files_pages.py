"""Files on pages and over the API: how they come in, how they go out, and to whom they do not exist."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import AuditAction
from core.domain.attachments import add_attachment, make_preview, remove_attachment
from core.domain.tokens import make_token
from core.models import Attachment, AuditEntry, User
from core.tests.factories import TeamFactory, UserFactory
from core.tests.files import PDF, every_kind, picture, sound
from customers.domain.customers import delete_customer
from customers.domain.interactions import record_interaction
from customers.domain.tasks import complete_task, create_task
from customers.models import Customer, TimelineEvent
from customers.tests.factories import OrderFactory, ProductFactory
from customers.views.timeline import line_of

pytestmark = pytest.mark.django_db


def sent(content: bytes = PDF, name: str = "offer.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/x-lies")


def put(record: Any, content: bytes = PDF, name: str = "offer.pdf") -> Attachment:
    return add_attachment(record, io.BytesIO(content), name=name, by=None)


def files_url(record: Any) -> str:
    return reverse("core:attachment-list", args=[record._meta.label_lower, record.pk])


def door(name: str, attachment: Attachment) -> str:
    return reverse(f"core:attachment-{name}", args=[attachment.pk])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def client(seller: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(seller)


# ---- in ---------------------------------------------------------------------------------------------
def test_the_plain_form_takes_several_files_and_goes_back(client: Client, customer: Customer) -> None:
    files = [sent(), sent(picture(), "photo.png")]
    response = client.post(files_url(customer), {"file": files, "next": "/customers/"})
    assert (response.status_code, response["Location"]) == (302, "/customers/")
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["offer.pdf", "photo.png"]


def test_the_plain_form_never_leads_to_another_site(client: Client, customer: Customer) -> None:
    response = client.post(files_url(customer), {"file": sent(), "next": "https://evil.test/"})
    assert response["Location"] == files_url(customer)


def test_the_plain_form_says_what_became_of_each_file(client: Client, customer: Customer) -> None:
    response = client.post(files_url(customer), {"file": [sent(), sent(b"MZ\0\0", "setup.exe")]})
    assert response.status_code == 422
    assert "setup.exe" in response.text
    assert "Files ending in .exe are not taken." in response.text
    assert Attachment.objects.get().name == "offer.pdf"


def test_a_form_without_a_file_is_asked_for_one(client: Client, customer: Customer) -> None:
    response = client.post(files_url(customer), {})
    assert response.status_code == 422
    assert "Choose a file." in response.text


def test_the_script_gets_a_result_for_each_file(client: Client, customer: Customer) -> None:
    files = [sent(), sent(name="again.pdf"), sent(b"<svg>", "photo.png")]
    response = client.post(files_url(customer), {"file": files}, headers={"Accept": "application/json"})
    results = response.json()["results"]
    assert [result["added"] for result in results] == [True, False, False]
    assert "“offer.pdf”" in results[1]["text"]
    assert "a web page" in results[2]["text"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../x.pdf", "x.pdf"), ("a\\b\\c.pdf", "c.pdf"), ("培" * 300 + ".pdf", "培" * 83 + ".pdf")],
)
def test_names_are_cleaned_on_their_way_in(client: Client, customer: Customer, name: str, kept: str) -> None:
    part = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + PDF
        + b"\r\n--b--\r\n"
    )
    client.post(files_url(customer), data=part, content_type="multipart/form-data; boundary=b")
    assert Attachment.objects.get().name == kept


def test_a_zero_in_the_name_breaks_nothing(client: Client, customer: Customer) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a\0b.pdf"\r\n\r\n' + PDF
    client.post(
        files_url(customer), data=part + b"\r\n--b--\r\n", content_type="multipart/form-data; boundary=b"
    )
    assert [row.name for row in Attachment.objects.all()] == ["ab.pdf"]


def test_a_file_over_the_bound_is_dropped_while_it_arrives(
    client: Client, customer: Customer, settings: Any
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1_000
    files = [sent(b"x" * 200_000, "long.txt"), sent()]
    response = client.post(files_url(customer), {"file": files}, headers={"Accept": "application/json"})
    assert [(r["name"], r["added"]) for r in response.json()["results"]] == [
        ("long.txt", False), ("offer.pdf", True),
    ]  # fmt: skip


def test_a_body_over_the_bound_is_refused_before_it_is_read(
    client: Client, customer: Customer, settings: Any
) -> None:
    class Unreadable(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

    settings.ATTACHMENT_RECORD_MAX_BYTES = 1_000
    response = client.generic(
        "POST", files_url(customer), b"", content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(10**9), **{"wsgi.input": Unreadable()},
    )  # fmt: skip
    assert response.status_code == 413
    assert "Send fewer at once" in response.text


def test_the_token_is_asked_for(seller: User, customer: Customer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(seller)
    assert client.post(files_url(customer), {"file": sent()}).status_code == 403
    assert not Attachment.objects.exists()


def test_who_may_not_change_the_record_adds_nothing(
    customer: Customer, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("trainer"))
    assert client.post(files_url(customer), {"file": sent()}).status_code == 403
    page = client.get(files_url(customer))
    assert "No files." in page.text
    assert 'type="file"' not in page.text


# ---- out --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(every_kind()))
def test_downloads_are_sealed(client: Client, customer: Customer, name: str) -> None:
    added = put(customer, every_kind()[name], name)
    response = client.get(door("download", added))
    assert body(response) == every_kind()[name]
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == added.file_kind.media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Frame-Options"] == "DENY"


def test_names_in_chinese_are_sent_as_the_standard_says(client: Client, customer: Customer) -> None:
    response = client.get(door("download", put(customer, name="报价.pdf")))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%E4%BB%B7.pdf"
    body(response)


def test_only_what_browsers_show_safely_is_shown(client: Client, customer: Customer) -> None:
    shown = {}
    for name, content in every_kind().items():
        response = client.get(door("open", put(customer, content, f"{name[0]}x{name}")))
        shown[name.rpartition(".")[2]] = response["Content-Disposition"].partition(";")[0]
        if not name.endswith("pdf"):
            assert "sandbox" in response["Content-Security-Policy"]
        body(response)
    inline = {ending for ending, disposition in shown.items() if disposition == "inline"}
    assert inline == {"pdf", "png", "jpg", "JPEG", "gif", "webp", "mp3", "m4a", "wav", "mp4"}


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=10-", 206, slice(10, None), "bytes 10-{last}/{size}"),
        ("bytes=-4", 206, slice(-4, None), "bytes {fourth}-{last}/{size}"),
        ("bytes=5-99999999", 206, slice(5, None), "bytes 5-{last}/{size}"),
        ("bytes=99999999-", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=3-1", 200, slice(None), None),
        ("bytes=0-1,3-4", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
    ],
)
def test_parts_of_a_file(
    client: Client, customer: Customer, asked: str, status: int, part: slice, content_range: str | None
) -> None:
    content = sound()
    added = put(customer, content, "call.wav")
    response = client.get(door("open", added), headers={"Range": asked})
    size = len(content)
    expected = content_range and content_range.format(size=size, last=size - 1, fourth=size - 4)
    assert (response.status_code, response.get("Content-Range")) == (status, expected)
    assert body(response) == content[part]
    assert status != 206 or int(response["Content-Length"]) == len(content[part])


def test_the_small_picture_is_sent_when_there_is_one(client: Client, customer: Customer) -> None:
    added = put(customer, picture(), "photo.png")
    assert client.get(door("preview", added)).status_code == 404
    make_preview(added.pk)
    response = client.get(door("preview", added))
    assert response["Content-Type"] == "image/webp"
    assert body(response).startswith(b"RIFF")
    assert door("preview", added) in client.get(files_url(customer)).text


def test_lost_bytes_are_told_by_a_page(client: Client, customer: Customer) -> None:
    from django.core.files.storage import default_storage

    added = put(customer)
    default_storage.delete(added.stored)
    response = client.get(door("download", added))
    assert response.status_code == 404
    assert "cannot be found in the storage" in response.text


def test_names_are_escaped_in_the_list(client: Client, customer: Customer) -> None:
    put(customer, name="<img src=x>&.pdf")
    assert "<img src=x>" not in client.get(files_url(customer)).text


def test_the_panel_asks_as_much_for_three_files_as_for_one(
    client: Client, customer: Customer, django_assert_num_queries: Any
) -> None:
    put(customer)
    client.get(files_url(customer))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(files_url(customer), headers={"HX-Request": "true"})
    for number in range(2):
        put(customer, f"{number}".encode(), f"{number}.txt")
    with django_assert_num_queries(len(one)):
        client.get(files_url(customer), headers={"HX-Request": "true"})


def test_the_pages_of_tasks_and_products_pull_the_panel(
    client: Client, customer: Customer, seller: User
) -> None:
    task = create_task("Send the offer", customer=customer, owner=seller, by=seller)
    product = ProductFactory()
    pages = {task: "customers:task-update", product: "customers:product-detail"}
    for record, name in pages.items():
        assert f'hx-get="{files_url(record)}"' in client.get(reverse(name, args=[record.pk])).text


def test_a_task_that_is_done_still_leads_to_its_files(
    client: Client, customer: Customer, seller: User, django_assert_num_queries: Any
) -> None:
    task = create_task("Send the offer", customer=customer, owner=seller, by=seller)
    put(task)
    complete_task(task, outcome="Sent", by=seller)
    url = f"{reverse('customers:task-list')}?state=done"
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        page = client.get(url).text
    assert 'aria-label="1 file of Send the offer"' in page
    assert f'href="{files_url(task)}?next=' in page
    for number in range(2):
        other = create_task(f"Task {number}", customer=customer, owner=seller, by=seller)
        put(other, f"{number}".encode(), f"{number}.txt")
        complete_task(other, outcome="Done", by=seller)
    with django_assert_num_queries(len(one)):
        client.get(url)


def test_a_link_to_files_says_how_many_and_is_not_there_for_who_may_read_none(seller: User, rf: Any) -> None:
    few, none = (create_task(title, owner=seller, by=seller) for title in ("<b>Offer</b>", "Call"))
    put(few)
    request = rf.get("/customers/tasks/?q=a&b")
    request.user = seller
    loop = "{% for row in rows %}{% files_link row n %}|{% endfor %}"
    source = "{% load attachments %}{% files_counts rows as n %}" + loop
    shown = Template(source).render(Context({"rows": [few, none], "request": request})).split("|")
    assert f'href="{files_url(few)}?next=%2Fcustomers%2Ftasks%2F%3Fq%3Da%26b"' in shown[0]
    assert 'aria-label="1 file of &lt;b&gt;Offer&lt;/b&gt;"' in shown[0] and shown[0].endswith("1</a>")
    assert 'aria-label="Files of Call"' in shown[1] and "btn-icon" in shown[1]
    request.user = UserFactory()
    assert Template(source).render(Context({"rows": [few, none], "request": request})) == "||"


@pytest.mark.parametrize("name", ["customer-detail"])
def test_the_record_page_pulls_the_panel(client: Client, customer: Customer, name: str) -> None:
    page = client.get(reverse(f"customers:{name}", args=[customer.pk]))
    assert f'hx-get="{files_url(customer)}"' in page.text


def test_the_timeline_tells_of_files_without_the_text_of_an_interaction(
    client: Client, customer: Customer
) -> None:
    talk = record_interaction(customer, {"summary": "A secret word", "channel": "phone"}, by=None)
    order = OrderFactory(customer=customer)
    put(talk, b"x", "call.txt")
    put(order)
    lines = [
        line_of(event, UserFactory()) for event in TimelineEvent.objects.filter(kind="other").order_by("pk")
    ]
    assert [(line.about, line.text) for line in lines] == [
        ("File added · Interaction", "call.txt"),
        (f"File added · Order {order.number}", "offer.pdf"),
    ]


# ---- off, and back ----------------------------------------------------------------------------------
def test_removing_offers_the_way_back(client: Client, customer: Customer) -> None:
    added = put(customer)
    response = client.post(door("remove", added), headers={"HX-Request": "true"})
    assert door("restore", added) in response.text
    assert client.get(door("download", added)).status_code == 404
    client.post(door("restore", added), headers={"HX-Request": "true"})
    added.refresh_from_db()
    assert added.removed_at is None


def test_removing_without_a_script_leads_to_the_page_of_the_files(client: Client, customer: Customer) -> None:
    added = put(customer)
    response = client.post(door("remove", added), {"next": "/customers/"}, follow=True)
    assert "File removed." in response.text
    assert door("restore", added) in response.text


# ---- to whom they do not exist ----------------------------------------------------------------------
def test_every_door_to_a_foreign_file_is_closed(
    customer: Customer, user_in: Callable[..., User], other_team: Any, client_of: Callable[[User], Client]
) -> None:
    added, client = put(customer, picture(), "photo.png"), client_of(user_in("manager", team=other_team))
    make_preview(added.pk)
    answers = [
        client.get(files_url(customer)).status_code,
        client.post(files_url(customer), {"file": sent()}).status_code,
        *(client.get(door(name, added)).status_code for name in ("download", "open", "preview")),
        *(client.post(door(name, added)).status_code for name in ("remove", "restore")),
        client.get(f"/api/v1/attachments/{added.pk}/").status_code,
        client.get(f"/api/v1/attachments/{added.pk}/content/").status_code,
        client.delete(f"/api/v1/attachments/{added.pk}/").status_code,
        client.post("/api/v1/attachments/", api_data(customer)).status_code,
    ]
    assert answers == [404] * 11
    assert client.get("/api/v1/attachments/").json()["results"] == []


def test_kinds_of_records_that_take_no_files_have_no_page(client: Client, customer: Customer) -> None:
    for label in ("customers.tag", "core.user", "nothing", "core.attachment"):
        assert client.get(reverse("core:attachment-list", args=[label, 1])).status_code == 404


def test_files_of_a_recycled_customer_are_not_sent(client: Client, customer: Customer, manager: User) -> None:
    added = put(customer)
    delete_customer(customer, by=manager)
    assert client.get(door("download", added)).status_code == 404
    assert client.get(files_url(customer)).status_code == 404


# ---- the API ----------------------------------------------------------------------------------------
def api_data(record: Any, **more: Any) -> dict[str, Any]:
    return {
        "subject_type": record._meta.label_lower,
        "subject_id": record.pk,
        "file": sent(),
        **more,
    }


def test_the_api_takes_lists_sends_and_removes(client: Client, customer: Customer) -> None:
    made = client.post("/api/v1/attachments/", api_data(customer, note="signed"))
    assert made.status_code == 201, made.json()
    found = made.json()
    assert (found["name"], found["media_type"], found["note"]) == ("offer.pdf", "application/pdf", "signed")
    assert made["Location"].endswith(f"/api/v1/attachments/{found['id']}/")

    query = f"?subject_type=customers.customer&subject_id={customer.pk}"
    assert client.get(f"/api/v1/attachments/{query}").json()["results"] == [found]
    assert client.get("/api/v1/attachments/?subject_type=customers.order").json()["results"] == []
    content = client.get(made["Location"] + "content/", headers={"Accept": "application/pdf"})
    assert (body(content), content["X-Content-Type-Options"]) == (PDF, "nosniff")

    assert client.delete(made["Location"]).status_code == 204
    assert client.get(made["Location"]).status_code == 404
    assert client.get(made["Location"] + "content/").status_code == 404


def test_the_api_says_why_it_refuses(client: Client, customer: Customer, settings: Any) -> None:
    url = "/api/v1/attachments/"
    client.post(url, api_data(customer))
    answers = [
        client.post(url, api_data(customer)),
        client.post(url, api_data(customer, file=sent(b"MZ\0\0", "a.exe"))),
        client.post(url, api_data(customer, file=sent(b"", "a.txt"))),
        client.post(url, {"subject_type": "customers.customer", "subject_id": "x"}),
        client.post(url, api_data(customer, subject_type="core.user")),
        client.post(url, json.dumps({}), content_type="application/json"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "file_duplicate"), (400, "file_kind_refused"), (400, "file_empty"), (400, "invalid"),
        (404, "subject_not_found"), (415, "unsupported_media_type"),
    ]  # fmt: skip
    settings.ATTACHMENT_MAX_BYTES = 100
    answer = client.post(url, api_data(customer, file=sent(b"x" * 200_000, "a.txt")))
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    settings.ATTACHMENT_RECORD_MAX_BYTES = -(2**20)
    answer = client.post(url, api_data(customer))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_every_file_can_be_reached_part_by_part(
    client: Client, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.views.attachments.FILES_SHOWN", 2)
    names = [f"{number}.txt" for number in range(5)]
    for name in names:
        put(customer, name.encode(), name)
    url, seen = f"{files_url(customer)}?part=rows", []
    for _part in range(3):
        text = client.get(url, headers={"HX-Request": "true"}).text
        seen += re.findall(r">(\d\.txt)</a>", text)
        older = re.search(r"before=(\d+)", text)
        url = f"{files_url(customer)}?part=rows&before={older[1] if older else 0}"
    assert (seen, older) == (names[::-1], None)
    assert "Newest files" in text
    first = client.get(files_url(customer)).text
    assert "Older files" in first and "Newest files" not in first
    for odd in ("x", "-1", "²", "9" * 40, "0"):
        assert "4.txt" in client.get(files_url(customer), {"before": odd}).text


def test_the_bytes_of_a_file_leave_one_line_a_day(client: Client, customer: Customer, seller: User) -> None:
    added = put(customer)
    for name in ("download", "open", "download"):
        body(client.get(door(name, added)))
    body(client.get(f"/api/v1/attachments/{added.pk}/content/"))
    lines = AuditEntry.objects.filter(actor=seller, action=AuditAction.EXPORTED)
    assert [(line.subject_type, line.subject_id, line.note) for line in lines] == [
        ("core.attachment", added.pk, f"customers.customer {customer.pk}")
    ]


def test_the_same_key_with_another_file_of_the_name_is_refused(client: Client, customer: Customer) -> None:
    headers = {"Idempotency-Key": "one"}
    answers = [
        client.post("/api/v1/attachments/", api_data(customer, file=file), headers=headers)
        for file in (sent(b"first", "a.txt"), sent(b"other", "a.txt"), sent(b"first", "a.txt"))
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[1].json()["code"] == "idempotency_key_reused"
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("scope", "status"), [("orders:read", 404), ("customers:read", 200), ("*:read", 200)]
)
def test_a_token_reads_files_of_kinds_that_it_may_read(
    client: Client, seller: User, customer: Customer, scope: str, status: int
) -> None:
    added = put(customer)
    now = timezone.now()
    scopes = ["attachments:read", scope]
    secret = make_token(
        seller, name="T", scopes=scopes, expires_at=now + timedelta(days=1), by=seller, at=now
    )[1]
    caller = Client(headers={"Authorization": f"Bearer {secret}"})
    answer = caller.get(f"/api/v1/attachments/{added.pk}/content/")
    assert answer.status_code == status
    assert (body(answer) == PDF) is (status == 200)
    listed = caller.get("/api/v1/attachments/").json()["results"]
    assert len(listed) == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["attachments:write"], 403),
        (["attachments:write", "orders:read"], 403),
        (["attachments:write", "customers:read"], 201),
        (["attachments:write", "attachments:read", "customers:read"], 201),
    ],
)
def test_a_token_adds_files_to_kinds_that_it_may_read(
    seller: User, customer: Customer, scopes: list[str], status: int
) -> None:
    now = timezone.now()
    secret = make_token(
        seller, name="T", scopes=scopes, expires_at=now + timedelta(days=1), by=seller, at=now
    )[1]
    caller = Client(headers={"Authorization": f"Bearer {secret}"})
    answer = caller.post("/api/v1/attachments/", api_data(customer))
    assert answer.status_code == status, answer.content
    assert Attachment.objects.count() == (status == 201)
    if status == 201:
        assert ("name" in answer.json()) is ("attachments:read" in scopes)


def test_the_same_key_adds_a_file_once(client: Client, customer: Customer) -> None:
    headers = {"Idempotency-Key": "one"}
    first, second = (
        client.post("/api/v1/attachments/", api_data(customer), headers=headers) for _ in range(2)
    )
    assert first.json() == second.json()
    assert Attachment.objects.count() == 1


def test_a_removed_file_is_gone_from_the_api(client: Client, customer: Customer, seller: User) -> None:
    added = put(customer)
    remove_attachment(added, by=seller, at=timezone.now())
    assert client.get("/api/v1/attachments/").json()["results"] == []
    assert client.delete(f"/api/v1/attachments/{added.pk}/").status_code == 404


def test_a_picture_and_a_first_page_are_shown_in_a_dialog(client: Client, customer: Customer) -> None:
    photo, offer, sheet = put(customer, picture(), "photo.png"), put(customer), put(customer, b"a;b", "a.csv")
    assert client.get(door("show", offer)).status_code == 404
    make_preview(photo.pk)
    make_preview(offer.pk)
    shown = client.get(door("show", offer), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in shown
    assert f'src="{door("preview", offer)}"' in shown
    assert door("open", offer) in shown
    assert f'src="{door("open", photo)}"' in client.get(door("show", photo)).content.decode()
    page = client.get(files_url(customer)).content.decode()
    assert door("show", offer) in page
    assert door("show", sheet) not in page
    assert client.get(door("show", sheet)).status_code == 404


def test_a_stranger_sees_no_dialog(
    customer: Customer, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    added = put(customer)
    make_preview(added.pk)
    stranger = client_of(user_in("sales", team=TeamFactory()))
    assert stranger.get(door("show", added)).status_code == 404
