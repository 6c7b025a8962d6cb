"""A raw mail as what it says: head, text, files, and what a notice tells of mails that came back.

Structure is read by Python's `email` under its default policy; values of headers are decoded by
`charsets`, which takes what the library refuses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from typing import Any, TypeVar

from complaints.mail.addresses import message_ids, one_message_id, sender_of, shortened
from complaints.mail.automatic import Bounce, is_answer, is_bounce, why_automatic
from complaints.mail.bodies import text_of_html
from complaints.mail.charsets import cleaned, decode, header_text, one_line

T = TypeVar("T")

MOST_PARTS = 200
MOST_FILES = 50
MOST_TEXT = 90_000
#: The mail programs' words for an answer, in front of a subject.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|wg|antw|回复|答复|转发|回覆|轉寄|轉發)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.I
)


@dataclass(frozen=True)
class Head:
    """What the head of a mail says; never trusted."""

    message_id: str
    sender: str
    sender_name: str
    subject: str
    replies_to: tuple[str, ...]
    headers: dict[str, str]

    @property
    def bare_subject(self) -> str:
        """The subject without "Re:" and its like."""
        return _PREFIX.sub("", self.subject).strip()


@dataclass(frozen=True)
class MailFile:
    """A file of a mail."""

    name: str
    content: bytes
    #: The mail was cut within it.
    is_cut: bool = False


@dataclass
class ReadMail:
    """A mail that was read."""

    head: Head
    text: str = ""
    files: list[MailFile] = field(default_factory=list)
    #: Why it is no person's mail; "" for a person's.
    automatic: str = ""
    #: The machine answers, says that somebody is away, or feeds a mailing list.
    answers: bool = False
    bounce: Bounce | None = None
    #: Parts that were left out, or a structure that nobody can read.
    is_broken: bool = False
    left_out: int = 0


def _safely(work: Callable[[], T], default: T) -> T:
    """Return what `work` returns; the library raises a dozen kinds of errors for what people send."""
    try:
        return work()
    except Exception:
        return default


# ---- the head ---------------------------------------------------------------------------------------
def read_head(raw: bytes) -> Head:
    """Return what the head says; of a mail without any, everything is empty but the message ID."""
    message = _safely(lambda: BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:262_144]), Message())
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        text = str(value)[:20_000]
        # The first of a name counts, for servers write theirs on top.
        headers.setdefault(str(name).strip().lower()[:80], text)
    # Comments within comments and the like drive the library mad: such a head is empty, the mail is kept.
    sender, name = _safely(lambda: sender_of(headers.get("from", "")), ("", ""))
    replies = [*message_ids(headers.get("references", "")), *message_ids(headers.get("in-reply-to", ""))]
    known = {
        key: _header_of(value)[:1_000] if key != "return-path" else value.strip()
        for key, value in headers.items()
        if key in _KEPT
    }
    return Head(
        message_id=one_message_id(headers.get("message-id", "")) or made_id(raw, headers),
        sender=sender,
        sender_name=name,
        subject=_header_of(headers.get("subject", ""))[:300],
        # The latest first: it is the nearest to what is answered.
        replies_to=tuple(dict.fromkeys(reversed(replies))),
        headers=known,
    )


_KEPT = {
    "auto-submitted", "precedence", "x-autoreply", "x-autorespond", "x-auto-response-suppress", "list-id",
    "list-unsubscribe", "feedback-id", "return-path", "subject", "from", "to", "date",
    "x-failed-recipients",
}  # fmt: skip


def _header_of(header: str) -> str:
    return _safely(lambda: header_text(header), one_line(header))


def made_id(raw: bytes, headers: dict[str, str]) -> str:
    """Return a message ID for a mail without one: the same content has the same, however it travelled."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    digest = hashlib.sha256(body[1] if len(body) > 1 else raw)
    for name in ("from", "date", "subject", "to"):
        digest.update(headers.get(name, "").encode("utf-8", "surrogateescape") + b"\0")
    return f"<{digest.hexdigest()}@made.invalid>"


# ---- the whole --------------------------------------------------------------------------------------
def read_mail(raw: bytes, *, is_cut: bool = False) -> ReadMail:
    """Return what the mail says, whatever it is made of."""
    found = ReadMail(read_head(raw))
    message: Any = _safely(lambda: message_from_bytes(raw, policy=policy.default), None)
    content_type = "text/plain"
    if message is None:
        found.is_broken = True
    else:
        content_type = _type_of(message)
        try:
            _read_parts(message, found, is_cut=is_cut)
        except Exception:  # recursion without end, too
            found.is_broken = True
    head = found.head
    if is_bounce(head.headers, content_type, head.sender):
        found.bounce = _safely(lambda: _read_bounce(message, head), Bounce(final=False))
    found.automatic = why_automatic(head.headers)
    found.answers = bool(found.automatic) and is_answer(head.headers)
    found.text = cleaned(found.text).strip()
    return found


