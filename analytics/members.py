"""The customers behind a figure: the same rule as in `figures.py`, as a query over a person's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DecimalField, Exists, ExpressionWrapper, OuterRef, QuerySet, Subquery, Sum
from django.db.models.fields import DateField

from analytics.periods import REPURCHASE_DAYS, Window, windows
from analytics.scopes import Scope
from core.models import Team, User
from customers.models import Customer, OrderDay

#: Figures whose customers can be listed: those counted, and of shares also those counted as "no".
LISTED = {
    "active": ("yes",),
    "revenue": ("yes",),
    "retention": ("all", "yes", "no"),
    "repurchase": ("all", "yes", "no"),
}


@dataclass(frozen=True)
class Rows:
    """Which customers are asked for: figure, period up to a day, scope, and part of the figure."""

    kpi: str
    period: str
    on: date
    scope: Scope
    part: str

    @property
    def window(self) -> Window:
        """The days that the figure counts."""
        now, _before, _earlier = windows(self.period, self.on)
        return now.shifted(REPURCHASE_DAYS) if self.kpi == "repurchase" else now


def customers_behind(rows: Rows, user: User) -> QuerySet[Customer]:
    """Return the customers counted in the figure, of those whom the user may see."""
    found = in_scope(Customer.objects.visible_to(user), rows.scope)
    now, before, _earlier = windows(rows.period, rows.on)
    if rows.kpi == "retention":
        return _part(found.filter(Exists(_bought(before))), Exists(_bought(now)), rows.part)
    if rows.kpi == "repurchase":
        return _repurchase(found, rows)
    return found.filter(Exists(_bought(now)))


def _repurchase(found: QuerySet[Customer], rows: Rows) -> QuerySet[Customer]:
    first = _bought(rows.window).order_by("day").values("day")[:1]
    annotated = found.annotate(first_inside=Subquery(first)).filter(first_inside__isnull=False)
    until = ExpressionWrapper(
        OuterRef("first_inside") + timedelta(days=REPURCHASE_DAYS), output_field=DateField()
    )
    again = OrderDay.objects.purchases().filter(
        customer=OuterRef("pk"), day__gt=OuterRef("first_inside"), day__lte=until
    )
    return _part(annotated, Exists(again), rows.part)


def _part(found: QuerySet[Customer], condition: Any, part: str) -> QuerySet[Customer]:
    if part == "all":
        return found
    return found.filter(condition if part == "yes" else ~condition)


def _bought(window: Window) -> QuerySet[OrderDay]:
    return OrderDay.objects.purchases().filter(
        customer=OuterRef("pk"), day__gt=window.after, day__lte=window.until
    )


def with_turnover(found: QuerySet[Customer], window: Window) -> QuerySet[Customer]:
    """Add each customer's turnover inside the window."""
    days = OrderDay.objects.filter(customer=OuterRef("pk"), day__gt=window.after, day__lte=window.until)
    total = days.order_by().values("customer").annotate(total=Sum("amount")).values("total")
    return found.annotate(
        turnover=Subquery(total, output_field=DecimalField(max_digits=18, decimal_places=2))
    )


def in_scope(found: QuerySet[Any], scope: Scope, path: str = "") -> QuerySet[Any]:
    """Narrow rows to the scope; `path` leads from the row to its customer ("customer__")."""
    if scope.team_id is not None:
        found = found.filter(**{f"{path}team__in": Team.objects.ids_below(scope.team_id)})
    if scope.tag_id is not None:
        links = Customer.tags.through.objects.filter(
            customer=OuterRef(f"{path}pk" if path else "pk"), tag=scope.tag_id
        )
        found = found.filter(Exists(links))
    return found
