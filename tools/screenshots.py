"""Photograph the pages of a running demo.

tools/screenshots.py http://127.0.0.1:8000 --user zhang --password …      the two of the README
tools/screenshots.py http://127.0.0.1:8000 --user … --password … --all DIR   every main page, in both
                                                    themes, three languages, on a desk and on a phone
"""

from __future__ import annotations

import argparse
import re
import shutil
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SIZES = {"desktop": {"width": 1_440, "height": 900}, "phone": {"width": 360, "height": 780}}
THEMES = ("light", "dark")
LANGUAGES = ("en", "zh-hans", "zh-hant")
#: Pages without a record in their address.
PAGES = {
    "home": "/",
    "customers": "/customers/",
    "customer-form": "/customers/new/",
    "orders": "/customers/orders/",
    "order-form": "/customers/orders/new/",
    "interactions": "/customers/interactions/",
    "tasks": "/customers/tasks/",
    "people": "/customers/people/",
    "products": "/customers/products/",
    "tags": "/customers/tags/",
    "dashboard": "/analytics/",
    "definitions": "/analytics/definitions/",
    "warnings": "/analytics/warnings/",
    "computations": "/analytics/runs/",
    "policy": "/analytics/policy/",
    "segment-maps": "/analytics/segment-maps/",
    "imports": "/imports/",
    "import-form": "/imports/new/customers.order/",
    "jobs": "/jobs/",
    "schedules": "/jobs/schedules/",
    "notifications": "/notifications/",
    "profile": "/profile/",
    "settings": "/settings/",
    "users": "/settings/users/",
    "teams": "/settings/teams/",
    "roles": "/settings/roles/",
    "organisation": "/settings/organisation/",
    "rates": "/settings/rates/",
    "audit": "/settings/audit/",
    "system": "/settings/system/",
    "rights": "/settings/rights/",
    "branding": "/settings/branding/",
    "picklists": "/settings/picklists/",
    "departures": "/settings/departures/",
    "recycle-bin": "/settings/recycle-bin/",
    "mail": "/settings/mail/",
    "notification-choices": "/profile/notifications/",
    "help": "/help/",
    "search": "/search/?q=a",
    "complaints": "/complaints/",
    "complaint-board": "/complaints/board/",
    "complaint-form": "/complaints/new/",
    "work-orders": "/complaints/work-orders/",
    "complaint-settings": "/complaints/settings/",
    "causes": "/complaints/causes/",
    "approvals": "/complaints/approvals/",
    "compensation-cost": "/complaints/compensations/cost/",
    "ceilings": "/complaints/settings/ceilings/",
    "call-backs": "/complaints/callbacks/",
    "phrases": "/complaints/settings/phrases/",
    "articles": "/complaints/knowledge/",
    "article-form": "/complaints/knowledge/new/",
    "crises": "/complaints/crises/",
    "crisis-form": "/complaints/crises/new/",
    "crisis-plans": "/complaints/crises/plans/",
    "alerts": "/complaints/alerts/",
    "improvements": "/complaints/improvements/",
    "top3": "/complaints/top3/",
    "grading": "/complaints/settings/grading/",
    "letters": "/complaints/letters/",
    "letter-templates": "/complaints/settings/letters/",
    "designations": "/complaints/unreasonable/",
    "references": "/complaints/references/",
    "portraits": "/complaints/portraits/",
    "likely": "/complaints/likely/",
    "public-form": "/complaints/settings/form/",
    "received-mail": "/complaints/mail/",
    "mailboxes": "/complaints/settings/mail/",
    "complaint-figures": "/analytics/complaints/",
    "complaint-definitions": "/analytics/complaints/definitions/",
}
#: The first link of a page that fits leads to its record.
RECORDS = {
    "warning": ("/analytics/warnings/?sort=-stake", r"^/analytics/warnings/\d+/$"),
    "order": ("/customers/orders/", r"^/customers/orders/\d+/$"),
    "person": ("/customers/people/", r"^/customers/people/\d+/$"),
    "product": ("/customers/products/", r"^/customers/products/\d+/$"),
    "user": ("/settings/users/", r"^/settings/users/\d+/$"),
    "segment-map": ("/analytics/segment-maps/", r"^/analytics/segment-maps/\d+/$"),
    "computation": ("/analytics/runs/", r"^/analytics/runs/\d+/$"),
    "complaint": ("/complaints/", r"^/complaints/\d+/$"),
    "crisis": ("/complaints/crises/", r"^/complaints/crises/\d+/$"),
    "cause": ("/complaints/causes/", r"^/complaints/causes/\d+/$"),
    "improvement": ("/complaints/improvements/", r"^/complaints/improvements/\d+/$"),
    "policy-detail": ("/complaints/settings/", r"^/complaints/settings/policies/\d+/$"),
    "job": ("/jobs/", r"^/jobs/\d+/$"),
}
#: Pages of one customer, below the customer's own address.
OF_A_CUSTOMER = {
    "customer": "",
    "customer-edit": "edit/",
    "customer-contacts": "contacts/",
    "customer-map": "map/",
    "customer-orders": "orders/",
    "customer-history": "history/",
    "interaction-form": "interactions/new/",
}


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every main page in every look")
    parser.add_argument("--only", default="", help="with --all: only pages whose name holds this")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = sign_in(browser, asked.address, asked.user, asked.password)
        addresses = find_pages(page)
        if asked.all:
            take_all(page, {k: v for k, v in addresses.items() if asked.only in k}, asked.all)
        else:
            take_for_readme(page, addresses)
        browser.close()


