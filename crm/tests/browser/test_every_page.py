"""Every page there is, also those that answer a form, full of hostile text: nothing of it runs, and all of
it is fit for everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Response

from crm.tests.browser.conftest import Complaints, Installation, run_installation, sign_in
from crm.tests.browser.test_looks import AXE, DESK, axe
from crm.tests.posted import Sent

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]

#: Fills every text field of every record with what hostile people type, and prints the pages to visit.
FILL = """
import json
from dataclasses import asdict
from datetime import date
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from analytics.domain.nightly import run_now_here
from core.models import User
from crm.tests.arguments import make_shared
from crm.tests.crawl import kwargs_of
from crm.tests.doors import pages
from crm.tests.junk import SCRIPTS
from crm.tests.posted import sent_forms
from crm.tests.world import make_belongings, make_side

setup_test_environment()
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
print("FORMS" + json.dumps([asdict(one) for one in sent_forms(admin, side, own)]))
"""
#: What must not be there when hostile text is shown as text.
LIVE = """() => [
  ...document.querySelectorAll('img[src="x"], [onerror], [onload], a[href^="javascript:" i]'),
  ...[...document.scripts].filter((one) =>
    one.textContent.includes("alert(1)") && !one.type.includes("json")),
].map((one) => one.outerHTML.slice(0, 200))
  .concat(document.body.innerText.includes("a53580247b") ? ["a53580247b"] : [])"""
SHOWN = "() => document.body.innerHTML.includes('a{{7654321*7}}b')"
#: Sends a form as a page of ours would.
SEND = """([url, fields]) => {
  const form = document.createElement("form");
  const put = (name, value) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  };
  put("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  Object.entries(fields).forEach(([name, values]) => values.forEach((value) => put(name, value)));
  Object.assign(form, { method: "post", action: url });
  document.body.append(form);
  form.submit();
}"""
#: A mail as its reader sees it, in a sandbox where no script runs: not even that of axe.
SANDBOXED = {"core:notification-sample"}


@dataclass
class Walk:
    """An installation full of hostile text, its pages by name, and the forms that a page answers."""

    installation: Installation
    pages: dict[str, str]
    forms: list[Sent]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with run_installation(tmp_path_factory.mktemp("pages"), "pages") as running:
        lines = running.manage("shell", "--verbosity", "0", "-c", FILL).splitlines()
        pages, forms = (
            json.loads(next(line for line in lines if line.startswith(word)).removeprefix(word))
            for word in ("PAGES", "FORMS")
        )
        yield Walk(running, pages, [Sent(**one) for one in forms])


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


def stops(walk: Walk, page: Page) -> Iterator[tuple[str, str]]:
    """Open everything, one after the other; yield its name and what is wrong with its status.

    The forms come first: soon after signing in, nobody is asked again for a password.
    """
    for form in walk.forms:
        with page.expect_navigation(wait_until="load") as found:
            page.evaluate(SEND, [form.url, form.fields])
        status = settled(page, found.value)
        yield form.name, "" if status == form.status else f"answered {status}, not {form.status}"
    for name, address in walk.pages.items():
        status = settled(page, page.goto(address, wait_until="load"))
        yield name, "does not open" if status >= 500 else ""


def settled(page: Page, response: Response | None) -> int:
    """Wait until the fragments of the page are there; return its status."""
    page.wait_for_function("() => !document.querySelector('.htmx-request, [hx-trigger=load] .loading')")
    return response.status if response else 0


def test_hostile_text_runs_nowhere(walk: Walk, page: Page) -> None:
    complaints, faults, shown, before = Complaints(), [], 0, 0
    complaints.listen(page.context)
    for name, fault in stops(walk, page):
        found = [fault] if fault else []
        found += [f"live {line}" for line in page.evaluate(LIVE)] + complaints.lines[before:]
        faults += [f"{name}: {line}" for line in found]
        before = len(complaints.lines)
        shown += page.evaluate(SHOWN)
    assert not faults, "\n".join(faults)
    assert len(walk.pages) > 60
    assert len(walk.forms) > 150
    assert shown >= 100, f"the text is shown on {shown} pages only"
    # The watch itself is awake: where such text is not escaped, it is seen.
    page.goto("about:blank")
    page.set_content('<img src="x" onerror="alert(2)"><a href="javascript:alert(3)">x</a>')
    page.wait_for_timeout(200)
    assert len(page.evaluate(LIVE)) == 2
    assert any("something ran" in line for line in complaints.lines)


def test_every_page_is_fit_for_everybody_in_both_themes(walk: Walk, page: Page) -> None:
    faults: list[str] = []
    for name, _fault in stops(walk, page):
        if name in SANDBOXED:
            continue
        page.evaluate(AXE)
        faults += [f"{name}: {line}" for line in axe(page, {})]
        page.evaluate(
            "document.documentElement.dataset.theme = document.documentElement.dataset.bsTheme = 'dark'"
        )
        faults += [f"{name}, dark: {line}" for line in axe(page, {"runOnly": ["color-contrast"]})]
    assert not faults, "\n".join(faults)
