"""The whole way, from orders in the database to the published estimates of the CDNOW sample."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from analytics.domain.nightly import run_now_here
from analytics.models import ModelFit, ScoringPolicy
from customers.domain.rollups import rebuild_rollups
from customers.models import Customer, Order

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow_sample.csv.gz"
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


@pytest.mark.django_db
@pytest.mark.shared_data
def test_the_nightly_run_reproduces_the_published_estimates():
    store_sample()
    ScoringPolicy.objects.update(model="bg_nbd")

    run_now_here(date(1997, 9, 30))

    kept = ModelFit.objects.get()
    assert {name: kept.parameters[name] for name in PUBLISHED} == pytest.approx(PUBLISHED, rel=2e-3)
    assert kept.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    spend = (kept.spend["p"], kept.spend["q"], kept.spend["v"])
    assert spend == pytest.approx((6.25, 3.74, 15.44), rel=2e-3)
    assert (kept.n, kept.repeaters) == (2357, 946)


def store_sample() -> None:
    rows = pd.read_csv(SAMPLE, parse_dates=["date"])
    ids = sorted(rows["sample_id"].unique())
    made = Customer.objects.bulk_create([Customer(code=f"CD-{pk}", name=f"Buyer {pk}") for pk in ids])
    by_id = dict(zip(ids, made, strict=True))
    lines = enumerate(zip(rows["sample_id"], rows["date"].dt.date, rows["dollar_value"], strict=True))
    Order.objects.bulk_create(
        [
            Order(
                customer=by_id[pk],
                number=f"CD-{place}",
                ordered_on=day,
                counts_on=day,
                amount=Decimal(str(value)),
                amount_base=Decimal(str(value)),
            )
            for place, (pk, day, value) in lines
        ],
        batch_size=2_000,
    )
    rebuild_rollups()
