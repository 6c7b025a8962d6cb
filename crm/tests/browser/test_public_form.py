"""The public door as a stranger goes through it: filed without script, looked at, added to, taken back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import Installation
from crm.tests.browser.test_looks import AXE, axe, overflow

#: Told apart from what other walks leave in the same installation.
NOW = uuid4().hex[:10]
TITLE = f"No certificate after {NOW}"

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


@pytest.fixture
def open_form(installation: Installation) -> None:
    setup = "PublicForm.load(); PublicForm.objects.update(is_open=True)"
    code = f"from complaints.models import PublicForm; {setup}"
    installation.manage("shell", "--verbosity", "0", "-c", code)


@pytest.mark.parametrize("script", [True, False])
def test_a_stranger_files_looks_and_adds(script: bool, open_form: None, visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=script, viewport={"width": 360, "height": 780})
    title = f"{TITLE} {script}"
    file_case(page, title)
    number = page.locator(".case-number").inner_text()
    page.get_by_role("link", name="See how it stands").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    add_message(page)
    seen_by_staff(visit("admin"), number)
    take_back(page)


def file_case(page: Page, title: str) -> None:
    """A language that one changes one's mind about, a mistake that is mended, nothing typed twice."""
    page.goto("/complaints/form/")
    page.get_by_label("In one sentence").fill(title)
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("In one sentence")).to_have_value(title)
    page.get_by_label("A complaint: something went wrong").check()
    page.get_by_label("What happened?").fill("The course ended in May.")
    page.get_by_label("Your name").fill("Wei Lin")
    page.get_by_label("I agree that").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Give an e-mail address or a phone number.")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("The course ended in May.")
    page.get_by_label("Phone", exact=True).fill("13800001234")
    # The trap for programs lets through who needs three seconds.
    page.wait_for_timeout(3_100)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="We have it")).to_be_visible()


def add_message(page: Page) -> None:
    page.wait_for_timeout(3_100)
    page.get_by_label("Your message").fill("We also paid already.")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator(".exchange").get_by_text("We also paid already.")).to_be_visible()


def seen_by_staff(page: Page, number: str) -> None:
    page.goto(f"/complaints/?q={number}&open=true")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_text("The customer waits for an answer")).to_be_visible()
    expect(page.locator("#log").get_by_text("We also paid already.")).to_be_visible()
    expect(page.locator("#status-panel")).to_contain_text("Privacy notice")


def take_back(page: Page) -> None:
    page.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("It was withdrawn; nothing more is done.")).to_be_visible()


def test_the_pages_are_fit_for_everybody(open_form: None, visit: Callable[..., Page]) -> None:
    page = visit()
    faults = []
    for address in ("/complaints/form/", "/complaints/form/find/"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": 1_280, "height": 900})
            page.goto(address)
            page.evaluate(AXE)
            faults += [f"{address} {scheme}: {line}" for line in axe(page, {})]
            page.set_viewport_size({"width": 360, "height": 780})
            faults += [f"{address} {scheme}: {line}" for line in overflow(page)]
    assert not faults, "\n".join(faults)
