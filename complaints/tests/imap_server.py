"""An IMAP server for tests: one folder on a socket, as much of the protocol as a poller needs."""

from __future__ import annotations

import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any


@dataclass
class Folder:
    """What the server holds, and how it behaves."""

    port: int = 0
    uid_validity: int = 7
    #: UID → (bytes, has been seen)
    mails: dict[int, tuple[bytes, bool]] = field(default_factory=dict)
    password: str = "secret"
    logins: int = 0
    #: Marking is refused: a folder that may only be read.
    read_only: bool = False
    commands: list[str] = field(default_factory=list)

    def put(self, raw: bytes) -> int:
        """Deliver a mail and return its UID."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = (raw, False)
        return uid

    def seen(self) -> list[int]:
        return [uid for uid, (_raw, seen) in self.mails.items() if seen]


class _Session(socketserver.StreamRequestHandler):
    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("* OK here")
        while line := self.rfile.readline().decode().strip():
            tag, _space, command = line.partition(" ")
            self.folder.commands.append(re.sub(r"^LOGIN .*", "LOGIN", command))
            word = command.split(" ")[0].upper()
            if word == "LOGOUT":
                self.say("* BYE for now")
                self.say(f"{tag} OK done")
                return
            getattr(self, f"do_{word.lower()}", self.do_other)(tag, command)

    @property
    def folder(self) -> Folder:
        return self.server.folder  # type: ignore[attr-defined, no-any-return]

    def do_other(self, tag: str, command: str) -> None:
        self.say(f"{tag} OK done")

    def do_capability(self, tag: str, command: str) -> None:
        self.say("* CAPABILITY IMAP4rev1 ID")
        self.say(f"{tag} OK done")

    def do_login(self, tag: str, command: str) -> None:
        self.folder.logins += 1
        good = self.folder.password in command
        self.say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] wrong")

    def do_select(self, tag: str, command: str) -> None:
        if "INBOX" not in command:
            self.say(f"{tag} NO no such folder")
            return
        self.say(f"* {len(self.folder.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.folder.uid_validity}]")
        self.say(f"* OK [UIDNEXT {max(self.folder.mails, default=0) + 1}]")
        self.say(f"{tag} OK [READ-WRITE]")

    def do_uid(self, tag: str, command: str) -> None:
        _uid, word, rest = command.split(" ", 2)
        getattr(self, f"uid_{word.lower()}")(rest)
        refused = word == "STORE" and self.folder.read_only
        self.say(f"{tag} {'NO' if refused else 'OK'} done")

    def uid_search(self, rest: str) -> None:
        mails = self.folder.mails
        if rest == "UNSEEN":
            found = [uid for uid, (_raw, seen) in mails.items() if not seen]
        else:
            first = int(re.findall(r"UID (\d+):", rest)[0])
            # As servers do: the last mail belongs to every range that ends with a star.
            found = [uid for uid in mails if uid >= first] or ([max(mails)] if mails else [])
        self.say(f"* SEARCH {' '.join(map(str, found))}")

    def uid_fetch(self, rest: str) -> None:
        uid = int(rest.split(" ")[0])
        if uid not in self.folder.mails:
            return
        raw = self.folder.mails[uid][0]
        if "RFC822.SIZE" in rest:
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            return
        cut = raw[: int(re.findall(r"<0\.(\d+)>", rest)[0])]
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(cut)}}}\r\n".encode() + cut + b")\r\n")

    def uid_store(self, rest: str) -> None:
        uid = int(rest.split(" ")[0])
        if not self.folder.read_only:
            self.folder.mails[uid] = (self.folder.mails[uid][0], True)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def imap_server(**values: Any) -> Iterator[Folder]:
    """Run a server without TLS on a port of this machine."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        folder = Folder(port=server.server_address[1], **values)
        server.folder = folder  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield folder
        server.shutdown()
        thread.join()
