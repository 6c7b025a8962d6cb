"""Files of mails, put on the case through the same checks as any other; what is refused is told."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from complaints.domain.entries import tell
from complaints.mail.reading import MailFile
from complaints.models import Complaint
from core.domain.attachments import add_attachment
from core.domain.attachments.storing import too_large
from core.errors import DomainError


def keep_files(
    case: Complaint, files: Iterable[MailFile], *, at: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Put the files on the case; return {"files": [{id, name}], "refused": [{name, why}]}.

    A file that the case has already is named and not kept twice. What is refused is a line of the log.
    """
    kept: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for file in files:
        try:
            kept.append({"id": _keep(case, file, at), "name": file.name})
        except DomainError as error:
            if error.code == "file_duplicate":
                kept.append({"id": error.details.get("attachment"), "name": file.name})
                continue
            refused.append({"name": file.name, "why": error.message})
    if refused:
        tell(case, "mail_files_refused", at=at, files=[f"{one['name']}: {one['why']}" for one in refused])
    return {"files": kept, "refused": refused}


def _keep(case: Complaint, file: MailFile, at: datetime) -> int:
    if file.is_cut:
        raise too_large()
    made = add_attachment(case, io.BytesIO(file.content), name=file.name, by=None, at=at)
    pk: int = made.pk
    return pk
