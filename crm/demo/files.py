"""The demo company's files: offers, a signed order, photographs of a room, lists, statements and proofs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone
from PIL import Image, ImageDraw

from complaints.models import Article, Cause, Crisis, Improvement, WorkOrder
from core.domain.attachments import add_attachment
from core.models import Job, User
from crm.demo.jobs import speaking, work_off
from customers.models import Customer, Order, Product, Task

_OFFER = (
    "Offer for in-house training",
    "",
    "Negotiation for account teams, two days, up to 16 participants",
    "Materials, certificates and a follow-up after six weeks are included.",
    "",
    "Valid for 60 days.",
)
_CONFIRMATION = (
    "Order confirmation",
    "",
    "We confirm the dates as agreed on the phone.",
    "",
    "Signed: ________",
)
_OUTLINE = ("Train the trainer", "", "Day 1: needs and design", "Day 2: practice and feedback")
_STATEMENT = (
    "Statement",
    "",
    "The fault in the online classroom was repaired within four hours.",
    "All classes that were touched are repeated free of charge.",
)
_PROOF = ("Test protocol", "", "42 of 42 participants got the message the day before.")
_RESCHEDULED = "\ufeff班级,原讲师,代课讲师,通知时间\nTTT 第 12 期,罗景行,外聘,开课前 1 小时\n数据分析入门,罗景行,外聘,未通知\n"
_PARTICIPANTS = "\ufeff姓名,部门,餐食\n王芳,人力资源,素食\n李强,销售,无\nSarah Jones,Operations,vegetarian\n"


def make_files(users: dict[str, User]) -> None:
    """Put a few small files on records of each kind."""
    files_of_customers(users["sales"], users["manager"])
    files_of_cases(users)


def files_of_customers(by: User, manager: User) -> None:
    """What was offered and agreed, and the outline of a course."""
    customers = Customer.objects.visible_to(by).filter(totals__orders__gt=0).order_by("pk")
    for number, customer in enumerate(customers[:2]):
        if number:
            _put(customer, _PARTICIPANTS.encode(), "参训人员名单.csv", by, "")
            continue
        _put(customer, pdf(_OFFER), "Offer – negotiation training.pdf", by, "sent after the first visit")
        _put(customer, room(), "培训教室.png", by, "")
        order = Order.objects.visible_to(by).filter(customer=customer).order_by("-ordered_on", "-pk")[0]
        _put(order, pdf(_CONFIRMATION), "Order confirmation.pdf", by, "")
    task = Task.objects.visible_to(by).open().filter(owner=by).order_by("due_on", "pk").first()
    if task is not None:
        _put(task, pdf(_OFFER), "Renewal offer.pdf", by, "")
    product = Product.objects.get(code="OP-TRN")
    _put(product, pdf(_OUTLINE), "TTT 课程大纲.pdf", manager, "2026 版")


def files_of_cases(users: Mapping[str, User]) -> None:
    """What another department did, and what causes, crises, improvements and articles rest on."""
    manager, agent = users["manager"], users["agent"]
    found: Iterable[tuple[Any, bytes, str, User, str]] = (
        (WorkOrder.objects.filter(state="done"), room(), "维修后的教室.png", manager, "空调已更换"),
        (Cause.objects.all(), _RESCHEDULED.encode(), "换讲师记录.csv", manager, ""),
        (Crisis.objects.all(), pdf(_STATEMENT), "Statement to partners.pdf", manager, ""),
        (Improvement.objects.filter(state="check"), pdf(_PROOF), "Test of the text message.pdf", manager, ""),
        (Article.objects.filter(state="draft", author=agent), room(), "教室布置示意.png", agent, ""),
    )
    for rows, content, name, by, note in found:
        record = rows.order_by("pk").first()
        if record is not None:
            _put(record, content, name, by, note)


def _put(record: Model, content: bytes, name: str, by: User, note: str) -> None:
    with speaking(by):
        made = add_attachment(record, io.BytesIO(content), name=name, by=by, note=note, at=timezone.now())
    for job in Job.objects.filter(dedupe=f"file-preview-{made.pk}"):
        work_off(job)


def pdf(lines: Sequence[str]) -> bytes:
    """Return a page of plain text as PDF; the letters are those of Latin-1."""
    text = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 14 Tf 72 760 Td 22 TL\n{text}ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = "".join(f"{place:010d} 00000 n \n" for place in places).encode()
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return bytes(body + head + table + tail)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def room() -> bytes:
    """Return a drawing of a training room: rows of tables, a board, two windows."""
    image = Image.new("RGB", (960, 640), "#f3efe6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 460, 960, 640), fill="#c9b79c")
    draw.rectangle((250, 90, 710, 330), fill="#ffffff", outline="#5b6770", width=8)
    for left in (40, 760):
        draw.rectangle((left, 110, left + 160, 350), fill="#bcd9e6", outline="#ffffff", width=10)
    for row, width in ((430, 130), (510, 160), (590, 190)):
        for middle in (200, 480, 760):
            draw.rounded_rectangle(
                (middle - width // 2, row - 22, middle + width // 2, row), 6, fill="#2a6f5e"
            )
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()