def _type_of(part: Any) -> str:
    return _safely(part.get_content_type, "application/octet-stream")


def _parts(message: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Yield the leaves, each with the multiparts above it. A mail within a mail is a leaf."""
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(message, ())]
    while waiting:
        part, above = waiting.pop()
        if part.is_multipart() and _type_of(part).startswith("multipart/"):
            children = [(child, (*above, part)) for child in part.get_payload()]
            waiting.extend(reversed(children))
        else:
            yield part, above


def _read_parts(message: EmailMessage, found: ReadMail, *, is_cut: bool) -> None:
    plain: list[str] = []
    html: list[str] = []
    leaves = list(_parts(message))
    for number, (part, _above) in enumerate(leaves):
        if number >= MOST_PARTS:
            found.left_out = len(leaves) - number
            break
        kind = _type_of(part)
        if _is_text(part, kind):
            (plain if kind == "text/plain" else html).append(_text_of(part))
        elif kind in {"message/delivery-status", "text/rfc822-headers", "message/disposition-notification"}:
            continue
        elif len(found.files) >= MOST_FILES:
            found.left_out += 1
        else:
            last = is_cut and number == len(leaves) - 1
            found.files.append(MailFile(_name_of(part, kind), _bytes_of(part), is_cut=last))
    wanted = "\n\n".join(text for text in plain if text.strip())
    found.text = wanted or "\n\n".join(text_of_html(text) for text in html)


def _is_text(part: Any, kind: str) -> bool:
    if kind not in {"text/plain", "text/html"}:
        return False
    name = _safely(part.get_filename, None)
    return not name and _safely(part.get_content_disposition, None) != "attachment"


def _text_of(part: Any) -> str:
    content = _bytes_of(part)
    charset = _safely(lambda: str(part.get_param("charset", "", header="content-type") or ""), "")
    return decode(content, charset)


def _bytes_of(part: Any) -> bytes:
    if part.is_multipart():
        inner = part.get_payload()
        return b"\n".join(_safely(one.as_bytes, b"") for one in inner)
    content = _safely(lambda: part.get_payload(decode=True), b"")
    return content if isinstance(content, bytes) else b""


_ENDINGS = {
    "message/rfc822": "eml", "text/plain": "txt", "text/html": "html", "image/jpeg": "jpg",
    "image/png": "png", "image/gif": "gif", "application/pdf": "pdf", "text/csv": "csv",
    "text/calendar": "ics", "application/zip": "zip",
}  # fmt: skip


def _name_of(part: Any, kind: str) -> str:
    name = _safely(part.get_filename, None)
    if isinstance(name, str) and name.strip():
        return header_text(name)[:200]
    if kind == "message/rfc822":
        inner = part.get_payload()
        subject = _safely(lambda: str(dict(inner[0].raw_items()).get("Subject", "")), "") if inner else ""
        return f"{header_text(subject)[:80] or 'mail'}.eml"
    return f"file.{_ENDINGS.get(kind, 'bin')}"


# ---- notices ----------------------------------------------------------------------------------------
_ACTION = re.compile(r"^Action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
_DIAGNOSIS = re.compile(r"^Diagnostic-Code:\s*(.+(?:\n[ \t].+)*)", re.IGNORECASE | re.MULTILINE)
_DISPOSITION = re.compile(r"^Disposition:", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"^Status:\s*(.+)", re.IGNORECASE | re.MULTILINE)
_ORIGINAL = re.compile(r"^Message-ID:\s*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)


def _read_bounce(message: Any, head: Head) -> Bounce:
    """Read a notice, of the standard form or not: which mails it is about, and whether they were given up."""
    text = _readable(message)
    action = _ACTION.search(text)
    diagnosis = _DIAGNOSIS.search(text) or _STATUS.search(text)
    own = {head.message_id}
    originals = [shortened(one) for one in _ORIGINAL.findall(text) if one not in own]
    # A receipt for reading is a report, too, and nothing came back.
    final = action[1].lower() == "failed" if action else not _DISPOSITION.search(text)
    reason = " ".join(diagnosis[1].split()) if diagnosis else head.subject
    return Bounce(final, cleaned(reason)[:300], tuple(dict.fromkeys([*originals, *head.replies_to]))[:20])


def _readable(message: Any) -> str:
    """Return everything of the notice that is text, heads of mails within it included."""
    pieces = []
    for number, (part, _above) in enumerate(_parts(message)):
        if number >= MOST_PARTS:
            break
        kind = _type_of(part)
        if kind.startswith(("text/", "message/")):
            pieces.append(decode(_bytes_of(part)[:100_000]))
    return "\n".join(pieces).replace("\r\n", "\n")
