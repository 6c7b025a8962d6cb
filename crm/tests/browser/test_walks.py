"""Everyday work in a real browser, by keyboard where hands are on it anyway."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.tests.junk import SCRIPTS

#: Told apart from what an earlier walk left, when one installation is walked twice.
NOW = f"{time.time():.0f}"

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


def test_a_customer_from_first_call_to_bin_and_back(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    make_customer(page, f"Harbour Logistics {NOW}")
    add_contact(page, "Wang Fang")
    add_order(page, "48000")
    log_call(page, "Asked for a proposal", next_step="Send the proposal")
    finish_task(page, "Send the proposal")
    delete_and_restore(page, f"Harbour Logistics {NOW}")


def make_customer(page: Page, name: str) -> None:
    page.goto("/customers/")
    page.get_by_role("link", name="New customer").first.press("Enter")
    box(page, "Name").fill(name)
    box(page, "Name").press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def box(within: Page | Locator, label: str) -> Locator:
    """The field with this label, whether it is marked as needed or not."""
    return within.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")).first


def more_actions(page: Page, name: str) -> None:
    page.get_by_role("button", name="More actions").press("Enter")
    page.locator(".dropdown-menu.show").get_by_role("link", name=name).press("Enter")


def add_contact(page: Page, name: str) -> None:
    more_actions(page, "Add contact")
    box(page, "Name").fill(name)
    box(page, "Mobile").fill("13800138000")
    box(page, "Mobile").press("Enter")
    expect(page.get_by_text(name).first).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").last.wait_for()


def add_order(page: Page, amount: str) -> None:
    page.get_by_role("link", name="New order").press("Enter")
    box(page, "Amount").fill(amount)
    box(page, "Amount").press("Enter")
    expect(page.get_by_role("heading", name=re.compile(r"SO-\d{4}-\d+"), level=1)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=f"Harbour Logistics {NOW}").first.press("Enter")
    expect(page.get_by_text("48,000").first).to_be_visible()


def log_call(page: Page, summary: str, *, next_step: str) -> None:
    page.get_by_role("link", name="Log interaction").press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    box(dialog, "Channel").select_option("phone")
    box(dialog, "Summary").fill(summary)
    box(dialog, "Next step").fill(next_step)
    box(dialog, "Summary").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(summary).first).to_be_visible()


def finish_task(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Tasks").press("Enter")
    row = page.get_by_role("row", name=re.compile(title))
    row.get_by_role("link", name="Complete").press("Enter")
    dialog = page.locator("#dialog")
    box(dialog, "Outcome").fill("Sent, they will answer on Friday")
    dialog.get_by_role("button", name=re.compile("Complete")).press("Enter")
    expect(page.get_by_role("row", name=re.compile(title))).to_have_count(0)


def delete_and_restore(page: Page, name: str) -> None:
    page.goto(f"/customers/?q={NOW}")
    page.get_by_role("main").get_by_role("link", name=name).first.press("Enter")
    page.wait_for_load_state("networkidle")
    more_actions(page, "Delete customer")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("heading")).to_contain_text(name)
    dialog.get_by_role("button", name=re.compile("Delete")).press("Enter")
    page.wait_for_url(re.compile(r"/customers/$"))
    page.goto("/settings/recycle-bin/")
    page.get_by_role("row", name=re.compile(name)).get_by_role("button", name="Restore").press("Enter")
    page.goto(f"/customers/?q={NOW}")
    page.get_by_role("main").get_by_role("link", name=name).first.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_two_tabs_edit_one_customer(visit: Callable[..., Page]) -> None:
    first = visit("mei")
    make_customer(first, f"Two Tabs Trading {NOW}")
    edit = f"{first.url}edit/"
    second = first.context.new_page()
    for page in (first, second):
        page.goto(edit)
    box(first, "City").fill("Ningbo")
    first.get_by_role("button", name="Save changes").click()
    expect(first.get_by_text("Changes saved.")).to_be_visible()

    box(second, "City").fill("Wenzhou")
    second.get_by_role("button", name="Save changes").click()

    expect(second.get_by_role("alert").filter(has_text="while you were editing")).to_be_visible()
    expect(second.get_by_role("cell", name="Ningbo")).to_be_visible()
    expect(box(second, "City")).to_have_value("Wenzhou")
    second.locator(".form-foot button[type=submit]").first.click()
    expect(second.get_by_role("heading", name=f"Two Tabs Trading {NOW}", level=1)).to_be_visible()
    expect(second.get_by_text("Wenzhou").first).to_be_visible()


def test_stored_scripts_never_run(visit: Callable[..., Page]) -> None:
    """The `visit` fixture fails the test when an alert opens or the content policy is broken."""
    page = visit("mei")
    make_customer(page, f"{NOW}{SCRIPTS}")
    record = page.url
    add_contact(page, SCRIPTS)
    for address in ("", "contacts/", "map/", "history/", "edit/"):
        page.goto(f"{record}{address}", wait_until="networkidle")
    for address in (
        "/customers/",
        "/customers/people/",
        "/",
        "/customers/?q=%3Cscript%3Ealert(3)%3C/script%3E",
    ):
        page.goto(address, wait_until="networkidle")
    page.goto(f"{record}delete/")
    page.get_by_role("button", name=re.compile("Delete")).click()
    page.goto("/settings/recycle-bin/", wait_until="networkidle")
    expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()


def test_the_palette_finds_a_customer_and_starts_an_action(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    name = f"平安物流 {NOW}"
    make_customer(page, name)
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    expect(palette.get_by_role("option", name=name)).to_be_visible()  # opened last
    page.keyboard.type("payuan")
    expect(palette.get_by_text("Nothing in your reach matches")).to_be_visible()
    palette.get_by_role("combobox").fill(f"pawl {NOW}")
    option = palette.get_by_role("option", name=name)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(option.locator("mark").first).to_have_text("平安物流")
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type(f"pingan {NOW}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("xjkh")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/new/"))
