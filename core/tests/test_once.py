"""A form that is sent twice does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from core.domain.once import KEPT, do_once, forget_forms, token_in
from core.errors import DomainError
from core.models import SpentForm, Team, User


def make_team() -> str:
    return f"/teams/{Team.objects.create(name='Once').pk}/"


def test_work_is_done_once_and_the_second_click_is_led_to_the_same_page(user_in: Callable[..., User]) -> None:
    user = user_in("sales")

    first = do_once("form-1", make_team, by=user)
    second = do_once("form-1", make_team, by=user)

    assert first == (f"/teams/{Team.objects.get(name='Once').pk}/", True)
    assert second == (first[0], False)


def test_refused_work_may_be_sent_again(user_in: Callable[..., User]) -> None:
    user = user_in("sales")

    def refuse() -> str:
        raise DomainError("refused", "No")

    with pytest.raises(DomainError):
        do_once("form-1", refuse, by=user)

    assert do_once("form-1", make_team, by=user)[1] is True


def test_what_no_database_stores_is_left_out_of_a_token(user_in: Callable[..., User]) -> None:
    token = token_in({"once": "a\x00b" + "c" * 100})

    assert token == "ab" + "c" * 38
    assert do_once(token, make_team, by=user_in("sales"))[1] is True
    assert token_in({}) == ""


def test_tokens_of_two_people_are_two(user_in: Callable[..., User]) -> None:
    do_once("same", lambda: "/a/", by=user_in("sales"))

    assert do_once("same", lambda: "/b/", by=user_in("sales")) == ("/b/", True)


def test_old_forms_are_forgotten(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    do_once("old", lambda: "/a/", by=user)
    do_once("new", lambda: "/b/", by=user)
    now = timezone.now()
    SpentForm.objects.filter(token="old").update(at=now - KEPT - timedelta(minutes=1))

    assert forget_forms(at=now) == 1
    assert list(SpentForm.objects.values_list("token", flat=True)) == ["new"]
