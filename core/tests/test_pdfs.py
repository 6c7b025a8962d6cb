"""The first page of a PDF: drawn apart from the worker, and nothing for files that mean harm."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from core.files import pdfs
from core.files.faults import FileFault
from core.files.pdfs import first_page_of
from core.tests.files import PDF


def pdf(box: str = "0 0 200 100", *, kids: str = "3 0 R", trailer: str = "", content: bytes = b"") -> bytes:
    """Return a PDF of one page; readers mend the table of places that it lacks."""
    return b"\n".join(
        [
            b"%PDF-1.4",
            b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            f"2 0 obj<</Type/Pages/Kids[{kids}]/Count 1>>endobj".encode(),
            f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R>>endobj".encode(),
            b"4 0 obj<</Length %d>>stream\n" % len(content) + content + b"\nendstream endobj",
            f"trailer<</Root 1 0 R{trailer}>>".encode(),
            b"startxref\n0\n%%EOF\n",
        ]
    )


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(first_page_of(io.BytesIO(content))))


def test_the_first_page_is_a_picture_of_bounded_size() -> None:
    image = shown(pdf(content=b"1 0 0 rg 0 0 100 100 re f"))
    assert (image.format, image.size) == ("WEBP", (1_000, 500))
    red, green, blue = image.convert("RGB").getpixel((100, 250))
    assert red > 200
    assert max(green, blue) < 60


def test_a_page_as_large_as_a_house_is_drawn_small() -> None:
    assert shown(pdf("0 0 14000 14000")).size == (1_000, 1_000)


_ENCRYPTED = (
    f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'00' * 32}>/U<{'11' * 32}>>>/ID[<{'22' * 16}><{'22' * 16}>]"
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 and nothing else",
        PDF[:70],
        pdf(trailer=_ENCRYPTED),
        pdf(kids="2 0 R"),
        pdf(kids=""),
        pdf("0 0 20000 1"),
        PDF.replace(b"%PDF", b"<svg>"),
    ],
    ids=["empty", "head", "cut", "encrypted", "endless", "no page", "strip", "not a pdf"],
)
def test_what_cannot_be_drawn_has_no_picture(content: bytes) -> None:
    with pytest.raises(FileFault):
        first_page_of(io.BytesIO(content))


def test_too_many_bytes_are_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MOST_BYTES", 100)
    file = io.BytesIO(PDF + b"x" * 10_000)
    with pytest.raises(FileFault):
        first_page_of(file)
    assert file.tell() == 101


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "print('RIFF'); raise SystemExit(2)",
        "print('not a picture')",
        "print('RIFF' + 'x' * 3_000_000)",
    ],
    ids=["spins", "crashes", "fails", "says something else", "says too much"],
)
def test_a_program_that_goes_wrong_harms_nobody(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(program)
    monkeypatch.setattr(pdfs, "PROGRAM", path)
    monkeypatch.setattr(pdfs, "MOST_SECONDS", 3)
    with pytest.raises(FileFault):
        first_page_of(io.BytesIO(PDF))


def test_a_machine_that_cannot_draw_blames_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "without.py"
    path.write_text("raise SystemExit(3)")
    monkeypatch.setattr(pdfs, "PROGRAM", path)
    with pytest.raises(RuntimeError):
        first_page_of(io.BytesIO(PDF))


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = pdfs.PROGRAM.read_text().replace("MOST_SECONDS = 10", "MOST_SECONDS = 1")
    path = tmp_path / "pdf_page.py"
    path.write_text(program)
    monkeypatch.setattr(pdfs, "PROGRAM", path)
    line = b"0 0 m " + b"200 100 l 0 37 l 11 0 l 190 3 l " * 40_000 + b"S\n"
    with pytest.raises(FileFault):
        first_page_of(io.BytesIO(pdf(content=line * 4)))
