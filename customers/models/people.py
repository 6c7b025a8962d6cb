"""Persons, and their places in organisations."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.choices import Attitude, DecisionRole, Influence
from customers.models.base import Foreign, Recorded, Recyclable, external_identity
from customers.models.customers import Customer
from customers.querysets import ContactQuerySet, PersonQuerySet


class Person(Recorded, Recyclable, Foreign):
    """A human being; the name is one field, as people write it."""

    name = models.CharField(_("name"), max_length=100)
    salutation = models.CharField(
        _("salutation"), max_length=60, blank=True, help_text=_("How they like to be addressed.")
    )
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    do_not_contact = models.BooleanField(_("do not contact"), default=False)
    taboos = models.CharField(
        _("avoid"), max_length=300, blank=True, help_text=_("Subjects and habits to avoid.")
    )
    decision_style = models.CharField(
        _("decision style"),
        max_length=300,
        blank=True,
        help_text=_("Budgets they think in, attitude to risk, what sways them."),
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            *external_identity("person"),
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="person_by_name"),
            models.Index(fields=["mobile"], name="person_by_mobile"),
            models.Index(fields=["email"], name="person_by_email"),
            # The recycle bin is small; the list above it is not.
            models.Index(
                fields=["deleted_at", "id"],
                name="person_deleted",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the person."""
        return reverse("customers:person-detail", args=[self.pk])


class Contact(Recorded):
    """A person's place at a customer, from a day to a day. One person may hold several."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="contacts"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="contacts"
    )
    title = models.CharField(_("job title"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    role = models.CharField(
        _("role in decisions"), max_length=12, choices=DecisionRole, default=DecisionRole.OTHER
    )
    influence = models.CharField(_("influence"), max_length=8, choices=Influence, default=Influence.MEDIUM)
    attitude = models.CharField(_("attitude"), max_length=10, choices=Attitude, default=Attitude.UNKNOWN)
    is_primary = models.BooleanField(_("main contact"), default=False)
    started_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(started_on__isnull=True)
                | models.Q(ended_on__gte=models.F("started_on")),
                name="contact_ends_after_it_starts",
                violation_error_message=_("The last day is before the first."),
            ),
            models.UniqueConstraint(
                fields=["customer", "person"],
                condition=models.Q(ended_on__isnull=True),
                name="person_holds_one_current_place_a_customer",
                violation_error_message=_("This person is a contact of this customer already."),
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(is_primary=True, ended_on__isnull=True),
                name="customer_has_one_main_contact",
                violation_error_message=_("This customer has a main contact already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.customer}"


class Acquaintance(models.Model):
    """Who knows whom. One row a pair, the smaller id first."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    nature = models.CharField(_("how they know each other"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("acquaintance")
        verbose_name_plural = _("acquaintances")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="acquaintance_is_one_row_a_pair"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="acquaintance_smaller_id_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.second_id}"
