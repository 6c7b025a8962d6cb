"""Files on a record, by hand and by drag-and-drop, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from core.tests.files import PDF, picture
from crm.tests.browser.test_walks import make_customer

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


def choose(panel: Locator, *files: tuple[str, bytes]) -> None:
    panel.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/x-lies", "buffer": content} for name, content in files]
    )


def test_files_are_added_shown_removed_and_put_back(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    make_customer(page, f"Orchard Schools {time.time():.0f}")
    panel = page.locator("[data-files]")
    choose(panel, ("offer.pdf", PDF), ("photo.png", picture()), ("setup.exe", b"MZ\0\0"), ("empty.txt", b""))

    results = panel.locator("[data-files-results] li")
    expect(results).to_have_count(4)
    expect(panel.locator("[data-files-results] li.t-good")).to_have_count(2)
    expect(panel.locator("[data-files-results] li.t-bad")).to_have_text(
        [re.compile("setup.exe Files ending in .exe"), re.compile("empty.txt The file is empty")]
    )
    expect(panel.get_by_role("link", name="offer.pdf", exact=True)).to_be_visible()

    panel.get_by_role("button", name="Remove offer.pdf").click()
    expect(panel.get_by_role("link", name="offer.pdf", exact=True)).to_have_count(0)
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_role("link", name="offer.pdf", exact=True)).to_be_visible()

    # The worker makes the small pictures meanwhile: that of the photo and that of the first page.
    for _attempt in range(30):
        page.reload()
        expect(panel.get_by_role("link", name="photo.png", exact=True)).to_be_visible()
        if panel.locator("img").count() == 2:
            break
        time.sleep(1)
    small = panel.locator("li", has_text="photo.png").locator("img")
    assert small.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    small.click()
    shown = page.locator("#dialog")
    expect(shown.get_by_role("img", name="photo.png")).to_be_visible()
    expect(shown.get_by_role("link", name="Open in a new tab")).to_be_visible()


def test_a_file_is_dropped_on_the_panel(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    make_customer(page, f"Meadow Bank {time.time():.0f}")
    panel = page.locator("[data-files]")
    expect(panel.locator("[data-files-drop]")).to_be_visible()
    carried = page.evaluate_handle(
        "() => { const carried = new DataTransfer();"
        " carried.items.add(new File(['a,b'], '名单.csv')); return carried; }"
    )
    panel.dispatch_event("dragover", {"dataTransfer": carried})
    expect(panel.locator("[data-files-drop].over")).to_be_visible()
    panel.dispatch_event("drop", {"dataTransfer": carried})
    expect(panel.get_by_role("link", name="名单.csv", exact=True)).to_be_visible()
    expect(panel.locator("[data-files-drop].over")).to_have_count(0)


def test_a_pdf_opens_in_the_viewer_of_the_browser(visit: Callable[..., Page]) -> None:
    """Headless Chromium has the viewer; in a sandbox it would show a page about a refusal instead."""
    page = visit("mei")
    make_customer(page, f"River Trust {time.time():.0f}")
    panel = page.locator("[data-files]")
    choose(panel, ("offer.pdf", PDF))
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name="offer.pdf", exact=True).click()
    viewer = opened.value
    viewer.wait_for_load_state()
    assert viewer.url.endswith("/open/")
    assert "background-color" in (viewer.locator("body").get_attribute("style") or "")
