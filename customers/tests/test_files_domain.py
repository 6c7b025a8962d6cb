"""Files on customers, interactions and orders: what the verbs do, refuse and leave behind."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from core.choices import AuditAction, PreviewState
from core.domain.attachments import (
    add_attachment,
    make_preview,
    open_stored,
    remove_attachment,
    restore_attachment,
    sweep_files,
)
from core.domain.recycling import chosen_rows, purge_rows
from core.errors import DomainError
from core.models import Attachment, AuditEntry, Job, User
from core.tests.files import PDF, picture
from customers.domain.customers import delete_customer, restore_customer
from customers.domain.products import delete_product
from customers.domain.tasks import create_task
from customers.models import Customer, Tag, TimelineEvent
from customers.tests.factories import OrderFactory, ProductFactory

pytestmark = pytest.mark.django_db


def put(record: Any, content: bytes = PDF, name: str = "offer.pdf", by: User | None = None) -> Attachment:
    return add_attachment(record, io.BytesIO(content), name=name, by=by)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.code


def stored_files() -> list[Path]:
    """Return every file below the folder of attachments."""
    return sorted(path for path in (Path(settings.MEDIA_ROOT) / "attachments").rglob("*") if path.is_file())


def age(path: Path, days: float) -> None:
    then = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def test_adding_keeps_the_bytes_under_a_random_name_and_tells_everybody(
    customer: Customer,
    seller: User,
    audit: Callable[[Any], list[AuditEntry]],
    story: Callable[[Customer], list[TimelineEvent]],
) -> None:
    added = add_attachment(customer, io.BytesIO(PDF), name="../报价 2026.pdf", by=seller, note=" signed ")

    assert (added.name, added.kind, added.size, added.note) == ("报价 2026.pdf", "pdf", len(PDF), "signed")
    assert added.sha256 == hashlib.sha256(PDF).hexdigest()
    assert [path.read_bytes() for path in stored_files()] == [PDF]
    assert stored_files()[0].name not in added.name
    line = audit(customer)[-1]
    assert (line.action, line.changes) == (AuditAction.CHANGED, {"files": [None, "报价 2026.pdf"]})
    event = story(customer)[-1]
    assert (event.kind, event.data["action"], event.data["file"]) == ("other", "added", "报价 2026.pdf")


def test_a_file_of_an_order_stands_on_the_timeline_of_its_customer(
    customer: Customer, story: Callable[[Customer], list[TimelineEvent]]
) -> None:
    order = OrderFactory(customer=customer)
    put(order)
    assert story(customer)[-1].data["number"] == order.number


def test_records_of_other_kinds_take_no_files() -> None:
    assert refusal(lambda: put(Tag.objects.create(name="Listed"))) == "takes_no_files"


def test_a_file_of_a_task_stands_on_the_timeline_of_its_customer(
    customer: Customer, seller: User, story: Callable[[Customer], list[TimelineEvent]]
) -> None:
    task = create_task("Send the offer", customer=customer, owner=seller, by=seller)
    put(task, by=seller)
    event = story(customer)[-1]
    assert (event.data["model"], event.data["file"], event.data["number"]) == (
        "customers.task", "offer.pdf", "",
    )  # fmt: skip


def test_a_task_without_a_customer_takes_files_and_tells_its_history(
    seller: User, manager: User, audit: Callable[[Any], list[AuditEntry]], other_team: Any
) -> None:
    task = create_task("Prepare the fair", owner=seller, by=seller)
    added = put(task, by=seller)
    assert audit(task)[-1].changes == {"files": [None, "offer.pdf"]}
    assert Attachment.objects.visible_to(seller, "delete").contains(added)
    assert not TimelineEvent.objects.exists()


def test_files_of_a_task_lie_in_the_bin_with_its_customer(
    customer: Customer, seller: User, manager: User
) -> None:
    task = create_task("Send the offer", customer=customer, owner=seller, by=seller)
    added = put(task, by=seller)
    delete_customer(customer, by=manager)
    assert not Attachment.objects.visible_to(seller).exists()
    assert refusal(lambda: put(task, b"x", "a.txt")) == "record_deleted"
    restore_customer(customer, by=manager)
    assert Attachment.objects.visible_to(seller).get() == added


def test_files_of_all_that_hung_on_a_purged_customer_are_swept(
    customer: Customer, seller: User, manager: User, user_in: Callable[..., User]
) -> None:
    task = create_task("Send the offer", customer=customer, owner=seller, by=seller)
    put(task, by=seller)
    put(customer, b"x", "a.txt")
    delete_customer(customer, by=manager)
    boss = user_in("administrator")
    assert purge_rows(chosen_rows(boss, [f"customers.customer:{customer.pk}"]), by=boss).done == 1
    assert sweep_files(timezone.now())["without_record"] == 2
    assert (Attachment.objects.count(), stored_files()) == (0, [])


def test_files_of_a_product_are_everybodys_and_changed_by_managers(
    user_in: Callable[..., User], audit: Callable[[Any], list[AuditEntry]], other_team: Any
) -> None:
    product = ProductFactory()
    added = put(product)
    seller, manager = user_in("sales", team=other_team), user_in("manager")
    assert Attachment.objects.visible_to(seller).contains(added)
    assert not Attachment.objects.visible_to(seller, "delete").exists()
    assert Attachment.objects.visible_to(manager, "delete").contains(added)
    assert audit(product)[-1].changes == {"files": [None, "offer.pdf"]}
    delete_product(product, by=manager)
    assert not Attachment.objects.visible_to(manager).exists()
    assert sweep_files(timezone.now())["without_record"] == 1


def test_the_same_bytes_are_refused_on_the_same_record_only(customer: Customer) -> None:
    put(customer)
    assert refusal(lambda: put(customer, name="other.pdf")) == "file_duplicate"
    put(OrderFactory(customer=customer))
    assert Attachment.objects.count() == 2
    assert len(stored_files()) == 2


def test_removed_bytes_may_come_again_and_then_block_the_way_back(customer: Customer, seller: User) -> None:
    first = put(customer)
    remove_attachment(first, by=seller, at=timezone.now())
    put(customer, name="again.pdf")
    assert refusal(lambda: restore_attachment(first, by=seller, at=timezone.now())) == "file_duplicate"


def test_the_bounds_of_a_file_and_of_a_record(customer: Customer, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    put(customer)
    assert refusal(lambda: put(customer, PDF + b" ", "b.pdf")) == "file_too_large"
    settings.ATTACHMENT_RECORD_MAX_BYTES = len(PDF) + 10
    put(customer, b"0123456789", "a.txt")
    assert refusal(lambda: put(customer, b"x", "b.txt")) == "record_full"
    assert len(stored_files()) == 2


def test_what_is_refused_leaves_nothing_behind(customer: Customer) -> None:
    assert refusal(lambda: put(customer, b"MZ\0\0", "a.pdf")) == "file_mismatch"
    assert refusal(lambda: put(customer, b"", "a.txt")) == "file_empty"
    assert refusal(lambda: put(customer, b"x", "a.exe")) == "file_kind_refused"
    assert stored_files() == []


def test_a_record_in_the_recycle_bin_takes_no_files_and_hides_its_own(
    customer: Customer, manager: User
) -> None:
    put(customer)
    delete_customer(customer, by=manager)
    assert refusal(lambda: put(customer, b"x", "a.txt")) == "record_deleted"
    assert not Attachment.objects.visible_to(manager).exists()
    assert len(stored_files()) == 1


def test_removing_and_putting_back(
    customer: Customer,
    seller: User,
    audit: Callable[[Any], list[AuditEntry]],
    story: Callable[[Customer], list[TimelineEvent]],
) -> None:
    added, now = put(customer), timezone.now()

    remove_attachment(added, by=seller, at=now)
    assert (added.removed_at, added.removed_by) == (now, seller)
    assert not Attachment.objects.visible_to(seller).exists()
    assert refusal(lambda: remove_attachment(added, by=seller, at=now)) == "file_removed"

    restore_attachment(added, by=seller, at=now)
    assert Attachment.objects.visible_to(seller).get() == added
    assert refusal(lambda: restore_attachment(added, by=seller, at=now)) == "file_not_removed"
    assert [line.changes["files"] for line in audit(customer)] == [
        [None, "offer.pdf"], ["offer.pdf", None], [None, "offer.pdf"],
    ]  # fmt: skip
    assert [event.data["action"] for event in story(customer)] == ["added", "removed", "restored"]


def test_pictures_get_a_small_one_by_a_job(customer: Customer) -> None:
    added = put(customer, picture(size=(900, 600)), "photo.png")
    job = Job.objects.get(task="core.tasks.make_file_preview")
    assert (added.preview, added.width, added.height) == (PreviewState.WAITING, 900, 600)
    assert job.payload == {"attachment_id": added.pk}
    assert make_preview(added.pk)
    assert make_preview(added.pk)
    added.refresh_from_db()
    assert added.preview == PreviewState.READY
    assert [path.suffix for path in stored_files()] == ["", ".webp"]


def test_a_picture_that_is_gone_stays_without_a_small_one(customer: Customer) -> None:
    added = put(customer, picture(), "photo.png")
    stored_files()[0].unlink()
    assert not make_preview(added.pk)
    added.refresh_from_db()
    assert added.preview == PreviewState.FAILED
    assert refusal(lambda: open_stored(added)) == "file_missing"


def test_killed_before_the_row_leaves_bytes_that_the_sweep_finds(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed process runs no cleaning up: neither of the copy that arrives, nor of the stored one."""
    kept = put(customer, picture(), "photo.png")
    make_preview(kept.pk)
    folder = Path(settings.MEDIA_ROOT) / "attachments"
    arriving = folder / "arriving" / "tmpabc"
    orphan = folder / "ab" / "cd" / "abcdef"
    young = folder / "ab" / "cd" / "abcdee"
    orphan.parent.mkdir(parents=True)
    for path in (arriving, orphan, orphan.with_suffix(".webp"), young):
        path.write_bytes(b"x")
    for path in (*stored_files(), arriving):
        if path != young:
            age(path, 2)

    counts = sweep_files(timezone.now())

    assert counts == {"removed": 0, "without_record": 0, "without_row": 2, "arriving": 1}
    assert len(stored_files()) == 3  # the picture, its small one, and what may be on its way
    assert sweep_files(timezone.now()) == dict.fromkeys(counts, 0)


