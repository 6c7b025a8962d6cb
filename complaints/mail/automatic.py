"""Whether a machine wrote a mail: automatic answers, mass mail, notices that a mail came back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_POSTMASTERS = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|bounce[sd]?|postmast)(?:[+.=-][^@]*)?@",
    re.IGNORECASE,
)
_UNSEEN = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_REPLIES = {"list", "junk", "auto_reply", "auto-reply"}
_AWAY = re.compile(
    r"^\s*(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|"
    r"自动回复|自动答复|自動回覆|自動回復|系统退信)",
    re.IGNORECASE,
)
_UNDELIVERED = re.compile(
    r"undeliver|delivery (?:status|failure)|returned mail|mail delivery|failure notice|"
    r"退信|无法投递|投递失败",
    re.IGNORECASE,
)
#: Headers of machines; the second is a value that takes it back.
_MARKS = (
    ("x-autoreply", "no"),
    ("x-autorespond", "no"),
    ("x-auto-response-suppress", "none"),
    ("list-id", ""),
    ("list-unsubscribe", ""),
    ("feedback-id", ""),
)


@dataclass(frozen=True)
class Bounce:
    """A notice about mails of ours: `final` where it was given up, not only delayed or delivered."""

    final: bool
    reason: str = ""
    #: Of the mails that the notice is about.
    originals: tuple[str, ...] = ()


def why_automatic(headers: Mapping[str, str]) -> str:
    """Return the header by which a machine gives itself away, as "name: value"; "" for a person's mail.

    `headers` have small names, values as they came; `return-path` is there only where a server wrote it.
    """
    submitted = headers.get("auto-submitted", "").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return _told(headers, "auto-submitted")
    if headers.get("precedence", "").strip().lower() in _UNSEEN:
        return _told(headers, "precedence")
    for name, harmless in _MARKS:
        value = headers.get(name, "").strip().lower()
        if name in headers and (not harmless or value != harmless):
            return _told(headers, name)
    if headers.get("return-path", "x").strip() == "<>":
        return _told(headers, "return-path")
    return _told(headers, "subject") if _AWAY.match(headers.get("subject", "")) else ""


def is_answer(headers: Mapping[str, str]) -> bool:
    """Tell whether the machine answers by itself (somebody is away, nobody wants it back), or feeds a list.

    What a form or a platform sends is none: it speaks for somebody.
    """
    submitted = headers.get("auto-submitted", "").split(";")[0].strip().lower()
    if submitted == "auto-replied" or headers.get("precedence", "").strip().lower() in _REPLIES:
        return True
    if "list-id" in headers:
        return True
    if any(headers.get(name, "no").strip().lower() != "no" for name in ("x-autoreply", "x-autorespond")):
        return True
    return headers.get("return-path", "x").strip() == "<>" or bool(_AWAY.match(headers.get("subject", "")))


def _told(headers: Mapping[str, str], name: str) -> str:
    return f"{name}: {headers.get(name, '')}"[:200]


def is_bounce(headers: Mapping[str, str], content_type: str, sender: str) -> bool:
    """Tell whether the mail is a notice about a mail that came back."""
    if content_type == "multipart/report":
        return True
    # A postmaster may be a customer, too: only the subject, or a way back to nobody, makes it a notice.
    from_nobody = headers.get("return-path", "x").strip() == "<>"
    is_undelivered = bool(_UNDELIVERED.search(headers.get("subject", "")))
    return (from_nobody and is_undelivered) or (
        bool(_POSTMASTERS.match(sender)) and (from_nobody or is_undelivered)
    )
