"""Placeholders, gaps and fingerprints of letters."""

from __future__ import annotations

import pytest

from complaints.choices.cases import Decision
from complaints.choices.letters import LetterLanguage
from complaints.domain.letter_seed import TEMPLATES
from complaints.letter_text import (
    LATE,
    PLACEHOLDERS,
    digest_of,
    filled,
    gaps_of,
    pieces_of,
    unknown_placeholders,
    with_late,
)


def test_values_are_put_in_and_a_missing_one_leaves_a_gap():
    text = filled(
        "Dear {recipient}: {findings}", {"recipient": "Li Wei", "findings": "  "}, missing="missing"
    )
    assert text == "Dear Li Wei: [[missing: what was found out]]"
    assert gaps_of(text) == ["[[missing: what was found out]]"]


def test_none_is_missing_and_never_written():
    text = filled("{given}", {"given": None}, missing="missing")  # type: ignore[dict-item]
    assert "None" not in text and len(gaps_of(text)) == 1


def test_a_value_is_never_read_for_placeholders():
    text = filled("{title} {number}", {"title": "{number}", "number": "TS-1"}, missing="missing")
    assert text == "{number} TS-1"


def test_an_optional_paragraph_goes_where_its_value_is_missing():
    template = "First\n\n?You get: {given}.\n\nLast"
    assert filled(template, {}, missing="missing") == "First\n\nLast"
    assert filled(template, {"given": "Refund"}, missing="missing") == "First\n\nYou get: Refund.\n\nLast"


def test_late_placeholders_stay_and_are_no_gaps():
    text = filled("Until {objection_until}", {}, missing="missing")
    assert (text, gaps_of(text)) == ("Until {objection_until}", [])
    late = dict.fromkeys(LATE, "X")
    assert with_late("{findings} {objection_until}", late) == "{findings} X"


def test_a_placeholder_that_somebody_typed_is_a_gap_and_other_braces_are_none():
    assert gaps_of("{findings} {anything} [[x: y]] {findings}") == ["[[x: y]]", "{findings}"]
    assert unknown_placeholders("{findings} {anything} {anything}") == ["anything"]


def test_pieces_are_the_whole_text_with_gaps_marked():
    text = "a [[m: x]] b {findings} c {today}"
    pieces = pieces_of(text)
    assert "".join(piece for piece, _gap in pieces) == text
    assert [piece for piece, is_gap in pieces if is_gap] == ["[[m: x]]", "{findings}"]


def test_a_fingerprint_changes_with_one_letter_and_not_with_the_order():
    one = digest_of({"body": "a", "number": "1"})
    assert one == digest_of({"number": "1", "body": "a"})
    assert one != digest_of({"number": "1", "body": "b"}) and len(one) == 64


@pytest.mark.parametrize("decision", Decision.values)
@pytest.mark.parametrize("language", LetterLanguage.values)
def test_every_seeded_text_names_what_a_decision_letter_needs(decision, language):
    subject, body = TEMPLATES[decision, language]
    wanted = (
        "recipient",
        "title",
        "findings",
        "reasons",
        "object_to",
        "next",
        "objection_until",
        "organisation",
    )
    assert [name for name in wanted if "{" + name + "}" not in body] == []
    assert "{number}" in subject and unknown_placeholders(subject + body) == []
    whole = filled(body, dict.fromkeys(PLACEHOLDERS, "value"), missing="missing")
    assert gaps_of(whole) == [] and "?" not in whole.split("\n\n")[0]
