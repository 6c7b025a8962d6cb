"""Run as a program of its own: the first page of a PDF from standard input, as WebP on standard output.

PDFium is native code that reads files of strangers: what makes it crash, spin or fill the memory ends this
process, not the worker. Nothing of the product is imported here, so that it starts quickly and knows no
secrets. Ends with 1 and says nothing where there is no page to show.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import Any

#: Seconds of the processor, bytes of memory, and pages beyond which nobody waits for a picture.
MOST_SECONDS = 10
MOST_MEMORY = 1_500_000_000
MOST_PAGES = 10_000
#: Longer side of the picture, in points of a screen; a strip of paper is no page.
SIDE = 1_000
MOST_RATIO = 20
#: How this program ends where the machine, not the file, is to blame.
NOT_INSTALLED = 3


def limit() -> None:
    """Let the system end this process when it wants too much."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def first_page(pypdfium2: Any, content: bytes) -> bytes:
    """Return the first page as WebP; raises ValueError or PdfiumError for what has none."""
    document = pypdfium2.PdfDocument(content)
    if not 0 < len(document) <= MOST_PAGES:
        raise ValueError("pages")
    page = document[0]
    width, height = page.get_size()
    if not (width > 0 and height > 0 and max(width, height) / min(width, height) <= MOST_RATIO):
        raise ValueError("size")
    image = page.render(scale=SIDE / max(width, height), may_draw_forms=False).to_pil().convert("RGB")
    target = io.BytesIO()
    image.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()


def main() -> int:
    """Read, draw, write."""
    limit()
    try:
        import pypdfium2
    except ImportError:
        return NOT_INSTALLED
    try:
        found = first_page(pypdfium2, sys.stdin.buffer.read())
    except Exception:  # whatever is wrong with it, there is no picture
        return 1
    sys.stdout.buffer.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
