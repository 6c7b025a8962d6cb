"""A person sets up a second factor, signs in with it, and takes it away again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core import totp
from crm.tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


def test_a_second_factor_from_the_picture_to_the_recovery_code(visit: Callable[..., Page]) -> None:
    page = visit("sam")
    page.goto("/profile/second-factor/")
    expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    page.get_by_text("The app cannot scan?").click()
    secret = page.get_by_label("Key", exact=True).input_value().replace(" ", "")
    page.locator("#id_code").fill(totp.code_of(secret, totp.step_at(timezone.now())))
    page.get_by_role("button", name="Set up").click()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10

    other = visit()
    sign_in(other, "sam")
    expect(other.get_by_role("heading", name="Your code")).to_be_visible()
    other.locator("#id_code").fill(codes[0])
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(lambda url: "/accounts/" not in url)
    other.goto("/profile/")
    expect(other.get_by_text("9 recovery codes are left.")).to_be_visible()
    expect(other.locator("#sessions")).to_contain_text("this browser")
    other.locator("#second-factor").get_by_role("link", name="Remove").click()
    other.locator("#dialog").get_by_role("button", name="Remove second factor").click()
    expect(other.get_by_text("Second factor removed.")).to_be_visible()

    page.goto("/profile/")
    page.wait_for_url("**/accounts/login/**")
