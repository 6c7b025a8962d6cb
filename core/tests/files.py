"""Small real files for tests, made in memory."""

from __future__ import annotations

import io
import wave
import zipfile
from functools import cache

from PIL import Image

_MAIN = "application/vnd.openxmlformats-officedocument."
PARTS = {
    "docx": f"{_MAIN}wordprocessingml.document.main+xml",
    "xlsx": f"{_MAIN}spreadsheetml.sheet.main+xml",
    "pptx": f"{_MAIN}presentationml.presentation.main+xml",
}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
EML = b"From: a@example.test\r\nTo: b@example.test\r\nSubject: Offer\r\n\r\nDear all,\r\n"
MP3 = b"\xff\xfb\x90\x00" + b"\0" * 413
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + b"\0" * 32
M4A = b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + b"\0" * 32


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **save: object) -> bytes:
    """Return a picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, "#2a6f5e").save(target, form, **save)  # type: ignore[arg-type]
    return target.getvalue()


def sound() -> bytes:
    """Return a tenth of a second of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * 800)
    return target.getvalue()


def office(kind: str, *, types: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """Return the skeleton of an Office document."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override ContentType="{types or PARTS[kind]}"/></Types>'
        )
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def ole(stream: str) -> bytes:
    """Return a compound file with one stream in its directory."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return header + stream.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 1_500


def bomb() -> bytes:
    """Return a small workbook that would unpack to 60 MB."""
    return office("xlsx", extra={"xl/worksheets/sheet1.xml": b"0" * 60 * 1024**2})


@cache
def every_kind() -> dict[str, bytes]:
    """Return name → content, one for each kind that is taken."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a")
    return {
        "a.pdf": PDF,
        "a.png": picture("PNG"),
        "a.jpg": picture("JPEG"),
        "a.JPEG": picture("JPEG", (20, 20)),
        "a.gif": picture("GIF"),
        "a.webp": picture("WEBP"),
        "a.txt": "Notes, 备注\n".encode(),
        "b.txt": "\ufeffNotes, 备注\n".encode("utf-16"),
        "c.txt": "备注\n".encode("gb18030"),
        "a.csv": b"a,b\n1,2\n",
        "a.docx": office("docx"),
        "a.xlsx": office("xlsx"),
        "a.pptx": office("pptx"),
        "a.doc": ole("WordDocument"),
        "a.xls": ole("Workbook"),
        "a.ppt": ole("PowerPoint Document"),
        "b.docx": ole("EncryptedPackage"),
        "a.zip": packed.getvalue(),
        "a.eml": EML,
        "a.msg": ole("__properties_version1.0"),
        "a.mp3": MP3,
        "b.mp3": b"ID3\x04\0\0\0\0\0\0" + MP3,
        "a.m4a": M4A,
        "a.wav": sound(),
        "a.mp4": MP4,
    }
