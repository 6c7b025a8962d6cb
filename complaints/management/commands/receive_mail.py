"""Take in one mail from standard input, for mail servers that hand mails over by a pipe."""

from __future__ import annotations

import logging
import os
import sys
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from complaints.domain.mail.receiving import receive
from complaints.models import Mailbox

logger = logging.getLogger(__name__)
_BLOCK = 1024 * 1024


class Command(BaseCommand):
    """Exit codes are those of mail servers: 0 stored, 65 nothing came in, 75 try again later.

    An unknown mailbox is 75 too: it is a mistake of the set-up, and no reason to send a mail back.
    """

    help = "Take in one mail from standard input. Exit codes: 0 stored, 65 empty, 75 try again later."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The mailbox."""
        parser.add_argument("address", help="address of the mailbox that the mail was sent to")

    def handle(self, *args: Any, **options: Any) -> None:
        """Store it and leave with the code."""
        code = self._received(options["address"], sys.stdin.buffer)
        if code:
            sys.exit(code)

    def _received(self, address: str, source: IO[bytes]) -> int:
        try:
            raw, size = _read(source, settings.INBOUND_MAIL_MAX_BYTES)
            if not raw.strip():
                return os.EX_DATAERR
            mailbox = Mailbox.objects.active().filter(address=address.strip().lower()).first()
            if mailbox is None:
                self.stderr.write(f"No mailbox in use has the address {address}.")
                return os.EX_TEMPFAIL
            mail = receive(mailbox, raw, size=size)
        except Exception as error:  # whatever it is, the mail server keeps the mail and tries again
            logger.exception("A mail could not be stored")
            self.stderr.write(f"The mail could not be stored: {error}")
            return os.EX_TEMPFAIL
        self.stdout.write(f"Stored as {mail.pk}.")
        return os.EX_OK


def _read(source: IO[bytes], most: int) -> tuple[bytes, int]:
    """Return the first `most` bytes and the whole size; the rest is read, so that nobody writes in vain."""
    raw = source.read(most)
    size = len(raw)
    while block := source.read(_BLOCK):
        size += len(block)
    return raw, size
