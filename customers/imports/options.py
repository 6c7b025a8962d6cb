"""Options of imports of customers and orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.access import can, reach_of, teams_in_reach
from core.choices import Currency
from core.imports.targets import ImportOptionsForm
from core.models import Organisation, User
from core.roles import Reach
from customers.choices import Kind
from customers.models import Customer


def possible_owners(by: User) -> QuerySet[User]:
    """Return who may own what this person imports: never somebody whose customers the person cannot see."""
    people: QuerySet[User] = User.objects.people()
    if not can(by, "assign", Customer) and reach_of(by, Customer, "import") != Reach.ALL:
        return people.filter(pk=by.pk)
    if reach_of(by, Customer) == Reach.ALL:
        return people
    return people.filter(team__in=teams_in_reach(by)) | people.filter(pk=by.pk)


class SourceOptionsForm(ImportOptionsForm):
    """Options of a file whose rows have numbers of another system."""

    source_system = forms.CharField(
        label=_("Source system"),
        max_length=60,
        initial="file",
        help_text=_(
            "Where the numbers in the file come from. The same system and number is the same record."
        ),
    )

    def clean_source_system(self) -> str:
        """Spaces around a name make no other system."""
        return str(self.cleaned_data["source_system"]).strip()


class CustomerOptionsForm(SourceOptionsForm):
    """Options of a customer file."""

    owner = forms.ModelChoiceField(
        label=_("Owner of new customers"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
    )
    customer_kind = forms.ChoiceField(
        label=_("New customers are"), choices=Kind.choices, initial=Kind.ORGANISATION
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        owner = self.fields["owner"]
        if not isinstance(owner, forms.ModelChoiceField):
            raise TypeError("owner is a choice of users")
        owner.queryset = possible_owners(by)
        if not by.is_service:
            owner.initial = by.pk
        if reach_of(by, Customer) != Reach.ALL:
            owner.required = True
            owner.empty_label = None


class OrderOptionsForm(CustomerOptionsForm):
    """Options of an order file."""

    currency = forms.ChoiceField(
        label=_("Currency of rows without one"), choices=Currency.choices, initial=Currency.CNY
    )
    create_customers = forms.BooleanField(
        label=_("Make customers that are not there yet"), required=False, initial=True
    )
    field_order = ["mode", "source_system", "currency", "create_customers", "customer_kind", "owner"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["currency"].initial = Organisation.load().base_currency
        if not (can(by, "add", Customer) or can(by, "import", Customer)):
            self.fields["create_customers"].initial = False
            self.fields["create_customers"].disabled = True
