"""A complaint as people live through it: received, taken, calmed, paused, solved, closed, opened again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.test_walks import box, make_customer

#: Told apart from what other walks leave in the same installation.
NOW = uuid4().hex[:10]
TITLE = f"The lecturer was changed {NOW}"

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


def test_the_life_of_a_complaint(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    make_customer(page, f"Harbour School {NOW}")
    receive(page)
    take(page)
    calm(page)
    note_and_answer(page)
    pause(page)
    solve(page)
    close_and_open_again(page)
    find_it(page)


def receive(page: Page) -> None:
    page.goto("/complaints/")
    page.get_by_role("main").get_by_role("link", name="New complaint").first.click()
    box(page, "In one sentence").fill(TITLE)
    page.get_by_label("Customer", exact=True).fill(f"Harbour School {NOW}")
    page.get_by_label("legal steps or a regulator").check()
    page.get_by_role("button", name="Receive complaint").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    # Why it is grave stands there, in words.
    expect(page.get_by_text("legal steps or a regulator").first).to_be_visible()


def take(page: Page) -> None:
    page.get_by_role("button", name="Take", exact=True).click()
    expect(page.get_by_text("This case is yours now.")).to_be_visible()


def calm(page: Page) -> None:
    """Four steps, and how they feel before and after."""
    card = page.locator("#first-contact")
    card.get_by_label("How do they feel?").select_option(label="Angry")
    card.get_by_role("button", name="Begin").click()
    for _step in range(4):
        page.locator("#first-contact").get_by_role("button", name="Step done").click()
    card = page.locator("#first-contact")
    card.get_by_label("How do they feel now?").select_option(label="Uneasy")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("within ninety seconds")).to_be_visible()


def note_and_answer(page: Page) -> None:
    log = page.locator("#log")
    log.get_by_label("Write a line").fill("Room B is free on Friday.")
    log.get_by_role("button", name="Save line").click()
    expect(page.locator("#log").get_by_text("Room B is free on Friday.")).to_be_visible()
    log = page.locator("#log")
    log.get_by_label("Write a line").fill("We look into it and call this afternoon.")
    log.get_by_label("Kind").select_option(label="Answer to the customer")
    log.get_by_role("button", name="Save line").click()
    # The answer met the first response, and promises the next update.
    expect(page.locator(".clock", has_text="First response").locator(".t-good")).to_be_visible()
    expect(page.locator(".clock", has_text="Next update")).to_be_visible()


def pause(page: Page, reason: str = "Asked which day suits") -> None:
    page.get_by_role("link", name="Wait for the customer").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Stop the clocks").click()
    expect(page.locator(".clock", has_text="Solution")).to_contain_text("paused")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".clock", has_text="Solution")).to_contain_text("left")


def solve(page: Page, text: str = "The lecturer comes on Friday.") -> None:
    page.get_by_role("link", name="Give solution").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Solution").fill(text)
    dialog.get_by_label("Decision").select_option(label="Upheld")
    dialog.get_by_role("button", name="Give solution").click()
    expect(page.get_by_text(text).first).to_be_visible()


def close_and_open_again(page: Page) -> None:
    page.get_by_role("link", name="Close case").click()
    page.locator("#dialog").get_by_role("button", name="Close case").click()
    expect(page.get_by_text("Closed.").first).to_be_visible()
    page.get_by_role("link", name="Reopen").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Reason").fill("Not content")
    dialog.get_by_role("button", name="Reopen").click()
    expect(page.locator(".clock", has_text="First response")).to_contain_text("left")


def find_it(page: Page) -> None:
    """On the board in its column, and on the customer's page."""
    page.goto("/complaints/board/?mine=1")
    expect(page.locator('[data-column="working"]').get_by_text(TITLE)).to_be_visible()
    page.locator('[data-column="working"]').get_by_text(TITLE).click()
    page.get_by_role("main").get_by_role("link", name=f"Harbour School {NOW}").first.click()
    expect(page.locator(".card", has_text="Complaints and requests").get_by_text(TITLE)).to_be_visible()
