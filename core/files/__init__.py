"""What a file is: its name, its kind, and whether its content is what the name says."""

from core.files.contents import Inspected, inspect
from core.files.faults import FileFault
from core.files.kinds import KINDS, FileKind, kind_named, kind_of_name
from core.files.names import cleaned_name

__all__ = [
    "KINDS",
    "FileFault",
    "FileKind",
    "Inspected",
    "cleaned_name",
    "inspect",
    "kind_named",
    "kind_of_name",
]
