"""To which case a mail belongs.

An answer names the mail before it by an ID that only its receivers know. The number in a subject can be
guessed, so that it counts only from an address that the case knows; and an address can be forged, so that
neither lets anybody read: what a mail can do is to add words to a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from complaints.choices.mail import MailState
from complaints.mail.addresses import case_numbers
from complaints.mail.reading import Head
from complaints.models import CaseLetter, Complaint, Entry, InboundMail, Mailbox
from core.domain.versions import locked
from core.models import Notification, OutgoingMail, User
from customers.models import Contact, Customer, Person

_MOST_MERGES = 20


def named_by_chain(ids: Sequence[str], mailbox: Mailbox) -> Complaint | None:
    """Return the case of the nearest mail that is named, merged or not; None where none is ours.

    A mail that was written about a merged case names that one still, though its line is where the matter
    goes on: the answers to it belong to the same thread.
    """
    if not ids:
        return None
    found: dict[str, int] = {}
    entries = Entry.objects.filter(message_id__in=ids)
    found.update(entries.values_list("message_id", "complaint_id"))
    mails = InboundMail.objects.filter(mailbox=mailbox, message_id__in=ids, complaint__isnull=False)
    named = Coalesce("meant_for", "complaint")
    found.update(mails.values_list("message_id", named))
    found.update(CaseLetter.objects.filter(message_id__in=ids).values_list("message_id", "complaint_id"))
    key = next((found[one] for one in ids if one in found), None)
    case: Complaint | None = Complaint.objects.filter(pk=key).first() if key is not None else None
    return case


def named_by_subject(head: Head) -> Complaint | None:
    """Return the case that the subject names, merged or not, where it knows the sender."""
    for number in case_numbers(head.subject):
        case: Complaint | None = Complaint.objects.select_related("person").numbered(number).first()
        if case is not None and knows(case, head.sender):
            return case
    return None


def followed(case: Complaint | None) -> Complaint | None:
    """Return the case that goes on: of merged ones the last."""
    return path_of(case)[-1] if case is not None else None


def path_of(case: Complaint) -> list[Complaint]:
    """Return the case, the one that took it in, and so on to the one that goes on."""
    path = [case]
    for _turn in range(_MOST_MERGES):
        target = path[-1].merged_into
        if target is None:
            break
        path.append(target)
    return path


def locked_thread(case: Complaint) -> tuple[Complaint, Complaint]:
    """Lock the case and the one that goes on for it, the same unless it is merged; return both.

    In the order of their numbers, as merging locks them.
    """
    stored = Complaint.objects.get(pk=case.pk)
    keys = {one.pk: one for one in (path_of(stored)[0], path_of(stored)[-1])}
    rows = {pk: locked(keys[pk]) for pk in sorted(keys)}
    goes_on = path_of(rows[case.pk])[-1]
    # Merged, or taken out, between the look and the lock.
    return rows[case.pk], rows.get(goes_on.pk) or locked(goes_on)


def addresses_of(case: Complaint) -> set[str]:
    """Return the addresses that are the complainant's own, in small letters."""
    person = case.person.email if case.person is not None else ""
    return {one.strip().lower() for one in (case.contact_email, person) if one.strip()}


def knows(case: Complaint, sender: str) -> bool:
    """Tell whether the address is that of the complainant, or was written to or heard from about the case."""
    if not sender:
        return False
    if sender in addresses_of(case):
        return True
    heard = InboundMail.objects.filter(complaint=case, sender=sender, state=MailState.TAKEN)
    return (
        heard.filter(entry__kind="inbound").exists()
        or CaseLetter.objects.filter(complaint=case, to__iexact=sender).exists()
    )


def case_of_notice(ids: Sequence[str]) -> tuple[bool, Complaint | None]:
    """Return whether a notice to a colleague is answered, and the case that it was about."""
    notices = OutgoingMail.objects.filter(message_id__in=ids) if ids else OutgoingMail.objects.none()
    if not notices.exists():
        return False, None
    label = Complaint._meta.label_lower
    about = Notification.objects.filter(mail__in=notices, subject_type=label).values_list(
        "subject_id", flat=True
    )
    keys = set(about[:2])
    case = Complaint.objects.filter(pk=keys.pop()).first() if len(keys) == 1 else None
    return True, followed(case)


def colleague(sender: str) -> User | None:
    """Return the member of staff who has this address."""
    if not sender:
        return None
    found: User | None = User.objects.people().filter(email__iexact=sender).first()
    return found


def is_our_own(head: Head, own_host: str) -> bool:
    """Tell whether this system wrote the mail, or sent it from one of its mailboxes."""
    if head.message_id.lower().endswith(f"@{own_host}>"):
        return True
    if CaseLetter.objects.filter(message_id=head.message_id).exists():
        return True
    return Mailbox.objects.filter(address=head.sender).exists() if head.sender else False


def complainant(sender: str, at: datetime) -> tuple[Person | None, Customer | None]:
    """Return the one person who has the address, and the one customer where that person is now."""
    people = list(Person.objects.live().filter(email=sender)[:2]) if sender else []
    if len(people) != 1:
        return None, None
    places = Contact.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=at.date()), person=people[0]
    ).filter(customer__deleted_at__isnull=True)
    customers = {place.customer for place in places.select_related("customer")[:5]}
    return people[0], customers.pop() if len(customers) == 1 else None
