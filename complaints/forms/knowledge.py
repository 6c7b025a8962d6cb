"""Forms of articles."""

from __future__ import annotations

from typing import Any

from django import forms

from complaints.models import Article, Category
from core.forms import VersionMixin
from customers.forms.base import RecordForm


class ArticleForm(VersionMixin, RecordForm):
    """The working text of an article."""

    class Meta:
        model = Article
        fields = ["title", "category", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 16})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.current()  # type: ignore[attr-defined]
