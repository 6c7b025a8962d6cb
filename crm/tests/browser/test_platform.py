"""The platform as people use it: bring a list in and mend it, keep a view, change many rows, take it back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from crm.tests.browser.test_walks import box, make_customer

#: Told apart from what an earlier walk left, when one installation is walked twice.
NOW = f"{time.time():.0f}"
CITY = f"Haven{NOW}"
A_JOB = 60_000

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]

ROWS = f"""name,industry,email,city
Anchor {NOW},banking,a{NOW}@walk.test,{CITY}
Bollard {NOW},spaceflight,b{NOW}@walk.test,{CITY}
Capstan {NOW},banking,not an address,{CITY}
"""


def test_a_list_comes_in_and_is_taken_back(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    upload(page, ROWS)
    mend(page)
    carry_out(page)
    take_back(page)
    page.goto(f"/customers/?city={CITY}")
    expect(page.get_by_text(f"Anchor {NOW}")).to_have_count(0)


def test_a_view_is_kept_and_its_rows_are_changed_and_changed_back(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    for name in ("Dock", "Ebb", "Fathom"):
        make_customer(page, f"{name} {NOW}")
    keep_a_view(page)
    change_them_all(page)
    see_the_job(page)


def upload(page: Page, rows: str) -> None:
    page.goto("/customers/")
    page.get_by_role("main").get_by_role("link", name="Import", exact=True).click()
    file: FilePayload = {"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.get_by_label("CSV, XLSX or CSV.GZ").set_input_files(file)
    page.get_by_role("button", name="Read file").click()
    page.get_by_role("button", name="Go on to the columns").click()
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("3 rows checked")).to_be_visible(timeout=A_JOB)


def mend(page: Page) -> None:
    """The unknown industry is mapped to a known one, the address typed anew: both in place."""
    faults = page.locator("#faults")
    faults.get_by_text("Map spaceflight to").click()
    select = faults.locator("select[name=text]")
    select.select_option(label="Energy and utilities")
    select.locator("xpath=ancestor::form").get_by_role("button", name="Apply").click()
    expect(faults.get_by_text("spaceflight")).to_have_count(0)
    faults.get_by_text("Edit", exact=True).first.click()
    cell = faults.locator("input[name=text]")
    cell.fill(f"c{NOW}@walk.test")
    cell.locator("xpath=ancestor::form").get_by_role("button", name="Apply").click()
    expect(page.get_by_text("No row needs you")).to_be_visible()


def carry_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Import (all|valid) rows")).click()
    expect(page.get_by_text("Every row is accounted for")).to_be_visible(timeout=A_JOB)
    expect(page.get_by_text("3 created")).to_be_visible()


def keep_a_view(page: Page) -> None:
    page.goto(f"/customers/?q={NOW}")
    page.get_by_role("link", name="Save view").click()
    box(page, "Name").fill(f"Haven {NOW}")
    page.get_by_role("main").get_by_role("button", name=re.compile("Save")).first.click()
    tab = page.get_by_role("link", name=f"Haven {NOW}").first
    expect(tab).to_be_visible()
    page.goto("/customers/?changed=1")
    page.get_by_role("link", name=f"Haven {NOW}").first.click()
    expect(page.locator("tbody tr")).to_have_count(3)


def change_them_all(page: Page) -> None:
    """Another source for the whole result, and back again."""
    page.locator("thead input[type=checkbox]").check()
    page.get_by_role("button", name=re.compile("Set fields")).first.click()
    expect(page.get_by_text("This concerns")).to_be_visible()
    box(page, "Source").select_option("partner")
    page.locator(".form-foot button[type=submit]").click()
    done = page.get_by_role("definition").filter(has_text=re.compile("^3$"))
    expect(done.first).to_be_visible(timeout=A_JOB)
    expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=A_JOB)
    page.get_by_role("button", name="Undo").click()
    page.locator("#confirm [data-confirm-ok]").click()
    expect(page.get_by_text("Undone").first).to_be_visible(timeout=A_JOB)


def see_the_job(page: Page) -> None:
    page.goto("/jobs/")
    expect(page.get_by_role("main").get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("main").locator("tbody a").first.click()
    expect(page.get_by_text("Attempts")).to_be_visible()


def take_back(page: Page) -> None:
    page.get_by_role("link", name="Undo import").click()
    page.locator("#dialog").get_by_role("button", name=re.compile("Undo|Take back")).click()
    expect(page.get_by_text("Taken back").first).to_be_visible(timeout=A_JOB)
