"""The broker of the embedded default: kombu's file-system transport with whole files only.

kombu writes a message, and the table of an exchange, in place. A reader that comes between sees half
of it and takes the worker down; a process that is killed between leaves an exchange that nobody can
read any more. Here both are written beside and then renamed, which the file system does in one step.
"""

from __future__ import annotations

import fcntl
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


def write_whole(path: Path, text: str) -> None:
    """Make `path` hold `text`, so that nobody ever sees a part of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        part.write(str_to_bytes(text))
    Path(part.name).replace(path)


class Channel(filesystem.Channel):
    """A channel that writes whole files."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            bindings = self.get_table(exchange)
            if binding not in bindings:
                write_whole(self.control_folder / f"{exchange}.exchange", dumps([binding, *bindings]))


class Transport(filesystem.Transport):
    """The file-system transport with our channel."""

    Channel = Channel
    default_connection_params: dict[str, Any] = {}  # there is no host to fall back to
