"""Names by which mails are known: message IDs, addresses, numbers of cases."""

from __future__ import annotations

import hashlib
import re
from email.utils import parseaddr

from complaints.mail.charsets import header_text, one_line

_ID = re.compile(r"<([^<>\s]{1,2000})>")
_NUMBER = re.compile(r"(?<![A-Z0-9])(?:TS|FW)-\d{8}-\d{4,6}(?!\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"^[^@\s<>\"(),:;]{1,64}@[^@\s<>\"(),:;]{1,189}$")
#: Columns hold 255 characters; what is longer is known by its digest.
_LONGEST = 250
#: More of a chain helps nobody to find a case.
MOST_IDS = 60


def message_ids(header: str) -> list[str]:
    """Return the message IDs of a header, each with its brackets, in order."""
    found = [shortened(f"<{one}>") for one in _ID.findall(header)]
    return list(dict.fromkeys(found))[-MOST_IDS:]


def one_message_id(header: str) -> str:
    """Return the message ID that a header holds, also without brackets; "" where there is none."""
    found = message_ids(header)
    if found:
        return found[0]
    bare = one_line(header).split(" ")[0]
    return shortened(f"<{bare}>") if "@" in bare and "<" not in bare and ">" not in bare else ""


def shortened(message_id: str) -> str:
    """Return the ID, or where it is too long for a column, one made of its digest."""
    # A database that refuses NUL would refuse the whole mail.
    plain = message_id.replace("\0", "").encode("ascii", "replace").decode()
    if len(plain) <= _LONGEST:
        return plain
    return f"<{hashlib.sha256(message_id.encode('utf-8', 'replace')).hexdigest()}@long.invalid>"


def sender_of(header: str) -> tuple[str, str]:
    """Return (address in small letters, name) of a From header; "" for an address that is none."""
    name, address = parseaddr(header.replace("\r", "").replace("\n", " "))
    plain = one_line(address).lower()
    if not _ADDRESS.match(plain) or not plain.isprintable():
        plain = ""
    return plain, header_text(name)[:200]


def case_numbers(subject: str) -> list[str]:
    """Return the numbers of cases that a subject names."""
    return list(dict.fromkeys(found.upper() for found in _NUMBER.findall(subject)))[:3]


def host_of(message_id: str) -> str:
    """Return what stands behind the @ of a message ID."""
    return message_id.rpartition("@")[2].rstrip(">").lower()
