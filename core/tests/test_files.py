"""What a file is, read from its bytes; what its name becomes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core.files import KINDS, FileFault, cleaned_name, inspect
from core.files.pictures import small_picture
from core.files.words import _SENTENCES, say_fault
from core.tests.files import EML, PDF, bomb, every_kind, office, ole, picture

SVG = b'<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
HTML = b"<!-- hi --> <!DOCTYPE html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ\x90\0\x03\0\0\0" + b"\0" * 2_000


def fault(tmp_path: Path, name: str, content: bytes) -> str:
    """Return the code of the refusal and the word for what was found; "" for a file that is taken."""
    path = tmp_path / "sent"
    path.write_bytes(content)
    try:
        inspect(path, name)
    except FileFault as found:
        assert say_fault(found)
        return ":".join(word for word in (found.code, found.params.get("found", "")) if word)
    return ""


@pytest.mark.parametrize("name", sorted(every_kind()))
def test_every_kind_is_taken_under_its_name(name: str, tmp_path: Path) -> None:
    assert fault(tmp_path, name, every_kind()[name]) == ""


def test_the_samples_cover_every_kind() -> None:
    endings = {name.rpartition(".")[2].lower() for name in every_kind()}
    assert endings == {ending for kind in KINDS for ending in kind.endings}


def test_no_kind_passes_as_another(tmp_path: Path) -> None:
    """Only text that is CSV may be called text, and the other way round; a document is a ZIP archive."""
    same = {frozenset({"txt", "csv"}), frozenset({"jpg", "jpeg"}), frozenset({"m4a", "mp4"})}
    passed = []
    for name, content in every_kind().items():
        for other in {ending for kind in KINDS for ending in kind.endings}:
            own = name.rpartition(".")[2].lower()
            is_text = own == "eml" and other in {"txt", "csv"}
            is_archive = own in {"docx", "xlsx", "pptx"} and other == "zip"
            is_locked = name == "b.docx" and other in {"xlsx", "pptx"}
            if other == own or frozenset({own, other}) in same or is_text or is_archive or is_locked:
                continue
            if fault(tmp_path, f"x.{other}", content) == "":
                passed.append((name, other))
    assert passed == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("setup.exe", PROGRAM, "kind_refused"),
        ("page.html", HTML, "kind_refused"),
        ("drawing.svg", SVG, "kind_refused"),
        ("run.sh", b"#!/bin/sh\n", "kind_refused"),
        ("letter.docm", office("docx"), "kind_refused"),
        ("README", b"text", "kind_refused"),
        ("invoice.pdf", PROGRAM, "mismatch:program"),
        ("notes.txt", PROGRAM, "mismatch:program"),
        ("notes.txt", b"#!/bin/sh\nrm -rf /\n", "mismatch:script"),
        ("notes.txt", HTML, "mismatch:page"),
        ("notes.txt", "\ufeff<html>".encode("utf-16"), "mismatch"),
        ("table.csv", SVG, "mismatch:page"),
        ("photo.png", SVG, "mismatch:page"),
        ("photo.png", HTML, "mismatch:page"),
        ("photo.png", picture("JPEG"), "mismatch"),
        ("photo.png", picture()[:-30], "damaged"),
        ("photo.gif", b"GIF89a/*" + b"\0" * 40 + b"*/=alert(1)", "mismatch"),
        ("photo.gif", b"GIF89a=1;alert(document.domain)//", "mismatch"),
        ("paper.pdf", b"<script>alert(1)</script>" + PDF, "mismatch:page"),
        ("paper.pdf", b"junk in front of it " + PDF, "mismatch"),
        ("paper.pdf", PDF[:-10], "damaged"),
        ("sheet.xlsx", office("docx"), "mismatch"),
        ("letter.docx", office("docx", extra={"word/vbaProject.bin": b"x"}), "macros"),
        ("letter.docx", ole("WordDocument"), "mismatch"),
        ("letter.docx", b"PK\x03\x04 and nothing more", "damaged"),
        ("sheet.xlsx", bomb(), "bomb"),
        ("mail.eml", b"Hello: there\n\nnothing", "mismatch"),
        ("mail.eml", EML.replace(b"Dear", b"\0"), "mismatch"),
        ("empty.txt", b"", "empty"),
        ("letter.doc", b"\xd0\xcf\x11\xe0", "mismatch"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, expected: str, tmp_path: Path
) -> None:
    assert fault(tmp_path, name, content) == expected


def test_a_picture_that_claims_a_huge_size_is_never_decoded(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    for side in (9_000, 60_000):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0"))
        assert fault(tmp_path, "photo.png", content) == "too_many_points"


def test_an_archive_of_very_many_files_is_refused_before_its_directory_is_read(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
    content = target.getvalue()
    assert fault(tmp_path, "a.zip", content) == "too_many_entries"
    end = content.rfind(b"PK\x05\x06")
    claimed = content[: end + 12] + struct.pack("<I", 9 * 1024**2) + content[end + 16 :]
    assert fault(tmp_path, "a.zip", claimed) == "too_many_entries"
    large = b"PK\x06\x06" + b"\0" * 36 + struct.pack("<Q", 9 * 1024**2)
    marked = content[:end] + large + content[end : end + 12] + b"\xff" * 4 + content[end + 16 :]
    assert fault(tmp_path, "a.zip", marked) == "too_many_entries"


def test_a_text_that_begins_like_a_program_is_a_text(tmp_path: Path) -> None:
    assert fault(tmp_path, "notes.txt", b"MZ is short for the founder's initials.\n") == ""


def test_comments_without_end_do_not_take_long(tmp_path: Path) -> None:
    assert fault(tmp_path, "notes.txt", b"<!---->" * 600) == ""


def test_the_small_picture_forgets_what_the_camera_noted() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 12.0, 0.0)}
    exif[0x0112] = 6
    content = picture("JPEG", (900, 600), exif=exif)
    small = Image.open(io.BytesIO(small_picture(io.BytesIO(content), "jpeg")))
    assert (small.size, dict(small.getexif()), small.format) == ((320, 480), {}, "WEBP")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Offer 2026.pdf", "Offer 2026.pdf"),
        ("合同 – 第二版.docx", "合同 – 第二版.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("a\0b\r\nc\x7f.txt", "abc.txt"),
        ("exe\u202efdp.txt", "exefdp.txt"),
        ("\u2066a\u2069.txt", "a.txt"),
        ("a\ud800b.txt", "ab.txt"),
        ("CON.txt", "_CON.txt"),
        ("aux", "_aux"),
        ("lpt1.pdf", "_lpt1.pdf"),
        ("console.txt", "console.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("...", "file"),
        (" .txt", "file.txt"),
        ("a .pdf ", "a.pdf"),
        ("\u202e\0", "file"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_names_are_cleaned(sent: str, kept: str) -> None:
    assert cleaned_name(sent) == kept


def test_a_long_name_keeps_its_ending_and_whole_characters() -> None:
    kept = cleaned_name("培" * 300 + ".pdf")
    assert kept == "培" * 83 + ".pdf"
    assert len(kept.encode()) <= 255


def test_every_refusal_has_words() -> None:
    params = {"ending": "x", "found": "", "megabytes": 1, "most": 1}
    assert all(say_fault(FileFault(code, **params)) for code in _SENTENCES)
