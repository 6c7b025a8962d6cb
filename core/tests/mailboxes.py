"""A mail server for tests: real SMTP on a socket, which can be told to fail in every way that servers do."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any


@dataclass
class Mailbox:
    """What a server received, and how it behaves."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    #: Answers to RCPT, by address; the rest is accepted.
    refused: dict[str, str] = field(default_factory=dict)

    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


class _Session(socketserver.StreamRequestHandler):
    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                self.say(box.refused.get(address, "250 ok"))
            elif word == "DATA":
                self.say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += self.rfile.readline()
                box.letters.append(message_from_bytes(data[:-5], policy=policy.default))  # type: ignore[arg-type]
                self.say("250 accepted")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server(settings: Any) -> Iterator[Mailbox]:
    """Run a server and point the settings at it."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        box = Mailbox(port=server.server_address[1])
        server.box = box  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        use_server(settings, box.port)
        yield box
        server.shutdown()
        thread.join()


def use_server(settings: Any, port: int) -> None:
    """Send mail to a port of this machine."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 2
