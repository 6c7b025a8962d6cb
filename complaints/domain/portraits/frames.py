"""What portraits are made from: the complaints of a year and the active customers, as data frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from complaints.choices.cases import State
from complaints.choices.foresight import Attribute, History
from complaints.choices.learning import CrisisState
from complaints.choices.solving import CallBackState, RedressState
from complaints.days import YEAR_DAYS, Year
from complaints.models import Affected, CallBack, Compensation, Complaint, ComplaintCause
from complaints.portraits import spend_band, tenure_band
from customers.models import Customer

CUSTOMER_ATTRIBUTES = (
    Attribute.TIER,
    Attribute.SEGMENT,
    Attribute.INDUSTRY,
    Attribute.SIZE,
    Attribute.REGION,
    Attribute.STAGE,
    Attribute.TENURE,
    Attribute.SPEND,
)
CASE_ATTRIBUTES = (Attribute.CHANNEL, Attribute.HISTORY)
_CASE_COLUMNS = (
    "id", "customer_id", "category__code", "intake", "decision", "cycle", "received_at", "investigation__gap",
)  # fmt: skip


@dataclass(frozen=True)
class Frames:
    """Everything of one year. `cases` has one row a complaint, `customers` one an active customer (by id)."""

    year: Year
    cases: pd.DataFrame
    customers: pd.DataFrame
    causes: pd.DataFrame
    redress: pd.DataFrame
    scores: pd.DataFrame
    crises: pd.DataFrame


def read_frames(year: Year) -> Frames:
    """Read the complaints of the year with what hangs on them, and the active customers."""
    cases = _cases(year)
    span = {"complaint__received_at__gte": year.begins, "complaint__received_at__lt": year.ends}
    causes = ComplaintCause.objects.filter(**span).values_list(
        "complaint_id", "cause__code", "cause__branch", "cause__gap"
    )
    redress = Compensation.objects.filter(state=RedressState.PAID, **span)
    scores = CallBack.objects.filter(state=CallBackState.DONE, result_score__isnull=False, **span)
    crises = Affected.objects.filter(**span).exclude(crisis__state=CrisisState.DISMISSED)
    return Frames(
        year,
        cases,
        _customers(year),
        _frame(causes, ["case", "code", "branch", "gap"]),
        _frame(redress.values_list("complaint_id", "value"), ["case", "value"]),
        _frame(scores.values_list("complaint_id", "result_score"), ["case", "score"]),
        _frame(crises.values_list("complaint_id", "crisis__kind").distinct(), ["case", "kind"]),
    )


def _frame(rows: Any, columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows.order_by("complaint_id")), columns=columns)


def _cases(year: Year) -> pd.DataFrame:
    """Complaints of the year. Those of the year before are read too: they tell who came again."""
    rows = Complaint.objects.complaints().exclude(state=State.MERGED)
    rows = rows.filter(received_at__gte=year.begins - timedelta(days=YEAR_DAYS), received_at__lt=year.ends)
    columns = ["case", "customer", "code", Attribute.CHANNEL, "decision", "cycle", "at", "gap"]
    found = pd.DataFrame.from_records(
        list(rows.order_by("received_at", "id").values_list(*_CASE_COLUMNS)), columns=columns
    )
    found["customer"] = pd.to_numeric(found["customer"]).astype("Int64")
    found["at"] = pd.to_datetime(found["at"], utc=True)
    since = found["at"] - found.groupby("customer")["at"].shift()
    again = since <= pd.Timedelta(days=YEAR_DAYS)
    found[Attribute.HISTORY] = again.map({True: History.RETURNING.value, False: History.NEW.value})
    found.loc[found["customer"].isna(), Attribute.HISTORY] = ""
    kept: pd.DataFrame = found[found["at"] >= year.begins].reset_index(drop=True)
    return kept


def _customers(year: Year) -> pd.DataFrame:
    """Active customers: they ordered within the year.

    Whoever complained without ordering is not among them, on either side: else silent customers would be
    in the base only when they complain, and seem to complain more than they do.
    """
    rows = Customer.objects.live().filter(totals__last_day__gte=year.first)
    names = (
        "pk", "tier", "metrics__segment", "industry", "size", "region", "stage", "since",
        "totals__first_day", "metrics__as_of", "metrics__amount_12m",
    )  # fmt: skip
    data = [_described(row, year.day) for row in rows.order_by("pk").values_list(*names).iterator()]
    found = pd.DataFrame.from_records(data, columns=["customer", *CUSTOMER_ATTRIBUTES])
    return found.set_index("customer")


def _described(row: tuple[Any, ...], day: date) -> tuple[Any, ...]:
    pk, tier, segment, industry, size, region, stage, since, first_day, as_of, amount = row
    came = since or first_day
    tenure = tenure_band(came, day) if came is not None else ""
    spend = spend_band(float(amount)) if as_of is not None else ""
    return (pk, tier, segment or "", industry, size, region, stage, str(tenure), str(spend))
