"""What is alike in every row is drawn once for each time that the template is drawn."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation

ROWS = Template(
    "{% load i18n %}{% for n in rows %}"
    "{% once %}{{ draw }}{% translate 'Yes' %}{% endonce %}{{ n }} {% endfor %}"
)


class Counted:
    """Counts how often it is shown."""

    times = 0

    def __str__(self) -> str:
        self.times += 1
        return ""


def test_it_is_drawn_for_the_first_row_only() -> None:
    drawn = Counted()
    assert ROWS.render(Context({"rows": [1, 2, 3], "draw": drawn})) == "Yes1 Yes2 Yes3 "
    assert drawn.times == 1


def test_another_page_in_another_language_draws_it_anew() -> None:
    with translation.override("zh-hans"):
        assert ROWS.render(Context({"rows": [1]})) == "是1 "
    with translation.override("en"):
        assert ROWS.render(Context({"rows": [1]})) == "Yes1 "


def test_two_of_them_do_not_mix() -> None:
    template = Template(
        "{% for n in rows %}{% once %}a{% endonce %}{{ n }}{% once %}b{% endonce %}{% endfor %}"
    )
    assert template.render(Context({"rows": [1, 2]})) == "a1ba2b"
