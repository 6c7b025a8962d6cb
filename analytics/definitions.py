"""What each figure means: the one text behind tiles, charts and the page of definitions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Definition:
    """One figure: its name, and how it comes about."""

    key: str
    label: str | Promise
    meaning: str | Promise
    period: str | Promise
    source: str | Promise
    sample: str | Promise
    uncertainty: str | Promise


_CHOSEN = _("The chosen period, compared with the one of equal length before it.")
_TODAY = _("The day of the computation.")
_DAYS = _("Days with orders in base currency, refunds taken off the day of their order.")
_FIGURES = _("The figures of each customer, written at night.")
_WILSON = _("95% interval of a share (Wilson); the change by Newcombe's method.")
_EXACT = _("None: every customer is counted.")

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "customers",
        _("Customers"),
        _("Customers with at least one order by that day."),
        _("The end of the chosen period, compared with its beginning."),
        _DAYS,
        _("All customers that are not in the recycle bin."),
        _EXACT,
    ),
    Definition(
        "active",
        _("Active customers"),
        _("Customers with at least one order in the period that was not given back in full."),
        _CHOSEN,
        _DAYS,
        _("All customers with an order by the end of the period."),
        _("The count is exact; whether it changed is judged by a 95% interval over customers."),
    ),
    Definition(
        "revenue",
        _("Turnover"),
        _("Confirmed orders less refunds, in base currency."),
        _CHOSEN,
        _DAYS,
        _("Customers who ordered in the period."),
        _("The sum is exact; whether it changed is judged by a 95% interval over customers."),
    ),
    Definition(
        "retention",
        _("Retention"),
        _("Of the customers who ordered in the period before, the share who ordered again in this one."),
        _CHOSEN,
        _DAYS,
        _("Customers who ordered in the period before."),
        _WILSON,
    ),
    Definition(
        "repurchase",
        _("Repurchase within 90 days"),
        _(
            "Of the customers who ordered, the share whose first order in the period was followed by another"
            " within 90 days."
        ),
        _("The chosen period moved back by 90 days, so that every order has had its 90 days."),
        _DAYS,
        _("Customers who ordered in that period."),
        _WILSON,
    ),
    Definition(
        "at_stake",
        _("Value at stake, open warnings"),
        _("Sum of the value at stake of customers with a warning that is open or contacted."),
        _("Now; the line shows the nights."),
        _("Churn warnings."),
        _("Warnings that are not closed."),
        _("The 80% limits of the customers added up, as if all erred in the same direction."),
    ),
    Definition(
        "risk",
        _("Churn risk"),
        _(
            "Chance of no order in the next W days: exp(−expected orders in W). W is the number of days"
            " within which 85% (scoring policy) of all gaps between orders ended."
        ),
        _("W days from the day of the computation."),
        _("The purchase model (MBG/NBD by default), fitted every night to all customers with orders."),
        _("Customers with at least one order; at least 50, of whom 10 came back."),
        _("Judged every night on the last closed window: see the model card on the dashboard."),
    ),
    Definition(
        "value_at_stake",
        _("Value at stake"),
        _(
            "Churn risk × the value of the next 12 months if the customer kept its habit: orders a year at"
            " the pace up to the last order, (r + x)/(alpha + t), never more than it placed in all, times the"
            " expected value of an order, times the margin share."
        ),
        _("12 months from the day of the computation."),
        _("Purchase model and spend model (Gamma-Gamma)."),
        _(
            "Customers with two or more purchase days (one order is no habit) whose silence is not yet longer"
            " than the policy calls lost."
        ),
        _(
            "80% interval of the customer's own pace and spend, taken as log-normal; the risk is taken"
            " as it is."
        ),
    ),
    Definition(
        "clv",
        _("CLV, 12 and 36 months"),
        _(
            "Expected orders of each coming month × expected value of an order, discounted monthly, times the"
            " margin share. Customers with one order get the mean value of the base."
        ),
        _("12 or 36 months from the day of the computation."),
        _("Purchase model and spend model (Gamma-Gamma)."),
        _("Customers with at least one order."),
        _(
            "80% interval of the expected value from draws of the parameters."
            " What one customer will really do scatters far more."
        ),
    ),
    Definition(
        "p_alive",
        _("Chance that a customer is still active"),
        _("Chance, from the purchase model, that the customer has not left for good."),
        _TODAY,
        _FIGURES,
        _("Customers with at least one order. Empty where no drop-out can be seen in the history."),
        _("A model estimate; two sound models may differ widely. Use the risk to act."),
    ),
    Definition(
        "rfm",
        _("RFM map"),
        _(
            "Customers by recency and frequency score, 1 to 5. A score is the fifth in which the customer"
            " lies; equal values get equal scores, so the fifths are not equally filled."
        ),
        _TODAY,
        _FIGURES,
        _("Customers with at least one order."),
        _EXACT,
    ),
    Definition(
        "concentration",
        _("Concentration of value"),
        _("Share of the positive CLV of 36 months held by the most valuable customers."),
        _TODAY,
        _FIGURES,
        _("Customers with at least one order."),
        _("95% bootstrap over customers."),
    ),
    Definition(
        "segment",
        _("CLV by segment"),
        _("Predicted value of 12 months of the customers in each RFM segment."),
        _TODAY,
        _FIGURES,
        _("Customers with at least one order."),
        _("The 80% limits of the customers added up, as if all erred in the same direction."),
    ),
    Definition(
        "revenue_month",
        _("Turnover by month"),
        _("Confirmed orders less refunds of each month, beside the same month of the year before."),
        _("24 months; the month under way is incomplete."),
        _DAYS,
        _("Customers who ordered in the month."),
        _EXACT,
    ),
    Definition(
        "hit_rate",
        _("Hit rate of warnings"),
        _("Of the warnings with an outcome, the share whose customer was lost. Saving customers lowers it."),
        _("All closed warnings; dismissed ones are left out."),
        _("Churn warnings."),
        _("Warnings closed as saved or lost."),
        _("95% interval of a share (Wilson)."),
    ),
)

BY_KEY = {one.key: one for one in DEFINITIONS}
