"""Leaves that are kept: by value and language, and never mixing safe text with text to escape."""

from __future__ import annotations

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from core.templatetags.kept import kept
from core.templatetags.ui import icon, stage, tier


def test_each_value_is_drawn_once_a_language():
    drawn = []

    @kept
    def leaf(value: str) -> str:
        drawn.append(value)
        return format_html("<b>{}</b>", value)

    with translation.override("en"):
        assert [leaf("a"), leaf("a"), leaf("b")] == ["<b>a</b>", "<b>a</b>", "<b>b</b>"]
    with translation.override("zh-hans"):
        leaf("a")
    assert drawn == ["a", "b", "a"]


def test_a_chip_speaks_the_language_of_the_moment():
    with translation.override("en"):
        assert "Strategic" in tier("strategic")
    with translation.override("zh-hans"):
        assert "Strategic" not in tier("strategic")
    with translation.override("en"):
        assert "Growth" in stage("growth")


def test_a_lazy_label_is_kept_by_what_it_says():
    label = gettext_lazy("Strategic")
    with translation.override("en"):
        english = tier("strategic", label)
    with translation.override("zh-hans"):
        assert tier("strategic", label) != english


def test_safe_text_does_not_make_the_same_text_of_a_stranger_safe():
    assert "<i>" in tier("core", mark_safe("<i>x</i>"))
    assert "<i>" not in tier("core", "<i>x</i>")


def test_an_icon_with_a_label_is_another_than_without():
    assert icon("bell") != icon("bell", label="Notifications")
