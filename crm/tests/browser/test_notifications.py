"""The bell and the mentions in a real browser: asked for while somebody looks, never behind their back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]

_TELL = """
from core.domain.notifications import notify
from core.models import User
notify([User.objects.get(username={name!r})], kind="core.mention", title="You are wanted")
"""
#: Lets a page believe that it is hidden, or shown again, as switching tabs does.
_HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def counted(page: Page) -> list[str]:
    """Collect the requests for the number."""
    asked: list[str] = []
    page.context.on("request", lambda sent: asked.append(sent.url) if "/count/" in sent.url else None)
    return asked


def minutes(page: Page, count: int) -> None:
    for _ in range(count):
        page.clock.run_for(60_000)
        page.wait_for_timeout(300)


def test_the_number_comes_while_somebody_looks_and_rests_in_hidden_tabs(
    visit: Callable[..., Page], installation: Installation
) -> None:
    page = visit("sam")
    page.clock.install()
    page.goto("/profile/")
    asked = counted(page)
    bell = page.locator("#unread-count")
    before = int(bell.inner_text() or 0) if bell.is_visible() else 0
    installation.manage("shell", "--verbosity", "0", "-c", _TELL.format(name="sam"))

    minutes(page, 1)
    expect(bell).to_have_text(str(before + 1))
    assert len(asked) == 1

    page.evaluate(_HIDE, True)
    minutes(page, 5)
    assert len(asked) == 1

    page.evaluate(_HIDE, False)
    page.clock.run_for(100)
    page.wait_for_timeout(300)
    assert len(asked) == 2


def test_nobody_asks_any_more_after_signing_out_elsewhere(visit: Callable[..., Page]) -> None:
    page = visit("sam")
    page.clock.install()
    page.goto("/profile/")
    asked = counted(page)
    page.context.clear_cookies()

    minutes(page, 5)

    assert len(asked) == 1


def test_errors_make_the_page_ask_less_often(visit: Callable[..., Page]) -> None:
    page = visit("sam")
    page.clock.install()
    page.goto("/profile/")
    asked = counted(page)
    page.route("**/notifications/count/", lambda route: route.fulfill(status=400))

    minutes(page, 8)

    # After 1, 3 and 7 minutes.
    assert len(asked) == 3


def test_a_hidden_tab_learns_the_number_from_the_one_that_is_looked_at(
    visit: Callable[..., Page], installation: Installation
) -> None:
    first = visit("sam")
    asked = counted(first)
    first.clock.install()
    first.goto("/profile/")
    second = first.context.new_page()
    second.goto("/profile/")
    second.evaluate(_HIDE, True)
    installation.manage("shell", "--verbosity", "0", "-c", _TELL.format(name="sam"))

    minutes(first, 1)

    shown = first.locator("#unread-count")
    expect(second.locator("#unread-count")).to_have_text(shown.inner_text())
    assert int(shown.inner_text()) > 0
    assert len(asked) == 1


def test_a_colleague_is_mentioned_by_keyboard_and_finds_the_message(visit: Callable[..., Page]) -> None:
    page = visit("mei")
    page.goto("/customers/new/")
    page.locator("[name=name]").fill("Mention Works")
    page.locator("[name=name]").press("Enter")
    expect(page.get_by_role("heading", name="Mention Works", level=1)).to_be_visible()
    page.goto(page.url.split("?")[0].rstrip("/") + "/interactions/new/")
    page.locator("[name=summary]").fill("Asked for a discount")
    body = page.locator("[name=body]")
    body.press_sequentially("mei@example.test wrote. @sa")
    option = page.get_by_role("option", name="Sam Sales")
    expect(option).to_be_visible()
    body.press("Enter")
    expect(option).to_have_count(0)
    body.press_sequentially("please call")
    page.get_by_role("button", name="Log interaction").click()
    expect(page.locator(".mention")).to_have_text("@Sam Sales")

    other = visit("sam")
    other.goto("/notifications/")
    other.locator(".inbox-open", has_text="mentioned you: Asked for a discount").click()
    expect(other.get_by_role("heading", name="Mention Works", level=1)).to_be_visible()


def test_choices_are_saved_and_the_sample_draws(visit: Callable[..., Page]) -> None:
    page = visit("sam")
    page.goto("/profile/notifications/")
    page.get_by_label("A task for you: by e-mail").select_option("digest")
    page.get_by_role("button", name="Save choices").click()
    expect(page.get_by_text("Choices saved.")).to_be_visible()
    expect(page.get_by_label("A task for you: by e-mail")).to_have_value("digest")
    expect(page.frame_locator("iframe").get_by_text("3 notifications for you")).to_be_visible()
