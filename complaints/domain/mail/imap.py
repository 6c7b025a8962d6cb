"""A folder of an IMAP server, as far as it is needed: which mails are new, their bytes, and marking them."""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from types import TracebackType
from typing import Any

from complaints.choices.mail import Security

#: Without it some providers of China refuse every folder as unsafe.
_WHO = '("name" "Perennial" "version" "1" "vendor" "Perennial")'
imaplib.Commands["ID"] = ("NONAUTH", "AUTH", "SELECTED")

TROUBLE: tuple[type[Exception], ...] = (imaplib.IMAP4.error, OSError, ValueError)


class Folder:
    """One open folder. Raises one of TROUBLE for whatever the server refuses."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: str,
        folder: str,
        timeout: float = 30,
    ) -> None:
        self._connection = _connected(host, port, security, timeout)
        try:
            self._connection.login(username, password)
            if "ID" in self._connection.capabilities:
                self._connection._simple_command("ID", _WHO)
            self._ok(*self._connection.select(_quoted(folder)))
        except BaseException:
            self._hang_up()
            raise
        self.uid_validity = self._number("UIDVALIDITY", 1)
        self.uid_next = self._number("UIDNEXT", 0)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        try:
            self._connection.logout()
        except (imaplib.IMAP4.error, OSError):
            self._connection.shutdown()

    def _ok(self, answer: str, data: Any) -> Any:
        if answer != "OK":
            words = b" ".join(one for one in data if isinstance(one, bytes))
            raise imaplib.IMAP4.error(words.decode("utf-8", "replace")[:300] or answer)
        return data

    def _number(self, name: str, default: int) -> int:
        _code, data = self._connection.response(name)
        text = data[0] if data and data[0] else b""
        return int(text) if isinstance(text, bytes) and text.isdigit() else default

    def unseen(self) -> list[int]:
        """Return the UIDs of mails that nobody has read, ascending."""
        return self._search("UNSEEN")

    def after(self, uid: int) -> list[int]:
        """Return the UIDs beyond `uid`, ascending."""
        # "*" is the last mail, also where it is not beyond.
        return [one for one in self._search(f"UID {uid + 1}:*") if one > uid]

    def _search(self, criterion: str) -> list[int]:
        data = self._ok(*self._connection.uid("SEARCH", criterion))
        words = b" ".join(one for one in data if isinstance(one, bytes)).split()
        return sorted({int(word) for word in words if word.isdigit()})

    def size(self, uid: int) -> int | None:
        """Return how many bytes the mail has; None where it is gone."""
        data = self._ok(*self._connection.uid("FETCH", str(uid), "(RFC822.SIZE)"))
        for one in data:
            found = re.search(rb"RFC822\.SIZE (\d+)", one if isinstance(one, bytes) else b"")
            if found:
                return int(found[1])
        return None

    def read(self, uid: int, most: int) -> bytes | None:
        """Return at most `most` bytes of the mail without marking it; None where it is gone."""
        data = self._ok(*self._connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"))
        for one in data:
            if isinstance(one, tuple) and len(one) > 1 and isinstance(one[1], bytes):
                return one[1]
        return None

    def mark_seen(self, uid: int) -> None:
        """Mark the mail as read, for people who look into the same folder."""
        self._ok(*self._connection.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)"))


def _connected(host: str, port: int, security: str, timeout: float) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if security == Security.TLS:
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=timeout)
    connection = imaplib.IMAP4(host, port, timeout=timeout)
    if security == Security.STARTTLS:
        try:
            connection.starttls(context)
        except BaseException:
            connection.shutdown()
            raise
    return connection


def _quoted(folder: str) -> str:
    """Return the name as IMAP writes it: modified UTF-7, in quotes."""
    pieces = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder):
        if run[0] <= "\x7e" and run[0] >= " ":
            pieces.append(run.replace("&", "&-"))
        else:
            coded = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            pieces.append(f"&{coded}-")
    name = "".join(pieces).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'
