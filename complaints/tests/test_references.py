"""Legal references: versions by day, and citations."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.domain.letter_issue import issue_letter
from complaints.domain.references import choices_for, cite, day_of, save_reference, take_citation_away
from complaints.models import Citation, LegalReference
from complaints.tests.factories import ComplaintFactory
from complaints.tests.letters import decided_case, whole_letter
from core.errors import DomainError
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
CODE = "cn-consumer-protection"


@pytest.fixture
def manager(user_in):
    return user_in("manager")


def refusal_of(call, *arguments, **values) -> str:
    with pytest.raises(DomainError) as refusal:
        call(*arguments, **values)
    return refusal.value.code


def version_on(day: date) -> LegalReference:
    return LegalReference.objects.in_force_on(day).get(code=CODE)


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(1994, 1, 1), date(1994, 1, 1)),
        (date(2014, 3, 14), date(1994, 1, 1)),
        (date(2014, 3, 15), date(2014, 3, 15)),
        (date(2026, 1, 1), date(2014, 3, 15)),
    ],
)
def test_the_version_of_the_day(day, since):
    assert version_on(day).in_force_from == since
    assert not LegalReference.objects.in_force_on(date(1993, 12, 31)).exists()


def test_seeded_references_hold_dates_and_names_and_no_invented_text():
    rows = {row.code: row for row in LegalReference.objects.order_by("in_force_from")}
    assert rows["cn-consumer-protection-rules"].in_force_from == date(2024, 7, 1)
    assert rows["cn-personal-information"].in_force_from == date(2021, 11, 1)
    assert rows["cn-civil-code"].in_force_from == date(2021, 1, 1)
    assert rows["cn-petitions"].in_force_from == date(2022, 5, 1)
    assert {(row.excerpt, row.article) for row in rows.values()} == {("", "")}


def test_two_versions_never_hold_on_one_day(manager):
    data = {"code": CODE, "name_zh_hans": "消费者权益保护法", "in_force_from": date(2027, 1, 1)}
    assert refusal_of(save_reference, None, data, by=manager) == "versions_overlap"
    save_reference(version_on(date(2026, 1, 1)), {"in_force_until": date(2026, 12, 31)}, by=manager)
    assert save_reference(None, data, by=manager).pk
    assert version_on(date(2027, 1, 1)).in_force_from == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name_en": ""}, "name_needed"),
        ({"in_force_until": date(2025, 12, 31)}, "ends_before"),
        ({"code": "not a code"}, "invalid"),
    ],
)
def test_what_a_reference_refuses(manager, values, code):
    data = {"code": "iso-10002", "name_en": "ISO 10002", "in_force_from": date(2026, 1, 1), **values}
    assert refusal_of(save_reference, None, data, by=manager) == code


def test_the_picker_puts_first_what_held_on_the_day_of_the_case():
    case = ComplaintFactory(occurred_on=date(2013, 5, 1))
    holding, others = choices_for(case)
    assert [row.in_force_from for row in holding if row.code == CODE] == [date(1994, 1, 1)]
    assert {row.in_force_from for row in others if row.code == CODE} == {date(2014, 3, 15)}
    assert day_of(ComplaintFactory()) == timezone.localdate()


def test_a_citation_keeps_its_day_and_says_when_the_version_did_not_hold(agent):
    case = ComplaintFactory(owner=agent, occurred_on=date(2013, 5, 1))
    right, wrong = (cite(case, version_on(day), by=agent) for day in (date(2013, 5, 1), date(2020, 1, 1)))
    assert (right.on, right.held, wrong.held) == (date(2013, 5, 1), True, False)
    assert (right.has_ended, wrong.has_ended) == (True, False)
    assert refusal_of(cite, case, version_on(date(2013, 5, 1)), by=agent) == "cited"


def test_a_letter_names_what_it_and_its_case_cite(agent):
    case = decided_case(owner=agent)
    cite(case, version_on(date(2026, 1, 1)), by=agent)
    from complaints.domain.letters import draft_letter

    assert "Protection of Consumer Rights and Interests" in draft_letter(case, by=agent).body


def test_an_issued_letter_keeps_its_citations(agent):
    letter = whole_letter(decided_case(owner=agent), agent)
    reference = version_on(date(2026, 1, 1))
    citation = cite(letter, reference, by=agent)
    issue_letter(letter, way="post", by=agent)
    assert refusal_of(take_citation_away, citation, by=agent) == "letter_is_frozen"
    other = LegalReference.objects.get(code="cn-civil-code")
    assert refusal_of(cite, letter, other, by=agent) == "letter_is_frozen"


def test_a_citation_is_taken_away(agent):
    case = ComplaintFactory(owner=agent)
    take_citation_away(cite(case, version_on(date(2026, 1, 1)), by=agent), by=agent)
    assert not Citation.objects.exists()


def test_citations_are_seen_with_their_case(agent, user_in):
    cite(ComplaintFactory(owner=agent), version_on(date(2026, 1, 1)), by=agent)
    assert Citation.objects.visible_to(agent).count() == 1
    assert Citation.objects.visible_to(user_in("agent", team=TeamFactory())).count() == 0


def test_the_database_holds_the_order_of_days():
    rows = LegalReference.objects.filter(code="cn-civil-code")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(in_force_until=date(2000, 1, 1))
