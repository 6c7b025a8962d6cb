"""The kinds of files that records take. Whatever is not named here is refused."""

from __future__ import annotations

from dataclasses import dataclass

_OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class FileKind:
    """One kind: the endings of its names, the type it is sent as, and whether a browser may show it."""

    key: str
    endings: tuple[str, ...]
    media_type: str
    icon: str = "file"
    opens: bool = False
    is_picture: bool = False

    @property
    def has_preview(self) -> bool:
        """True where a small picture of it can be made."""
        return self.is_picture or self.key == "pdf"


KINDS: tuple[FileKind, ...] = (
    FileKind("pdf", ("pdf",), "application/pdf", "file", opens=True),
    FileKind("png", ("png",), "image/png", "picture", opens=True, is_picture=True),
    FileKind("jpeg", ("jpg", "jpeg"), "image/jpeg", "picture", opens=True, is_picture=True),
    FileKind("gif", ("gif",), "image/gif", "picture", opens=True, is_picture=True),
    FileKind("webp", ("webp",), "image/webp", "picture", opens=True, is_picture=True),
    FileKind("text", ("txt",), "text/plain", "note"),
    FileKind("csv", ("csv",), "text/csv", "list"),
    FileKind("docx", ("docx",), f"{_OFFICE}wordprocessingml.document", "note"),
    FileKind("xlsx", ("xlsx",), f"{_OFFICE}spreadsheetml.sheet", "list"),
    FileKind("pptx", ("pptx",), f"{_OFFICE}presentationml.presentation", "screen"),
    FileKind("doc", ("doc",), "application/msword", "note"),
    FileKind("xls", ("xls",), "application/vnd.ms-excel", "list"),
    FileKind("ppt", ("ppt",), "application/vnd.ms-powerpoint", "screen"),
    FileKind("zip", ("zip",), "application/zip", "folder"),
    FileKind("eml", ("eml",), "message/rfc822", "mail"),
    FileKind("msg", ("msg",), "application/vnd.ms-outlook", "mail"),
    FileKind("mp3", ("mp3",), "audio/mpeg", "play", opens=True),
    FileKind("m4a", ("m4a",), "audio/mp4", "play", opens=True),
    FileKind("wav", ("wav",), "audio/wav", "play", opens=True),
    FileKind("mp4", ("mp4",), "video/mp4", "play", opens=True),
)
_BY_KEY = {kind.key: kind for kind in KINDS}
_BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}

#: For the file dialog of a browser.
ENDINGS = tuple(f".{ending}" for ending in _BY_ENDING)


def ending_of(name: str) -> str:
    """Return what stands after the last dot, in small letters; "" without one."""
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot else ""


def kind_of_name(name: str) -> FileKind | None:
    """Return the kind that the ending of the name claims; None where it is not taken."""
    return _BY_ENDING.get(ending_of(name))


def kind_named(key: str) -> FileKind:
    """Return the kind of that key."""
    return _BY_KEY[key]
