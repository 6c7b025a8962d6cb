"""Files from strangers: too large, too many, not what they say; and two clicks at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from complaints.domain.submitting import submit
from complaints.models import Complaint, FormSubmission
from complaints.tests.public import FORM, filled, opened
from core.tests.files import PDF

MB = 1024 * 1024


def pdf(name: str, size: int = 0) -> SimpleUploadedFile:
    content = PDF.replace(b"trailer", b" " * size + b"trailer")
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "text"),
    [
        (SimpleUploadedFile("picture.png", b"MZ\0\0" * 40), "the content is a program"),
        (SimpleUploadedFile("page.pdf", b"<html><script>1</script>"), "a web page"),
        (SimpleUploadedFile("run.exe", b"MZ\0\0" * 40), "Files ending in .exe are not taken."),
        (SimpleUploadedFile("empty.pdf", b""), "The file is empty."),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_typed_is_lost(file, text, client):
    opened()
    response = client.post(FORM, filled(attachments=[file]))
    shown = response.content.decode()
    assert response.status_code == 422 and text in shown
    assert "Nobody told us." in shown and "Choose the files again" in shown
    assert not Complaint.objects.exists()


@pytest.mark.django_db
def test_a_file_of_fifty_megabytes_is_refused_by_name_and_nothing_typed_is_lost(client):
    opened()
    response = client.post(FORM, filled(attachments=[pdf("huge.pdf", 50 * MB), pdf("small.pdf")]))
    shown = response.content.decode()
    assert response.status_code == 422
    assert "huge.pdf: The file is larger than 25 MB" in shown
    assert "Nobody told us." in shown and "wei@example.com" in shown
    assert not Complaint.objects.exists()


@pytest.mark.django_db
def test_no_more_files_than_the_form_takes_are_even_written(client, settings):
    opened(most_files=2)
    response = client.post(FORM, filled(attachments=[pdf(f"{n}.pdf") for n in range(4)]))
    assert response.status_code == 422
    assert "At most 2 files at once." in response.content.decode()
    opened(most_files=0)
    assert b'type="file"' not in client.get(FORM).content


@pytest.mark.django_db
def test_a_body_beyond_every_bound_is_refused_unread(client, settings):
    opened()
    settings.ATTACHMENT_RECORD_MAX_BYTES = MB
    response = client.post(FORM, filled(attachments=[pdf("large.pdf", 3 * MB)]))
    assert response.status_code == 413
    assert "larger than 2 MB" in response.content.decode()


@pytest.mark.django_db
def test_a_file_that_finds_no_room_is_told_in_the_log(client, settings):
    opened()
    settings.ATTACHMENT_RECORD_MAX_BYTES = 2 * MB
    client.post(FORM, filled(attachments=[pdf("first.pdf", MB), pdf("second.pdf", MB + 1)]))
    case = Complaint.objects.get()
    line = case.entries.get(data__code="file_not_kept")
    assert line.data["params"]["name"] == "second.pdf"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_six_clicks_at_the_same_moment_one_makes_a_case():
    opened()
    start, at = Barrier(6), timezone.now()
    data = {
        "kind": "complaint", "category": None, "title": "Late", "description": "Late.",
        "contact_name": "Wei", "contact_email": "wei@example.com", "language": "en",
    }  # fmt: skip

    def click(_number: int) -> int:
        try:
            start.wait()
            return submit(data, key="the-same", at=at).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        cases = set(pool.map(click, range(6)))
    assert len(cases) == Complaint.objects.count() == FormSubmission.objects.count() == 1
