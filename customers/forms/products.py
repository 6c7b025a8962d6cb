"""Forms of products, prices and tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from core.forms import VersionMixin
from customers.forms.base import RecordForm
from customers.models import Price, Product, Tag


class ProductForm(VersionMixin, RecordForm):
    """What is sold."""

    class Meta:
        model = Product
        fields = ["code", "name", "kind", "unit", "description", "is_active"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class PriceForm(RecordForm):
    """A list price from a day on."""

    class Meta:
        model = Price
        fields = ["currency", "amount", "valid_from"]

    def __init__(self, *args: Any, base_currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"currency": base_currency, "valid_from": timezone.localdate()}


class TagForm(RecordForm):
    """The word on a tag."""

    class Meta:
        model = Tag
        fields = ["name"]
