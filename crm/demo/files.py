"""The demo company's files: offers, a signed order, a photograph of a room, a list of participants."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.utils import timezone
from PIL import Image, ImageDraw

from core.domain.attachments import add_attachment, make_preview
from core.models import User
from customers.models import Customer, Order

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
_PARTICIPANTS = "\ufeff姓名,部门,餐食\n王芳,人力资源,素食\n李强,销售,无\nSarah Jones,Operations,vegetarian\n"


def make_files(users: dict[str, User]) -> None:
    """Put a few small files on customers and on an order that the sales person sees."""
    by = users["sales"]
    customers = Customer.objects.visible_to(by).filter(totals__orders__gt=0).order_by("pk")
    for number, customer in enumerate(customers[:2]):
        if number:
            _put(customer, _PARTICIPANTS.encode(), "参训人员名单.csv", by, "")
            continue
        _put(customer, pdf(_OFFER), "Offer – negotiation training.pdf", by, "sent after the first visit")
        _put(customer, room(), "培训教室.png", by, "")
        order = Order.objects.visible_to(by).filter(customer=customer).order_by("-ordered_on", "-pk")[0]
        _put(order, pdf(_CONFIRMATION), "Order confirmation.pdf", by, "")


def _put(record: Customer | Order, content: bytes, name: str, by: User, note: str) -> None:
    made = add_attachment(record, io.BytesIO(content), name=name, by=by, note=note, at=timezone.now())
    make_preview(made.pk)


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
