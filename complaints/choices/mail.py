"""Choices of e-mail in and out."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Security(TextChoices):
    """How the connection to a mailbox is protected."""

    TLS = "tls", _("TLS from the first byte (993)")
    STARTTLS = "starttls", _("STARTTLS (143)")
    NONE = "none", _("None: only within the own machine or network")


class MailState(TextChoices):
    """What became of a received mail."""

    RECEIVED = "received", pgettext_lazy("received mail", "Received")
    TAKEN = "taken", pgettext_lazy("received mail", "Taken")
    IGNORED = "ignored", pgettext_lazy("received mail", "Ignored")
    FAILED = "failed", pgettext_lazy("received mail", "Failed")


class MailReason(TextChoices):
    """Why a received mail has the state it has."""

    NEW_CASE = "new_case", pgettext_lazy("received mail", "New case")
    REPLY = "reply", pgettext_lazy("received mail", "Answer of the customer")
    REOPENED = "reopened", pgettext_lazy("received mail", "Answer that reopened the case")
    FOLLOWS = "follows", pgettext_lazy("received mail", "New case that follows an ended one")
    STAFF_NOTE = "staff_note", pgettext_lazy("received mail", "From a colleague: kept as an internal note")
    BOUNCED = "bounced", pgettext_lazy("received mail", "A mail of ours came back")
    AUTOMATIC = "automatic", pgettext_lazy("received mail", "Automatic answer or mass mail")
    UNKNOWN_BOUNCE = "unknown_bounce", pgettext_lazy("received mail", "Undeliverable notice, not of ours")
    OWN = "own", pgettext_lazy("received mail", "Written by this system: a loop")
    STAFF = "staff", pgettext_lazy("received mail", "From a colleague, about no case")
    THROTTLED = "throttled", pgettext_lazy("received mail", "Too many from this sender within an hour")
    LEFT_OUT = "left_out", pgettext_lazy("received mail", "Too many from this sender, and left out by us")
    DUPLICATE = "duplicate", pgettext_lazy("received mail", "Taken already from another mailbox")
    REFUSED = "refused", pgettext_lazy("received mail", "Refused by the rules of cases")
    TROUBLE = "trouble", pgettext_lazy("received mail", "Could not be worked on")


class LetterKind(TextChoices):
    """What a mail to a customer is."""

    ANSWER = "answer", _("Answer")
    ACKNOWLEDGEMENT = "acknowledge", _("Acknowledgement of receipt")


class DeliveryState(TextChoices):
    """Whether a mail to a customer has left."""

    QUEUED = "queued", pgettext_lazy("letter", "Queued")
    SENDING = "sending", pgettext_lazy("letter", "Being sent")
    SENT = "sent", pgettext_lazy("letter", "Sent")
    FAILED = "failed", pgettext_lazy("letter", "Not sent")
    BOUNCED = "bounced", pgettext_lazy("letter", "Came back")
