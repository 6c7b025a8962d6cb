"""File names as they are kept and sent: readable in every script, harmless in every file system."""

from __future__ import annotations

import re
import unicodedata

#: What file systems and the Content-Disposition header take.
MOST_BYTES = 255
#: Names that Windows gives to devices, whatever stands behind the dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: Characters without a shape that people put into names on purpose: joined emoji, some Indian scripts.
_JOINERS = {"\u200c", "\u200d"}


def cleaned_name(sent: str) -> str:
    """Return the name without path, control and direction characters, of at most 255 bytes.

    Direction overrides can make `exe.pdf` out of `fdp.exe`; a name of nothing but such characters
    becomes `file`, a device of Windows gets an underscore in front.
    """
    name = unicodedata.normalize("NFC", sent.encode("utf-8", "ignore").decode())
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(character for character in name if _is_kept(character))
    name = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", name)).strip().rstrip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot:
        name = f"{stem.rstrip(' .') or 'file'}.{ending.strip()}"
    if _DEVICES.match(name):
        name = f"_{name}"
    return shortened(name or "file")


def _is_kept(character: str) -> bool:
    category = unicodedata.category(character)
    return character in _JOINERS or category == "Zs" or category[0] not in {"C", "Z"}


def shortened(name: str, most: int = MOST_BYTES) -> str:
    """Cut the stem, never the ending, and never through a character."""
    if len(name.encode()) <= most:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, ending = name, ""
    tail = f".{ending}" if ending else ""
    cut = stem.encode()[: most - len(tail.encode())].decode("utf-8", "ignore")
    return f"{cut.rstrip(' .')}{tail}"
