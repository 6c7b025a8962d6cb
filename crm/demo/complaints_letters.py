"""Demo of decision letters, rules for contacts and legal references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from django.utils import timezone

from complaints.choices.cases import State
from complaints.domain.conduct import Evidence, decide_designation, note_notice, propose_designation
from complaints.domain.conduct_notice import notice_for
from complaints.domain.letter_issue import correct_letter, hand_over, issue_letter
from complaints.domain.letters import approve_letter, draft_letter, edit_letter, submit_letter
from complaints.domain.moves import hear
from complaints.domain.objections import receive_objection
from complaints.domain.references import cite
from complaints.letter_text import gaps_of
from complaints.models import Complaint, ConductCriterion, DecisionLetter, LegalReference
from core.models import User

LETTERS = 9
_WORDS = {
    "zh-hans": "经核实，您反映的情况属实。",
    "zh-hant": "經查核，您反映的情況屬實。",
    "en": "You were right.",
}


def make(users: Mapping[str, User], *, today: date) -> None:
    """Build on the cases that are there: letters in every state, one rule that holds, one that is proposed."""
    at = timezone.make_aware(datetime.combine(today, time(10)))
    _letters(users, at)
    _rules(users, at)


def _letters(users: Mapping[str, User], at: datetime) -> None:
    rows = Complaint.objects.complaints().filter(state__in=[State.SOLVED, State.CLOSED])
    cases = list(rows.exclude(decision="").exclude(solution="").order_by("-received_at", "id")[:LETTERS])
    law = LegalReference.objects.in_force_on(at.date()).filter(code="cn-consumer-protection").first()
    for place, case in enumerate(cases):
        if law is not None:
            cite(case, law, by=users["agent"])
        letter = draft_letter(
            case, by=users["agent"], language=("zh-hans", "zh-hant", "en")[place % 3], at=at
        )
        if place == 0:
            continue
        letter = _filled(letter, users["agent"])
        if not _read_by_a_second(letter, users, at, waits=place == 1):
            continue
        issued = issue_letter(letter, way="mail", by=users["agent"], at=at)
        if place % 4 == 0:
            hand_over(issued, "post", on=timezone.localdate(at), by=users["agent"], at=at)
        if place == 2:
            _corrected(issued, users, at)


def _filled(letter: DecisionLetter, by: User) -> DecisionLetter:
    """Fill every gap with a plain sentence, as the handler would with a better one."""
    body, subject = letter.body, letter.subject
    for gap in gaps_of(body):
        body = body.replace(gap, _WORDS[letter.language])
    return edit_letter(letter, {"body": body, "subject": subject}, by=by)


def _read_by_a_second(
    letter: DecisionLetter, users: Mapping[str, User], at: datetime, *, waits: bool = False
) -> bool:
    """Let the manager approve where it is needed; False where the letter still waits for somebody."""
    if not letter.needs_approval:
        return True
    submit_letter(letter, by=users["agent"], at=at)
    if waits or users["manager"].pk == letter.complaint.owner_id:
        return False
    approve_letter(letter, by=users["manager"], at=at)
    return True


def _corrected(issued: DecisionLetter, users: Mapping[str, User], at: datetime) -> None:
    new = correct_letter(issued, by=users["agent"], at=at)
    if _read_by_a_second(new, users, at):
        issue_letter(new, way="post", by=users["agent"], at=at)


def _rules(users: Mapping[str, User], at: datetime) -> None:
    """One rule that holds and is objected to, and one proposal that waits for a second person."""
    rows = Complaint.objects.complaints().open().filter(customer__isnull=False)
    rows = rows.exclude(owner__in=[users["manager"], users["admin"]])
    cases = list(rows.order_by("received_at", "id")[:2])
    criteria = list(ConductCriterion.objects.active()[:2])
    for place, case in enumerate(cases):
        line = hear(
            case, "你们再不按我的要求赔，我每天打一百个电话。", by=users["agent"], channel="phone", at=at
        )
        data = {
            "scope": "customer" if place == 0 else "matter",
            "reason": "多次在电话中辱骂、威胁员工；已两次书面说明沟通规则，情况没有改变。",
            "in_writing": True,
            "limited_contact": True,
            "contacts_a_month": 4,
            "months": 6,
        }
        row = propose_designation(
            case, data, criteria=criteria, evidence=Evidence(entries=[line]), by=users["agent"], at=at
        )
        if place == 0:
            day = timezone.localdate(at)
            decide_designation(row, agrees=True, note="证据充分，措施适当。", by=users["manager"], at=at)
            row.refresh_from_db()
            note_notice(row, notice_for(row), way="post", on=day, by=users["agent"], at=at)
            receive_objection(row, "我只是着急，没有辱骂任何人。", on=day, by=users["agent"], at=at)