def chromium() -> str | None:
    """Return the system's Chromium; None lets Playwright take its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def sign_in(browser: Browser, address: str, user: str, password: str) -> Page:
    """Return a page of the person."""
    page = browser.new_context(base_url=address, locale="en-GB", reduced_motion="reduce").new_page()
    page.goto("/accounts/login/")
    page.fill("#id_username", user)
    page.fill("#id_password", password)
    page.click("main button[type=submit], form button.btn-primary")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def find_pages(page: Page) -> dict[str, str]:
    """Return name → address of every page, with records that are there and worth a picture."""
    found = dict(PAGES)
    for name, (where, pattern) in RECORDS.items():
        if link := first_link(page, where, pattern):
            found[name] = link
    customer = customer_in_danger(page, found.get("warning"))
    return found | ({name: customer + tail for name, tail in OF_A_CUSTOMER.items()} if customer else {})


def first_link(page: Page, where: str, pattern: str) -> str | None:
    """Return the first link on a page that fits."""
    page.goto(where)
    links = page.locator("main a[href]").evaluate_all("found => found.map(a => a.getAttribute('href'))")
    return next((link for link in links if re.search(pattern, link)), None)


def customer_in_danger(page: Page, warning: str | None) -> str | None:
    """Return the customer of the first warning, or any: their page has the most to show."""
    return first_link(page, warning or "/customers/", r"^/customers/\d+/$")


def choose(page: Page, theme: str, language: str) -> None:
    """Set theme and language as the switches of the page do."""
    page.goto("/")
    for field, value in (("theme", theme), ("language", language)):
        page.evaluate(
            """async ([field, value]) => {
              const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
              const body = new URLSearchParams({[field]: value, next: "/"});
              await fetch("/preferences/", {method: "POST", body, headers: {"X-CSRFToken": token}});
            }""",
            [field, value],
        )


def take(page: Page, address: str, path: Path, *, whole: bool = True) -> None:
    """Photograph one page when it has come to rest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.goto(address, wait_until="load")
    for unfinished in (".htmx-request", "[hx-trigger=load] .loading", "[data-chart]:not(.js-plotly-plot)"):
        page.locator(unfinished).first.wait_for(state="detached")
    page.wait_for_timeout(250)
    page.screenshot(path=path, full_page=whole)


def take_for_readme(page: Page, addresses: dict[str, str]) -> None:
    """Photograph the two pages that the README shows."""
    page.set_viewport_size({"width": 1_440, "height": 1_000})
    choose(page, "light", "en")
    for name in ("customer", "dashboard"):
        take(page, addresses[name], DOCS / f"{name}.png", whole=False)


def take_all(page: Page, addresses: dict[str, str], folder: Path) -> None:
    """Photograph every page in every look."""
    for language, theme in product(LANGUAGES, THEMES):
        choose(page, theme, language)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for name, address in addresses.items():
                take(page, address, folder / f"{language}-{theme}-{size}" / f"{name}.png")


if __name__ == "__main__":
    main()
