"""The customer: who they are, and where the relationship stands."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Team
from core.picklists import PicklistField
from customers.choices import Axis, Channel, Kind, Relationship, Size, Stage, Tier
from customers.models.base import Foreign, Recorded, Recyclable, external_identity
from customers.picklists import industries, sources
from customers.querysets import AxisChangeQuerySet, CustomerQuerySet, TagQuerySet


class Tag(models.Model):
    """A word that groups customers."""

    name = models.CharField(_("name"), max_length=50, unique=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Customer(Recorded, Recyclable, Foreign):
    """An organisation or a person that buys, or may buy."""

    code = models.CharField(_("code"), max_length=30, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    # The name as comparison sees it: half width, lower case, without legal form. See `standardise.name_key`.
    name_key = models.CharField(max_length=200, blank=True, editable=False)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        blank=True,
        validators=[RegexValidator(r"^[0-9A-Z]{18}$", _("18 digits and capital letters."))],
    )
    industry = PicklistField(_("industry"), max_length=20, choices=industries, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    region = models.CharField(_("region"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    source = PicklistField(_("source"), max_length=20, choices=sources, blank=True)
    since = models.DateField(_("customer since"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="branches",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="customers")
    preferred_channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, blank=True)
    preferred_language = models.CharField(
        _("preferred language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    preferences = models.TextField(
        _("preferences"), blank=True, help_text=_("Hours, format, lecturer and whatever else they like.")
    )
    notes = models.TextField(_("notes"), blank=True)

    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.PROSPECT)
    stage_since = models.DateField(_("in this stage since"), default=timezone.localdate)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.POTENTIAL)
    tier_since = models.DateField(_("in this tier since"), default=timezone.localdate)
    relationship = models.CharField(
        _("relationship"), max_length=14, choices=Relationship, default=Relationship.TRANSACTIONAL
    )
    relationship_since = models.DateField(_("relationship since"), default=timezone.localdate)

    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged_from"
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            *external_identity("customer"),
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="customer_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(deleted_at__isnull=False),
                name="merged_customer_is_deleted",
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~models.Q(credit_code="") & models.Q(deleted_at__isnull=True),
                name="credit_code_of_one_live_customer",
                violation_error_message=_("Another customer has this credit code."),
            ),
        ]
        indexes = [
            # One index for each declared sort of the list, each closed by the id for keyset paging.
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["created_at", "id"], name="customer_by_created"),
            models.Index(fields=["last_contact_at", "id"], name="customer_by_contact"),
            # "Mine" and "my team" are the two most opened views; the keys in reach are read from the index.
            models.Index(fields=["owner", "name", "id", "deleted_at"], name="customer_in_reach_of_owner"),
            models.Index(fields=["team", "name", "id", "deleted_at"], name="customer_in_reach_of_team"),
            # "Within reach?" is asked of thousands of rows when a figure sorts the list of a large team.
            models.Index(fields=["id", "owner", "team", "deleted_at"], name="customer_reach"),
            # Duplicate check when a customer is made.
            models.Index(fields=["name_key"], name="customer_by_name_key"),
            models.Index(fields=["phone"], name="customer_by_phone", condition=~models.Q(phone="")),
            # The recycle bin is small; the list above it is not. Merged customers do not lie there.
            models.Index(
                fields=["merged_into", "deleted_at", "id"],
                name="customer_binned",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The record page."""
        return reverse("customers:customer-detail", args=[self.pk])

    @property
    def is_deleted(self) -> bool:
        """True while the customer lies in the recycle bin."""
        return self.deleted_at is not None


class AxisChange(models.Model):
    """One move of a customer's stage, tier or relationship: by whom or which rule, and why."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="axis_changes")
    axis = models.CharField(_("what"), max_length=12, choices=Axis)
    old = models.CharField(_("from"), max_length=14, blank=True)
    new = models.CharField(_("to"), max_length=14)
    reason = models.CharField(_("reason"), max_length=500)
    # Key of the rule that decided, empty when a person did; with the inputs the rule saw.
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = AxisChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of stage, tier or relationship")
        verbose_name_plural = _("changes of stage, tier and relationship")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(old=models.F("new")), name="axis_change_changes_something"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") | ~models.Q(rule=""), name="axis_change_has_reason_or_rule"
            ),
        ]
        indexes = [models.Index(fields=["customer", "axis", "-at"], name="axis_history")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.axis}: {self.old} → {self.new}"

    def get_old_display(self) -> str:
        """The label of the value before."""
        return self._label(self.old)

    def get_new_display(self) -> str:
        """The label of the value after."""
        return self._label(self.new)

    def _label(self, value: str) -> str:
        choices = {Axis.STAGE: Stage, Axis.TIER: Tier, Axis.RELATIONSHIP: Relationship}[Axis(self.axis)]
        return str(choices(value).label) if value else ""
