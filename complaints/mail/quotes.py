"""What somebody wrote, apart from the mails they quote below it."""

from __future__ import annotations

import re

_ABOVE = (
    # "On Sun, 22 Nov 2026 at 10:12, Service <service@…> wrote:", perhaps on two lines
    re.compile(r"^(?:On|Am|Le)\b.{5,300}\b(?:wrote|schrieb|a écrit)\s*[:：]\s*$", re.DOTALL),
    re.compile(r"^.{0,300}(?:写道|寫道)\s*[:：]\s*$", re.DOTALL),
    re.compile(
        r"^[\s\-_—–]*(?:Original Message|Forwarded message|原始邮件|原始郵件|转发邮件|轉寄郵件|回复的原邮件|"
        r"原邮件|原信)[\s\-_—–]*[:：]?\s*$",
        re.IGNORECASE,
    ),
    re.compile(r"^_{20,}\s*$"),
)
#: The first lines of a block that mail programs put before the mail they quote.
_HEADS = re.compile(
    r"^[>*\s]{0,40}(?:From|Sent|To|Cc|Date|Subject|发件人|发送时间|发送日期|日期|收件人|抄送|主题|寄件者|寄件人|寄件日期|"
    r"收件者|主旨)\*{0,4}\s{0,10}[:：]",
    re.IGNORECASE,
)
#: A quotation is looked for within so many lines.
_MOST_LINES = 5_000
#: And on each within so many signs.
_MOST_SIGNS = 400


def without_quotes(text: str) -> tuple[str, str]:
    """Return (what was written, the quoted history below it).

    Answers between quoted lines are left as they stand, and so is a mail that is nothing but a quotation.
    """
    lines = text.split("\n")
    # Heads of quotations are short: a line of a million signs must not be searched to its end.
    place = _beginning([line[:_MOST_SIGNS] for line in lines[:_MOST_LINES]])
    if place is None:
        return text.strip(), ""
    fresh, quoted = "\n".join(lines[:place]).strip(), "\n".join(lines[place:]).strip()
    if not fresh:
        return text.strip(), ""
    return fresh, quoted


def _beginning(lines: list[str]) -> int | None:
    """Return the line with which the history begins; None where there is none at the end."""
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if line.startswith(">"):
            if _is_quoted_to_the_end(lines[place:]):
                return place
            continue
        pair = f"{line}\n{lines[place + 1]}" if place + 1 < len(lines) else line
        if any(form.match(line) for form in _ABOVE) or _ABOVE[0].match(pair):
            return place if _quotes_below(lines, place) else None
        if _HEADS.match(line) and sum(1 for one in lines[place : place + 5] if _HEADS.match(one)) >= 3:
            return place
    return None


def _is_quoted_to_the_end(lines: list[str]) -> bool:
    return all(line.startswith(">") or not line.strip() for line in lines)


def _quotes_below(lines: list[str], place: int) -> bool:
    """Tell whether what follows is one quotation: with marks down to the end, or without any mark."""
    below = [line for line in lines[place + 1 :] if line.strip()]
    if below and not below[0].startswith(">") and below[0].rstrip().endswith((":", "：")):
        below = below[1:]
    marked = [line.startswith(">") for line in below]
    return all(marked) or not any(marked)
