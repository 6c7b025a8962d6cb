"""Every main page: both themes, three languages, phone width, and for people who do not see the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import Installation
from tools.screenshots import find_pages

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.shared_data, pytest.mark.once]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1_280, "height": 900}


@pytest.fixture(scope="module")
def filled(installation: Installation, shared_data: Path) -> None:
    """Real orders, figures and warnings, so that every page has something to show."""
    installation.manage(
        "import_orders",
        str(shared_data / "cdnow_sample.csv.gz"),
        "--mapping=customer_external_id=master_id,ordered_on=date,seats=number_of_cds,amount=dollar_value",
        "--currency=CNY",
        "--source=cdnow",
        "--user=admin",
    )
    installation.manage("run_nightly", "--as-of", "1998-06-30")


def test_pages_are_fit_for_everybody(filled: None, visit: Callable[..., Page]) -> None:
    page = visit("admin")
    faults: list[str] = []
    for name, address in find_pages(page).items():
        page.set_viewport_size(DESK)
        open_calmly(page, address)
        page.evaluate(AXE)
        faults += [f"{name}: {line}" for line in axe(page, {})]
        page.evaluate(
            "document.documentElement.dataset.theme = document.documentElement.dataset.bsTheme = 'dark'"
        )
        faults += [f"{name}, dark: {line}" for line in axe(page, {"runOnly": ["color-contrast"]})]
        page.set_viewport_size(PHONE)
        page.wait_for_timeout(
            500 if page.locator("[data-chart]").count() else 0
        )  # charts draw themselves anew
        faults += [f"{name}, phone: {line}" for line in overflow(page)]
    assert not faults, "\n".join(faults)


def open_calmly(page: Page, address: str) -> None:
    """Open a page and wait for its fragments; nothing moves while it is looked at."""
    page.emulate_media(reduced_motion="reduce")
    response = page.goto(address, wait_until="load")
    expect(page.locator(".htmx-request, [hx-trigger=load] .loading")).to_have_count(0)
    assert response is not None and response.status == 200, (
        f"{address} answered {response and response.status}"
    )


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what is seriously wrong for people with disabilities."""
    found = page.evaluate("options => axe.run(document, {resultTypes: ['violations'], ...options})", options)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"][:3]
    ]


def overflow(page: Page) -> list[str]:
    """Return what sticks out of the screen to the right."""
    return page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const clips = (one) => one && one !== document.body
            && (getComputedStyle(one).overflowX !== "visible" || clips(one.parentElement));
          const out = [...document.querySelectorAll("main *, header *, nav *")].filter((one) =>
            one.getBoundingClientRect().right > room + 1
            && one.checkVisibility() && !clips(one.parentElement));
          return ["overflow of " + (document.documentElement.scrollWidth - room) + " px: "
            + (out.at(-1)?.outerHTML.slice(0, 160) || "?")];
        }"""
    )


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_phone_pages_do_not_overflow_in_chinese(
    language: str, filled: None, visit: Callable[..., Page]
) -> None:
    page = visit("mei", viewport=PHONE)
    choose_language(page, language)
    faults = []
    for name, address in find_pages(page).items():
        response = page.goto(address, wait_until="load")
        if response is not None and response.status == 200:
            faults += [f"{name}: {line}" for line in overflow(page)]
    choose_language(page, "en")
    assert not faults, "\n".join(faults)


def choose_language(page: Page, code: str) -> None:
    page.goto("/profile/")
    page.locator("select[name=language]").select_option(code)
    page.locator("main form .btn-primary").first.click()
    expect(page.locator("html")).to_have_attribute(
        "lang", {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(code, code)
    )


def test_language_and_theme_are_switched_from_any_page(visit: Callable[..., Page]) -> None:
    page = visit("sam")
    page.goto("/customers/")
    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("button", name="语言").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
    page.get_by_role("button", name="Theme").click()
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="As the system").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password_reset/", "/no-such-page/"])
def test_pages_for_strangers(path: str, visit: Callable[..., Page]) -> None:
    page = visit(viewport=PHONE)
    page.goto(path)
    page.evaluate(AXE)
    assert axe(page, {}) == []
    assert overflow(page) == []
