"""Addresses of rows: the same as Django's own, by one walk through the URL table a name."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse, set_script_prefix

from core.addresses import address_of


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("core:home", ()),
        ("core:job-detail", (7,)),
        ("core:job-detail", (987_654_321_000,)),
        ("core:job-list", ()),
    ],
)
def test_an_address_is_what_django_says(name: str, keys: tuple[int, ...]) -> None:
    assert address_of(name, *keys) == reverse(name, args=keys)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        address_of("core:nowhere", 1)


def test_it_stands_below_the_prefix_of_the_server() -> None:
    plain = address_of("core:job-detail", 7)
    set_script_prefix("/crm/")
    try:
        assert address_of("core:job-detail", 7) == f"/crm{plain}"
    finally:
        set_script_prefix("/")


def test_a_row_asks_by_a_tag() -> None:
    template = Template('{% for key in keys %}{% address "core:job-detail" key %} {% endfor %}')
    assert template.render(Context({"keys": [1, 2]})).split() == [
        reverse("core:job-detail", args=[key]) for key in (1, 2)
    ]
