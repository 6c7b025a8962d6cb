"""The main job as a new person does it: order history in, warned customers out, all by clicking."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import Installation, run_installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.shared_data]

#: Each profile imports one of the two files of the CDNOW data, so that both are walked and neither waits.
ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
FILE, ROWS, CUSTOMERS = (
    ("cdnow_master.csv.gz", "69,659", "23,570") if ON_POSTGRES else ("cdnow_sample.csv.gz", "6,919", "2,357")
)
COLUMNS = {
    "customer_id" if ON_POSTGRES else "master_id": "customer_external_id",
    "date": "ordered_on",
    "number_of_cds": "seats",
    "dollar_value": "amount",
}
A_LONG_JOB = 240_000


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One without a single order: the base currency can still be chosen."""
    with run_installation(tmp_path_factory.mktemp("empty"), "empty") as running:
        yield running


def test_order_history_becomes_warned_customers(
    visit: Callable[..., Page], installation: Installation, shared_data: Path
) -> None:
    count_in_dollars(visit("admin"))
    manager = visit("mei")
    import_orders(manager, shared_data / FILE)
    compute_figures(manager)
    customer = open_first_warning(manager)
    owner = visit("sam")
    find_it_on_my_day(owner)
    assert customer in warned_over_the_api(make_token(owner), installation)
    assert "run_job" in installation.log("worker"), "the work was not done by the Celery worker"


def count_in_dollars(page: Page) -> None:
    page.goto("/settings/organisation/")
    page.get_by_label("Base currency").select_option("USD")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("saved", exact=False).first).to_be_visible()


def import_orders(page: Page, file: Path) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Sales").click()
    page.get_by_role("link", name="Import", exact=True).click()
    if page.get_by_label("CSV, XLSX or CSV.GZ").count() == 0:
        page.get_by_role("link", name="Import: Orders").first.click()
    page.get_by_label("CSV, XLSX or CSV.GZ").set_input_files(file)
    page.get_by_label("Source system").fill("cdnow")
    page.get_by_label("New customers are").select_option("individual")
    page.get_by_label("Owner of new customers").select_option(label="Sam Sales")
    page.get_by_role("button", name="Read file").click()
    expect(page.get_by_role("heading", name="First rows")).to_be_visible()
    expect(page.get_by_role("cell", name="1997-01-01").first).to_be_visible()
    page.get_by_role("button", name="Go on to the columns").click()
    for heading, field in COLUMNS.items():
        page.get_by_label(f"Field for {heading}").select_option(field)
    if not ON_POSTGRES:
        page.get_by_label("Field for sample_id").select_option("")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text(f"{ROWS} rows checked")).to_be_visible(timeout=A_LONG_JOB)
    expect(page.get_by_text("No row needs you")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Import (all|valid) rows")).click()
    expect(page.get_by_text("Every row is accounted for")).to_be_visible(timeout=A_LONG_JOB)
    expect(page.get_by_text(f"{ROWS} created")).to_be_visible()


def compute_figures(page: Page) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Analytics").click()
    page.get_by_role("button", name="Compute now").last.click()
    dialog = page.get_by_role("dialog", name="Compute now")
    # The history ended long ago: as of today everybody would be gone, so its last day is proposed.
    expect(dialog.get_by_label("As of")).to_have_value("1998-06-30")
    dialog.get_by_role("button", name="Compute figures").click()
    expect(page.get_by_role("region", name="Key figures")).to_be_visible(timeout=A_LONG_JOB)
    expect(page.get_by_role("region", name="Key figures").get_by_text(CUSTOMERS).first).to_be_visible()


def open_first_warning(page: Page) -> int:
    """Follow the first warning to its customer and return the customer's number."""
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Warnings").click()
    first = page.locator("table tbody tr").first
    expect(first).to_be_visible()
    name = first.locator("td.main-cell a").inner_text()
    first.locator("td.main-cell a").click()
    expect(page.get_by_role("heading", name=re.compile(re.escape(name))).first).to_be_visible()
    page.get_by_role("link", name="Open customer").click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    alarm = page.locator("section.alarm")
    expect(alarm).to_be_visible()
    expect(alarm.locator("ol.reasons li").first).to_be_visible()
    return int(page.url.rstrip("/").rsplit("/", 1)[1])


def find_it_on_my_day(page: Page) -> None:
    tasks = page.get_by_role("region", name="My tasks")
    expect(tasks.get_by_role("listitem").first).to_be_visible()
    warned = page.get_by_role("region", name=re.compile(r"customers? may leave"))
    expect(warned.locator("table tbody tr").first).to_be_visible()


def make_token(page: Page) -> str:
    page.goto("/profile/")
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("Walk")
    page.get_by_label("Read everything").check()
    page.get_by_role("button", name="Make token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    assert secret.startswith("pn_")
    return secret


def warned_over_the_api(secret: str, installation: Installation) -> set[int]:
    found: set[int] = set()
    url: str | None = f"{installation.address}/api/v1/warnings/?page_size=200"
    while url:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"})
        with urllib.request.urlopen(request, timeout=20) as response:
            page = json.load(response)
        found |= {row["customer"] for row in page["results"]}
        url = page["next"]
    return found
