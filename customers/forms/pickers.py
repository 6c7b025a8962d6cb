"""Fields that find one of very many records: a text field with suggestions, usable without a script.

The text is `C-000123 · Name` for a customer and `Name · #12` for a person; a name alone will do where
only one record in the user's reach has it.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.models import User
from customers.models import Customer, Person

_PERSON_NUMBER = re.compile(r"#(\d{1,18})\s*$")


def customer_label(customer: Customer) -> str:
    """How a customer reads in a picker."""
    return f"{customer.code} · {customer.name}"


def person_label(person: Person) -> str:
    """How a person reads in a picker."""
    return f"{person.name} · #{person.pk}"


class PickerInput(forms.TextInput):
    """A text input whose suggestions come from an address."""

    def __init__(self, options_url: str | Promise, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.options_url = options_url

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        """The input and its list of suggestions."""
        final = self.build_attrs(self.attrs, attrs)
        context = {"name": name, "value": value, "attrs": final, "options_url": self.options_url}
        return render_to_string("customers/picker.html", context)


class CustomerPicker(forms.CharField):
    """One customer in reach of the user; `user` and perhaps `exclude` are set by the form."""

    default_error_messages = {
        "unknown": _("No customer of this name or code is in your reach. Pick one from the list."),
        "several": _("Several customers have this name. Pick one from the list, or type its code."),
    }
    #: Set by the form: whose reach it is.
    user: User

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 260)
        kwargs.setdefault("widget", PickerInput(reverse_lazy("customers:customer-options")))
        super().__init__(**kwargs)
        self.exclude: int | None = None

    def prepare_value(self, value: Any) -> Any:
        """Show a record, or its key, as its label."""
        if isinstance(value, int):
            value = Customer.objects.filter(pk=value).first()
        return customer_label(value) if isinstance(value, Customer) else value

    def clean(self, value: Any) -> Customer | None:
        """Return the customer that the text names."""
        text = super().clean(value)
        if not text:
            return None
        rows = Customer.objects.visible_to(self.user).exclude(pk=self.exclude or 0)
        code = text.partition("·")[0].strip()
        found: list[Customer] = list(rows.filter(code__iexact=code)[:1]) or list(
            rows.filter(name=text.strip())[:2]
        )
        if not found:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if len(found) > 1:
            raise ValidationError(self.error_messages["several"], code="several")
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown."""
        return bool((self.prepare_value(initial) or "") != (data or ""))


class PersonPicker(forms.CharField):
    """One person in reach of the user."""

    default_error_messages = {
        "unknown": _("No person of this name is in your reach. Pick one from the list."),
        "several": _("Several persons have this name. Pick one from the list."),
    }
    #: Set by the form: whose reach it is.
    user: User

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 160)
        kwargs.setdefault("widget", PickerInput(reverse_lazy("customers:person-options")))
        super().__init__(**kwargs)
        self.exclude: int | None = None

    def prepare_value(self, value: Any) -> Any:
        """Show a record, or its key, as its label."""
        if isinstance(value, int):
            value = Person.objects.filter(pk=value).first()
        return person_label(value) if isinstance(value, Person) else value

    def clean(self, value: Any) -> Person | None:
        """Return the person that the text names."""
        text = super().clean(value)
        if not text:
            return None
        rows = Person.objects.visible_to(self.user).exclude(pk=self.exclude or 0)
        number = _PERSON_NUMBER.search(text)
        named = rows.filter(pk=int(number[1])) if number else rows.filter(name=text.strip())
        found: list[Person] = list(named[:2])
        if not found:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if len(found) > 1:
            raise ValidationError(self.error_messages["several"], code="several")
        return found[0]
