"""Why a file is not taken."""

from __future__ import annotations

from typing import Any


class FileFault(Exception):  # noqa: N818 (it is the file that is at fault)
    """The file is refused. `code` is stable; `core.files.words` says it in the reader's language."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
