"""A field for several files, each checked by what it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.domain.arriving import megabytes
from core.domain.attachments.storing import too_large
from core.files import FileFault, cleaned_name, inspect
from core.files.kinds import ENDINGS
from core.files.words import say_fault


class ManyFiles(forms.FileInput):
    """A control for several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        """Return every file that was sent."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.Field):
    """Some files, each checked by what it is. Cleaned: [(name, file)]."""

    widget = ManyFiles

    def __init__(self, *, dropped: Iterable[str] = (), most: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.dropped = list(dropped)
        self.most = most
        self.widget.attrs.update({"multiple": True, "accept": ",".join(ENDINGS), "data-wide": "1"})

    def clean(self, value: Any) -> list[tuple[str, Any]]:
        """Check number, size and kind; each file that is refused says why."""
        sent = [(cleaned_name(file.name or ""), file) for file in value or []]
        if len(sent) + len(self.dropped) > self.most:
            text = ngettext("At most %(n)d file at once.", "At most %(n)d files at once.", self.most)
            raise forms.ValidationError(text % {"n": self.most})
        faults = [f"{cleaned_name(name)}: {too_large().message}" for name in self.dropped]
        for name, file in sent:
            try:
                inspect(Path(file.temporary_file_path()), name)
            except FileFault as fault:
                faults.append(f"{name}: {say_fault(fault)}")
        if faults:
            raise forms.ValidationError(faults)
        return sent


def files_field(most: int, dropped: Iterable[str]) -> FilesField:
    """Return the field for files, with its bounds in words."""
    bound = megabytes(settings.ATTACHMENT_MAX_BYTES)
    text = ngettext("At most %(n)d file of %(mb)d MB.", "At most %(n)d files of %(mb)d MB each.", most)
    kinds = _("Documents, pictures, mail, sound, MP4 and ZIP.")
    return FilesField(
        label=_("Files"), most=most, dropped=dropped, help_text=f"{text % {'n': most, 'mb': bound}} {kinds}"
    )
