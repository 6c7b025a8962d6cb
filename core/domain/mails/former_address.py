"""The letter to an address that somebody has just left: whoever took an account over changes it first."""

from __future__ import annotations

from uuid import uuid4

from django.utils import timezone

from core.domain.mails.addresses import new_message_id
from core.models import OutgoingMail, User

KIND = "core.address_changed"


def tell_former_address(user: User, former: str) -> OutgoingMail:
    """Have a letter sent to `former`, which was the user's until now. In the transaction of the change."""
    return OutgoingMail.objects.create(
        key=f"former-{uuid4()}",
        user=user,
        kind=KIND,
        address=former,
        due_at=timezone.now(),
        message_id=new_message_id(),
    )
