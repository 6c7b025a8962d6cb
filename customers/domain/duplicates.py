"""Finding the customer or person that is there already."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Conflict
from core.models import User
from customers import standardise
from customers.models import Customer, Interaction, Order, Person

SHOWN = 5


def likely_duplicates(
    *, name: str = "", credit_code: str = "", phone: str = "", exclude: Customer | None = None
) -> QuerySet[Customer]:
    """Return live customers that share the credit code, the name without its legal form, or the phone.

    Not scoped: the caller narrows with `visible_to` and says how many more there are.
    """
    condition = Q(pk__in=[])
    if code := standardise.credit_code(credit_code):
        condition |= Q(credit_code=code)
    if key := standardise.name_key(name):
        condition |= Q(name_key=key)
    if number := standardise.phone(phone):
        condition |= Q(phone=number)
    found = Customer.objects.live().filter(condition)
    return found.exclude(pk=exclude.pk) if exclude is not None and exclude.pk else found


def likely_same_person(
    *, mobile: str = "", email: str = "", exclude: Person | None = None
) -> QuerySet[Person]:
    """Return persons with the same mobile or e-mail. A name alone never makes two people one. Not scoped."""
    condition = Q(pk__in=[])
    if number := standardise.phone(mobile):
        condition |= Q(mobile=number)
    if address := standardise.email(email):
        condition |= Q(email=address)
    found = Person.objects.live().filter(condition)
    return found.exclude(pk=exclude.pk) if exclude is not None and exclude.pk else found


def ensure_identity_is_free(subject: Customer | Person | Order | Interaction, *, by: User | None) -> None:
    """Refuse a credit code or (source system, external ID) that another record has, naming the candidates."""
    others = type(subject)._default_manager.exclude(pk=subject.pk)
    if isinstance(subject, Customer) and subject.credit_code:
        taken = others.filter(credit_code=subject.credit_code, deleted_at__isnull=True)
        _refuse_when_taken(taken, "credit_code", by)
    if subject.external_id:
        taken = others.filter(source_system=subject.source_system, external_id=subject.external_id)
        _refuse_when_taken(taken, "external_id", by)


def _refuse_when_taken(taken: QuerySet[Any], field: str, by: User | None) -> None:
    found = list(taken[: SHOWN + 1])
    if found:
        raise Conflict(
            "duplicate",
            _taken_message(field),
            fields={field: _taken_message(field)},
            details=candidates(taken, by),
        )


def _taken_message(field: str) -> str:
    if field == "credit_code":
        return _("Another customer has this credit code.")
    return _("Another record of this source system has this external ID.")


def candidates(found: QuerySet[Any], by: User | None) -> dict[str, Any]:
    """Return up to five records that `by` may see, and only the number of the others."""
    visible = found if by is None else found.in_reach(by)  # type: ignore[attr-defined]
    shown = list(visible[:SHOWN])
    hidden = found.exclude(pk__in=[row.pk for row in shown]).count()
    answer: dict[str, Any] = {"candidates": [_candidate(row) for row in shown], "more": hidden}
    if hidden:
        answer["note"] = ngettext(
            "%(count)d more record that you cannot see.",
            "%(count)d more records that you cannot see.",
            hidden,
        ) % {"count": hidden}
    return answer


def _candidate(row: Model) -> dict[str, Any]:
    deleted = getattr(row, "deleted_at", None) is not None
    return {"id": row.pk, "label": str(row), "code": getattr(row, "code", ""), "is_deleted": deleted}
