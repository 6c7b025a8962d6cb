"""Bytes of mails as text. What a mail says of its charset is often wrong, above all with Chinese."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

from charset_normalizer import from_bytes

#: A charset of which the declared one is a part: mailers write characters that only the larger one has.
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-8": "utf-8",
}
#: Of seven bits, with shifts of their own: their bytes are no sign of UTF-8.
_SHIFTED = {"iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7"}
#: Declared by mailers that know nothing else.
_WESTERN = {"ascii", "iso8859-1", "cp1252", "iso8859-15"}
_HIGH = re.compile(rb"[\x80-\xff]+")
#: What no line of text holds: controls but tab and line ends, and halves of characters.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Characters that turn the direction of what stands behind them, by which names are disguised.
_TURNING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


#: They raise whatever they are given, or read only names of hosts.
_NO_TEXT = frozenset({"undefined", "idna", "punycode"})


def decode(content: bytes, declared: str = "") -> str:
    """Return the text of the bytes: what is UTF-8 is read so whatever is declared, then as declared."""
    codec = _codec(declared)
    if content.isascii() and codec not in _SHIFTED:
        return content.decode("ascii")
    tried = [codec] if codec in _SHIFTED or codec.startswith(("utf-16", "utf-32")) else ["utf-8"]
    if codec and codec not in _WESTERN:
        tried.append(codec)
    elif _stands_in_pairs(content):
        tried.append("gb18030")
    for name in tried:
        try:
            return content.decode(name)
        except (UnicodeError, LookupError):
            continue
    return _guessed(content, codec)


def _codec(declared: str) -> str:
    name = declared.strip().strip("\"'").lower()
    name = _LARGER.get(name, name)
    try:
        found = codecs.lookup(name) if name else None
    except LookupError:
        return ""
    # What Python calls codecs too, but no mail is written in: base64, hex, zlib, and those that only refuse.
    is_text = found is not None and getattr(found, "_is_text_encoding", True) and found.name not in _NO_TEXT
    return found.name if found is not None and is_text else ""


def _stands_in_pairs(content: bytes) -> bool:
    """Tell whether high bytes stand in pairs, as in GB encodings; Western letters stand alone."""
    runs = [len(run) for run in _HIGH.findall(content)]
    return bool(runs) and sum(1 for run in runs if run % 2 == 0) >= len(runs) * 0.8


def _guessed(content: bytes, codec: str) -> str:
    if codec and codec not in _WESTERN:
        # Declared, and broken in a few places: the rest is still readable.
        text = content.decode(codec, errors="replace")
        if text.count("\ufffd") <= len(text) // 20:
            return text
    if codec in _WESTERN - {"ascii"}:
        return content.decode("cp1252", errors="replace")
    best = from_bytes(content[:65_536]).best()
    return content.decode(best.encoding if best is not None else codec or "cp1252", errors="replace")


def header_text(raw: str) -> str:
    """Return a header as people read it, on one line; undeclared bytes are read like a body."""
    plain = raw.replace("\r", "").replace("\n", "")
    if not plain.isascii():
        plain = decode(plain.encode("utf-8", "surrogateescape"))
    try:
        pieces = decode_header(plain)
    except (HeaderParseError, ValueError, AssertionError):
        return one_line(plain)
    found = []
    for piece, charset in pieces:
        found.append(decode(piece, charset or "") if isinstance(piece, bytes) else piece)
    # A word that decodes to nothing is better read as it stands.
    return one_line("".join(found)) or one_line(plain)


def one_line(text: str) -> str:
    """Return the text on one line, without what no eye sees."""
    return " ".join(_TURNING.sub("", cleaned(text)).split())


def cleaned(text: str) -> str:
    """Return the text without controls and halves of characters, with plain ends of lines."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
