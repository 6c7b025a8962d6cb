"""The first page of a PDF as a picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO

from core.files.faults import FileFault
from core.files.pdf_page import NOT_INSTALLED

MOST_BYTES = 30_000_000
MOST_PICTURE_BYTES = 2_000_000
#: Of the clock; the program itself may use fewer seconds of the processor.
MOST_SECONDS = 20
PROGRAM = Path(__file__).with_name("pdf_page.py")


def first_page_of(file: IO[bytes]) -> bytes:
    """Return the first page as WebP, drawn by a process of its own within bounds of time and memory.

    Refused as damaged: what is too large, broken, encrypted, without a page, or takes too long. Raises
    OSError or RuntimeError where the machine has no room for it: another attempt may go well.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileFault("damaged")
    try:
        done = subprocess.run(  # noqa: S603 (our own program, no shell, the file on its standard input)
            [sys.executable, "-I", str(PROGRAM)],
            input=content,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise FileFault("damaged") from error
    if done.returncode == NOT_INSTALLED:
        raise RuntimeError("pypdfium2 cannot be loaded")
    is_picture = done.stdout[:4] == b"RIFF" and len(done.stdout) <= MOST_PICTURE_BYTES
    if done.returncode != 0 or not is_picture:
        raise FileFault("damaged")
    return done.stdout
