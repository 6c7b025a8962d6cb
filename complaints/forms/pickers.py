"""A field that finds what a case is about: a product by code or name, or an order by number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.models import User
from customers.forms.pickers import PickerInput
from customers.models import Order, Product


def subject_label(subject: Product | Order) -> str:
    """How a product or an order reads in the picker."""
    if isinstance(subject, Product):
        return f"{subject.code} · {subject.name}"
    return f"{subject.number} · {subject.customer.name}"


class SubjectPicker(forms.CharField):
    """One product or order in reach of the user.

    `user` is set by the form, and `kept`: the text that stood there before and may stay, whatever became
    of the record since.
    """

    default_error_messages = {
        "unknown": _("No product or order of this name or number is in your reach. Pick one from the list."),
        "several": _("Several products have this name. Pick one from the list, or type its code."),
    }
    user: User
    kept = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 260)
        kwargs.setdefault("widget", PickerInput(reverse_lazy("complaints:subject-options")))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> models.Model | None:
        """Return the record that the text names; None for no text, and for the one that stays."""
        text = super().clean(value)
        if not text or text == self.kept:
            return None
        found = self._found(text)
        if not found:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if len(found) > 1:
            raise ValidationError(self.error_messages["several"], code="several")
        subject: models.Model = found[0]
        return subject

    def _found(self, text: str) -> list[Any]:
        code = text.partition("·")[0].strip()
        products = Product.objects.visible_to(self.user)
        orders = Order.objects.visible_to(self.user).select_related("customer")
        return (
            list(products.filter(code__iexact=code)[:1])
            or list(orders.filter(number__iexact=code)[:1])
            or list(products.filter(name=text.strip())[:2])
        )