def test_a_failure_while_the_row_is_written_takes_the_bytes_away(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("core.domain.attachments.adding.write_line", fail)
    with pytest.raises(RuntimeError):
        put(customer)
    assert (Attachment.objects.count(), stored_files()) == (0, [])


def test_the_sweep_forgets_what_was_removed_long_ago(customer: Customer, seller: User) -> None:
    now = timezone.now()
    old, new = put(customer, picture(), "a.png"), put(customer)
    make_preview(old.pk)
    remove_attachment(old, by=seller, at=now - timedelta(days=31))
    remove_attachment(new, by=seller, at=now - timedelta(days=29))
    assert sweep_files(now)["removed"] == 1
    assert list(Attachment.objects.all()) == [new]
    assert len(stored_files()) == 1


def test_the_sweep_forgets_files_whose_record_is_gone_for_good(customer: Customer) -> None:
    order = OrderFactory(customer=customer)
    put(order)
    put(customer, b"x", "kept.txt")
    type(order).objects.filter(pk=order.pk).delete()
    assert sweep_files(timezone.now())["without_record"] == 1
    assert [row.name for row in Attachment.objects.all()] == ["kept.txt"]


def test_files_are_seen_by_who_sees_the_record(
    customer: Customer, user_in: Callable[..., User], other_team: Any
) -> None:
    added = put(OrderFactory(customer=customer))
    sees = {
        role: [Attachment.objects.visible_to(user, action).contains(added) for action in ("view", "delete")]
        for role in ("sales", "agent", "trainer", "analyst", "manager")
        for user in [user_in(role)]
    }
    assert sees == {
        "sales": [True, True],
        "agent": [True, False],  # may not change orders
        "trainer": [True, False],
        "analyst": [True, False],
        "manager": [True, True],
    }
    assert not Attachment.objects.visible_to(user_in("sales", team=other_team)).exists()


def test_a_pdf_gets_a_picture_of_its_first_page(customer: Customer) -> None:
    added = put(customer, PDF, "offer.pdf")
    assert added.preview == PreviewState.WAITING
    assert Job.objects.filter(task="core.tasks.make_file_preview").count() == 1
    assert make_preview(added.pk)
    assert make_preview(added.pk)
    added.refresh_from_db()
    assert added.preview == PreviewState.READY


def test_a_pdf_that_cannot_be_drawn_stays_without(customer: Customer) -> None:
    added = put(customer, PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), "odd.pdf")
    assert not make_preview(added.pk)
    added.refresh_from_db()
    assert added.preview == PreviewState.FAILED
