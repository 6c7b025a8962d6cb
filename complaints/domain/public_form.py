"""How the public form is set up, and what it then offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind
from complaints.models import Category, PublicForm
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_known, write_changes
from customers.models import Product

FORM_FIELDS = (
    "is_open", "takes_complaints", "takes_requests", "categories", "asks_product", "most_files", "link_days",
    "intro_en", "intro_zh_hans", "intro_zh_hant", "privacy_en", "privacy_zh_hans", "privacy_zh_hant",
)  # fmt: skip


@transaction.atomic
def set_form(
    form: PublicForm, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> PublicForm:
    """Change the form. Refused: an open form that takes nothing, categories that are not in use, and
    where somebody changed it since `version`.
    """
    ensure_known(data, FORM_FIELDS)
    stored = locked(form)
    ensure_fresh(stored, version)
    values = dict(data)
    if "categories" in values:
        values["categories"] = _known(values["categories"])
    kinds = [values.get(name, getattr(stored, name)) for name in ("takes_complaints", "takes_requests")]
    if values.get("is_open", stored.is_open) and not any(kinds):
        text = _("An open form takes complaints, service requests, or both.")
        raise DomainError("takes_nothing", text, fields={"takes_complaints": text})
    write_changes(stored, values, by=by, at=timezone.now())
    return stored


def _known(keys: Any) -> list[str]:
    in_use = {key_of(row) for row in Category.objects.current()}
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in in_use for key in keys):
        text = _("Choose categories that are in use.")
        raise DomainError("unknown_category", text, fields={"categories": text})
    return sorted(set(keys))


def key_of(category: Category) -> str:
    """Return what names a category through all its editions."""
    return f"{category.kind}:{category.code}"


def kinds_of(form: PublicForm) -> list[str]:
    """Return the kinds of cases that the form takes."""
    takes = ((CaseKind.COMPLAINT, form.takes_complaints), (CaseKind.REQUEST, form.takes_requests))
    return [kind.value for kind, is_taken in takes if is_taken]


def products_of(form: PublicForm) -> QuerySet[Product]:
    """Return the products that the form offers: those on sale where it asks, else none."""
    rows: QuerySet[Product] = Product.objects.on_sale().order_by("name", "pk")
    return rows if form.asks_product else rows.none()


def categories_of(form: PublicForm) -> list[Category]:
    """Return the categories that the form offers, in their order: those chosen, else all in use."""
    rows = Category.objects.current().filter(kind__in=kinds_of(form)).order_by("kind", "position", "code")
    chosen = set(form.categories)
    return [row for row in rows if not chosen or key_of(row) in chosen]
