"""E-mail of cases: mailboxes, what they received, and what was sent to customers."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind
from complaints.choices.mail import DeliveryState, LetterKind, MailReason, MailState, Security
from complaints.models.complaints import Complaint
from complaints.models.entries import Entry
from complaints.models.taxonomy import Queue
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.mail import CaseLetterQuerySet, InboundMailQuerySet, MailboxQuerySet
from core.models import Attachment
from customers.models.base import Recorded


class MailPolicy(Recorded):
    """How mails of customers are treated; one row, made when it is first asked for."""

    acknowledges = models.BooleanField(
        _("acknowledge receipt by e-mail"),
        default=True,
        help_text=_("Once for each new case whose customer has an address; never in answer to a machine."),
    )
    most_an_hour = models.PositiveSmallIntegerField(
        _("most mails an hour from one sender"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text=_("What comes beyond is kept with the sender's last case and makes no new ones."),
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("days in which an answer reopens an ended case"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("Later it becomes a new case that is linked to the old one."),
    )
    keep_days = models.PositiveSmallIntegerField(
        _("days for which the original of a mail is kept"),
        default=365,
        validators=[MinValueValidator(30), MaxValueValidator(3_650)],
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of e-mail")
        verbose_name_plural = _("rules of e-mail")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> MailPolicy:
        """Return the row."""
        found: MailPolicy = cls.objects.get_or_create(pk=1)[0]
        return found


class Mailbox(Recorded):
    """An address at which customers write, and how its mail is fetched; without a server it is piped in.

    The password is sealed, or stands in an environment variable whose name begins with MAILBOX_: no other
    may be named, as a mailbox sends what it holds to a server. `uid_validity` and `last_uid` say how far the
    folder was read; they are written with the mails themselves, so that a killed poll neither loses nor
    doubles one.
    """

    name = models.CharField(_("name"), max_length=80)
    address = models.EmailField(_("address"), unique=True)
    kind = models.CharField(
        _("kind of new cases"), max_length=10, choices=CaseKind, default=CaseKind.COMPLAINT
    )
    queue = models.ForeignKey(
        Queue, verbose_name=_("queue of new cases"), on_delete=models.PROTECT, related_name="+"
    )
    is_active = models.BooleanField(_("in use"), default=True)
    host = models.CharField(
        _("server"),
        max_length=255,
        blank=True,
        help_text=_("Empty: the mail server hands the mails over itself (see the help)."),
    )
    port = models.PositiveIntegerField(
        _("port"), default=993, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    security = models.CharField(_("security"), max_length=10, choices=Security, default=Security.TLS)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    password_sealed = models.TextField(blank=True, editable=False)
    password_env = models.CharField(
        _("environment variable with the password"),
        max_length=80,
        blank=True,
        validators=[RegexValidator(r"^MAILBOX_[A-Z0-9_]+$", _("A name like MAILBOX_SERVICE_PASSWORD."))],
        help_text=_("Instead of a password that is kept here."),
    )
    folder = models.CharField(_("folder"), max_length=120, default="INBOX")
    uid_validity = models.BigIntegerField(default=0, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    polled_at = models.DateTimeField(_("last looked"), null=True, blank=True, editable=False)
    polled_well_at = models.DateTimeField(
        _("last looked without error"), null=True, blank=True, editable=False
    )
    error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="mailbox_has_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_password(self) -> bool:
        """Tell whether a password is kept or named."""
        return bool(self.password_sealed or self.password_env)


class InboundMail(models.Model):
    """One mail as it came, stored before anybody looks at it, and what became of it.

    `raw` is cut at INBOUND_MAIL_MAX_BYTES (`size` says how large it was) and emptied after the days of the
    policy; of a mail beyond the limit of its sender not before somebody decided on it. A mail without
    Message-ID has one made of its content. `data` holds what was found: headers that decided, files kept and
    refused.
    """

    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), on_delete=models.PROTECT, related_name="mails"
    )
    message_id = models.CharField(_("message ID"), max_length=255)
    raw = models.BinaryField(editable=False)
    size = models.PositiveBigIntegerField(_("bytes"))
    is_cut = models.BooleanField(_("cut"), default=False)
    # How often the same mail was handed in.
    copies = models.PositiveIntegerField(_("times delivered"), default=1)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    sender_name = models.CharField(_("name of the sender"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.RECEIVED)
    reason = models.CharField(_("reason"), max_length=20, choices=MailReason, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("worked on"), null=True, blank=True)
    # How often somebody had it worked on again.
    retries = models.PositiveSmallIntegerField(default=0)
    complaint = models.ForeignKey(
        Complaint,
        verbose_name=_("case"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="mails",
    )
    # The case that it named, where another one had taken that in: its writer reads it on the own status page.
    meant_for = models.ForeignKey(
        Complaint,
        verbose_name=_("written about"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    entry = models.OneToOneField(
        Entry, null=True, blank=True, on_delete=models.SET_NULL, related_name="mail", editable=False
    )
    data = models.JSONField(default=dict, blank=True)

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("received mail")
        verbose_name_plural = _("received mails")
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "message_id"], name="mail_is_received_once"),
            models.CheckConstraint(
                condition=Q(state=MailState.RECEIVED) | ~Q(reason=""), name="settled_mail_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.TAKEN) | Q(settled_at__isnull=False),
                name="taken_mail_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(reason=MailReason.THROTTLED) | Q(size=0) | ~Q(raw=b""),
                name="held_mail_keeps_its_original",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at", "id"], name="mail_by_received"),
            # How many one sender wrote within an hour.
            models.Index(fields=["sender", "received_at"], name="mail_of_sender"),
            models.Index(
                fields=["received_at"], name="mail_not_worked_on", condition=Q(state=MailState.RECEIVED)
            ),
            models.Index(fields=["sender"], name="mail_held", condition=Q(reason=MailReason.THROTTLED)),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id


class CaseLetter(models.Model):
    """One mail to a customer, written in the transaction of what it says, sent by a worker.

    The key makes it unique: one for an entry, one acknowledgement for a case. The Message-ID is made with it,
    so that a repeated mail is known as the same, and an answer to it finds the case.
    """

    key = models.CharField(max_length=60, unique=True, editable=False)
    # The case that it was mailed from.
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="sent_mails")
    # Cases that this one had taken in at that time, and to whose complainants it went.
    also_about = models.ManyToManyField(Complaint, related_name="+", editable=False)
    entry = models.OneToOneField(
        Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="letter", editable=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind, default=LetterKind.ANSWER)
    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to = models.EmailField(_("to"), max_length=254)
    message_id = models.CharField(max_length=255, unique=True, editable=False)
    # The chain of the mails before it, the latest last.
    references = models.TextField(blank=True, editable=False)
    files = models.ManyToManyField(Attachment, verbose_name=_("files"), blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    rounds = models.PositiveSmallIntegerField(default=1, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    objects = CaseLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail to a customer")
        verbose_name_plural = _("mails to customers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False),
                name="sent_letter_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["complaint", "id"], name="letter_of_complaint"),
            models.Index(
                fields=["due_at"],
                name="letter_open",
                condition=Q(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.complaint_id}"
