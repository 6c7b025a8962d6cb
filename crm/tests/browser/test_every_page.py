"""Every page there is, full of hostile text: nothing of it runs, and all of it is fit for everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from crm.tests.browser.conftest import Complaints, Installation, run_installation, sign_in
from crm.tests.browser.test_looks import AXE, DESK, axe

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]

#: Fills every text field of every record with what hostile people type, and prints the pages to visit.
FILL = """
import json
from datetime import date
from django.test import Client
from django.urls import reverse
from analytics.domain.nightly import run_now_here
from core.models import User
from crm.tests.arguments import make_shared
from crm.tests.crawl import kwargs_of
from crm.tests.doors import pages
from crm.tests.junk import SCRIPTS
from crm.tests.world import make_belongings, make_side

admin = User.objects.get(username="admin")
User.objects.create_user("some-service", is_service=True, full_name=SCRIPTS)
make_shared(admin)
short = {"short", "city", "region", "wechat"}
side = make_side("Scripts", lambda word: SCRIPTS[: 60 if word in short else 200])
own = make_belongings(admin, lambda word: SCRIPTS)
User.objects.filter(username="sam").update(full_name=SCRIPTS[:150])
run_now_here(date(2026, 11, 23), by=admin)
client = Client(headers={"host": "localhost"})
client.force_login(admin)
found = {}
for door in pages():
    url = door.url(kwargs_of(door, side, own))
    answer = client.get(url)
    is_page = not answer.streaming and "Content-Disposition" not in answer
    if answer.status_code == 200 and is_page and b"<html" in answer.content[:500]:
        found[door.name] = url
print("PAGES" + json.dumps(found))
"""
#: What must not be there when hostile text is shown as text.
LIVE = """() => [
  ...document.querySelectorAll('img[src="x"], [onerror], [onload], a[href^="javascript:" i]'),
  ...[...document.scripts].filter((one) =>
    one.textContent.includes("alert(1)") && !one.type.includes("json")),
].map((one) => one.outerHTML.slice(0, 200))
  .concat(document.body.innerText.includes("a53580247b") ? ["a53580247b"] : [])"""
SHOWN = "() => document.body.innerHTML.includes('a{{7654321*7}}b')"
#: A mail as its reader sees it, in a sandbox where no script runs: not even that of axe.
SANDBOXED = {"core:notification-sample"}


@dataclass
class Walk:
    """An installation full of hostile text, and its pages by name."""

    installation: Installation
    pages: dict[str, str]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with run_installation(tmp_path_factory.mktemp("pages"), "pages") as running:
        said = running.manage("shell", "--verbosity", "0", "-c", FILL)
        pages = json.loads(said[said.index("PAGES") + 5 :].splitlines()[0])
        yield Walk(running, pages)


@pytest.fixture
def page(walk: Walk, browser: Browser) -> Iterator[Page]:
    """An administrator's page that shows nothing that moves."""
    context = browser.new_context(base_url=walk.installation.address, viewport=DESK, locale="en-GB")
    context.set_default_timeout(15_000)
    made = context.new_page()
    made.emulate_media(reduced_motion="reduce")
    sign_in(made, "admin")
    yield made
    context.close()


def settle(page: Page, address: str) -> int:
    """Open a page and wait until its fragments are there; return the status."""
    response = page.goto(address, wait_until="load")
    page.wait_for_function("() => !document.querySelector('.htmx-request, [hx-trigger=load] .loading')")
    return response.status if response else 0


def test_hostile_text_runs_nowhere(walk: Walk, page: Page) -> None:
    complaints, faults, shown = Complaints(), [], 0
    complaints.listen(page.context)
    for name, address in walk.pages.items():
        before = len(complaints.lines)
        if settle(page, address) >= 500:
            faults.append(f"{name}: does not open")
        faults += [f"{name}: live {line}" for line in page.evaluate(LIVE)]
        faults += [f"{name}: {line}" for line in complaints.lines[before:]]
        shown += page.evaluate(SHOWN)
    assert not faults, "\n".join(faults)
    assert len(walk.pages) > 60
    assert shown >= 30, f"the text is shown on {shown} pages only"
    # The watch itself is awake: where such text is not escaped, it is seen.
    page.goto("about:blank")
    page.set_content('<img src="x" onerror="alert(2)"><a href="javascript:alert(3)">x</a>')
    page.wait_for_timeout(200)
    assert len(page.evaluate(LIVE)) == 2
    assert any("something ran" in line for line in complaints.lines)


def test_every_page_is_fit_for_everybody_in_both_themes(walk: Walk, page: Page) -> None:
    faults: list[str] = []
    for name, address in walk.pages.items():
        if name in SANDBOXED:
            continue
        settle(page, address)
        page.evaluate(AXE)
        faults += [f"{name}: {line}" for line in axe(page, {})]
        page.evaluate(
            "document.documentElement.dataset.theme = document.documentElement.dataset.bsTheme = 'dark'"
        )
        faults += [f"{name}, dark: {line}" for line in axe(page, {"runOnly": ["color-contrast"]})]
    assert not faults, "\n".join(faults)
