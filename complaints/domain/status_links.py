"""Links to the status page of a case: signed, valid for so many days, void once their serial is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from complaints.domain.callbacks import address_of
from complaints.domain.entries import tell
from complaints.models import Complaint, PublicForm, StatusAccess
from core.domain.jobs import later
from core.domain.mails.addresses import absolute
from core.domain.versions import locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import write_changes

_SALT = "complaints.status"


@dataclass(frozen=True)
class Opened:
    """What a link leads to; `access` is None where it has run out or was made void."""

    access: StatusAccess | None


def access_to(case: Complaint) -> StatusAccess:
    """Return the status page of the case, made when it is first asked for."""
    found: StatusAccess = StatusAccess.objects.get_or_create(complaint=case)[0]
    return found


def status_token(access: StatusAccess) -> str:
    """Return what stands in the address of the status page: nobody can make one up."""
    return signing.dumps([access.complaint_id, access.serial], salt=_SALT)


def status_url(access: StatusAccess) -> str:
    """Return the whole address of the status page, for a mail."""
    return absolute(reverse("complaints:case-status", args=[status_token(access)]))


def read_status_token(token: str) -> Opened | None:
    """Return what a link leads to; None for one that was never ours."""
    try:
        pk, serial = signing.loads(token, salt=_SALT)
        days = PublicForm.load().link_days
        signing.loads(token, salt=_SALT, max_age=timedelta(days=days))
    except signing.SignatureExpired:
        return Opened(None)
    except signing.BadSignature:
        return None
    rows = StatusAccess.objects.filter(complaint=pk, serial=serial)
    return Opened(rows.select_related("complaint__category", "complaint__merged_into").first())


def note_opened(access: StatusAccess, *, at: datetime) -> None:
    """Keep when the page was last looked at; once an hour is exact enough."""
    if access.opened_at is None or at - access.opened_at > timedelta(hours=1):
        StatusAccess.objects.filter(pk=access.pk).update(opened_at=at)


@transaction.atomic
def revoke_links(case: Complaint, *, by: User, at: datetime | None = None) -> StatusAccess:
    """Make every link to the status page of the case void; new ones may be sent afterwards."""
    moment = at or timezone.now()
    stored = locked(access_to(case))
    write_changes(stored, {"serial": stored.serial + 1}, by=by, at=moment)
    tell(case, "links_revoked", at=moment, by=by)
    return stored


@transaction.atomic
def have_link_sent(case: Complaint) -> None:
    """Have a link mailed to the complainant. Refused where no e-mail address is known."""
    if not address_of(case):
        text = gettext_lazy("No e-mail address of the complainant is known.")
        raise DomainError("no_address", str(text))
    later(
        "complaints.tasks.send_status_link",
        title=gettext_lazy("Link to the status page of %(number)s") % {"number": case.number},
        queue="mail",
        complaint_id=case.pk,
    )


@transaction.atomic
def ask_for_link(number: str, email: str) -> None:
    """Have whoever asks answered by mail, if the case has that address. A job looks, so that neither the
    answer nor the time it takes tells which cases and addresses there are.
    """
    later(
        "complaints.tasks.find_case",
        title=gettext_lazy("Link to a status page, asked for by a stranger"),
        queue="mail",
        number=number.strip()[:20],
        email=email.strip()[:254],
    )


def case_of(number: str, email: str) -> Complaint | None:
    """Return the case of that number whose complainant has that address."""
    case = Complaint.objects.select_related("person").numbered(number).first()
    is_theirs = case is not None and address_of(case).lower() == email.strip().lower() != ""
    return case if is_theirs else None
