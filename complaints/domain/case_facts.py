"""The facts of some cases, read in a fixed number of queries and worked out in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from complaints.choices.cases import OPEN, ClockKind, ClockState, Decision, Emotion, EntryKind, Grade, State
from complaints.choices.facts import SLA_OF, Fact
from complaints.choices.solving import CallBackState
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.clocks import SETTLED
from complaints.domain.first_contact import within_ninety_seconds
from complaints.measures import (
    RECOVERY_DAYS,
    ClockFact,
    Ending,
    Turn,
    first_settled,
    is_content,
    kept,
)
from complaints.models import (
    BusinessCalendar,
    CallBack,
    CaseFact,
    Category,
    Clock,
    ClockChange,
    CompensationMove,
    Complaint,
    Entry,
    Escalation,
    FirstContact,
    Pause,
)
from complaints.sla import Calendar, Span, working_seconds
from core.zones import zone_named
from customers.models import OrderDay

_UPHELD = frozenset({Decision.UPHELD, Decision.PARTLY})
#: Preferred first: by whose calendar the working time of a case is counted.
_CALENDAR_OF = (ClockKind.SOLVE, ClockKind.RESPOND, ClockKind.ACKNOWLEDGE)


@dataclass
class _About:
    """What hangs on one case."""

    clocks: list[ClockFact] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    callbacks: dict[int, tuple[str, bool | None, int | None]] = field(default_factory=dict)
    moves: list[tuple[int, datetime, Any, int | None]] = field(default_factory=list)
    alarms: list[tuple[int, datetime, bool]] = field(default_factory=list)
    contact: FirstContact | None = None


class Measuring:
    """Measures cases as of one moment; calendars and the taxonomy are read once."""

    def __init__(self, at: datetime, *, since: datetime) -> None:
        self.at = at
        self.since = since
        self.zone = zone_named("")
        self.today = at.astimezone(self.zone).date()
        self._calendars: dict[int | None, Calendar] = {}
        usual = default_calendar()
        self._usual = usual.pk if usual is not None else None
        self._tops = _tops()

    def facts(self, keys: list[int]) -> Iterator[CaseFact]:
        """Yield the facts of the cases, in twelve queries however many they are."""
        cases = list(Complaint.objects.filter(pk__in=keys).select_related("category", "customer", "queue"))
        about = _about(keys, [case.pk for case in cases if case.cycle > 1])
        bought = self._bought(cases)
        for case in cases:
            yield from self._of(case, about[case.pk], bought)

    # ---- one case -----------------------------------------------------------------------------------
    def _of(self, case: Complaint, about: _About, bought: dict[int, list[date]]) -> Iterator[CaseFact]:
        for pk, moment, amount, team in about.moves:
            yield self._fact(case, Fact.GIVEN, moment, ref=pk, amount=amount, team_id=team)
        if case.state == State.MERGED:
            return
        yield self._fact(case, Fact.RECEIVED, case.received_at, hit=case.level > 0)
        yield from self._gravity(case, about)
        if case.customer is not None and case.is_complaint:
            team = case.customer.team_id
            yield self._fact(case, Fact.CUSTOMER, case.received_at, team_id=team, owner_id=None)
        yield from self._durations(case, about)
        yield from self._deadlines(case, about)
        yield from self._outcomes(case, about, bought)
        if case.state in OPEN:
            is_late = case.next_due_at is not None and case.next_due_at < self.at
            age = max(int((self.at - case.received_at).total_seconds()), 0)
            yield self._fact(case, Fact.OPEN, self.at, hit=is_late, gross=age)

    def _fact(self, case: Complaint, what: str, moment: datetime | date, **values: Any) -> CaseFact:
        day = moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment
        sides: dict[str, Any] = {
            "kind": case.kind,
            "grade": case.grade,
            "category": self._top(case.category),
            "intake": case.intake,
            "team_id": case.team_id,
            "owner_id": case.owner_id,
        }
        return CaseFact(complaint_id=case.pk, what=what, on=day, **{**sides, **values})

    def _top(self, category: Category | None) -> str:
        if category is None:
            return ""
        return self._tops.get((category.kind, category.code), category.code)

    def _gravity(self, case: Complaint, about: _About) -> Iterator[CaseFact]:
        """How grave it was, how far it was escalated, and how its first contacts went."""
        if case.is_complaint:
            yield self._fact(case, Fact.SEVERE, case.received_at, hit=case.grade == Grade.SEVERE)
        if not _is_past(case):
            yield self._fact(case, Fact.LEVEL_2, case.received_at, hit=case.level >= 2)
            yield self._fact(case, Fact.LEVEL_3, case.received_at, hit=case.level >= 3)
        for pk, moment, was_wrong in about.alarms:
            yield self._fact(case, Fact.ALARM, moment, ref=pk, hit=was_wrong)
        contact = about.contact
        if contact is not None and case.is_complaint:
            in_time = within_ninety_seconds(contact)
            yield self._fact(case, Fact.FIRST_CONTACT, contact.started_at, hit=in_time)
            if contact.emotion_before and contact.emotion_after:
                eased = contact.emotion_after < contact.emotion_before
                yield self._fact(case, Fact.EASED, contact.started_at, hit=eased)

    def _durations(self, case: Complaint, about: _About) -> Iterator[CaseFact]:
        calendar = self._calendar(case, about)
        never: tuple[Span, ...] = ()
        pauses = tuple((start, end or self.at) for start, end in about.pauses if start <= (end or self.at))
        for what, moment, holes in (
            (Fact.ACKNOWLEDGED, case.acknowledged_at, never),
            (Fact.RESPONDED, _first_response(case, about), never),
            (Fact.SOLVED, case.solved_at, pauses),
        ):
            if moment is not None and moment >= case.received_at:
                net = working_seconds(case.received_at, moment, calendar, holes)
                gross = int((moment - case.received_at).total_seconds())
                yield self._fact(case, what, moment, net=net, gross=gross)

    def _calendar(self, case: Complaint, about: _About) -> Calendar:
        by_kind = {clock.kind: clock.calendar_id for clock in about.clocks if clock.calendar_id}
        of_queue = case.queue.calendar_id if case.queue is not None else None
        known = [by_kind.get(kind) for kind in _CALENDAR_OF]
        pk = next((one for one in (*known, of_queue) if one is not None), self._usual)
        if pk not in self._calendars:
            row = BusinessCalendar.objects.filter(pk=pk).first() if pk is not None else None
            self._calendars[pk] = working_calendar(row, since=self.since)
        return self._calendars[pk]

    def _deadlines(self, case: Complaint, about: _About) -> Iterator[CaseFact]:
        waiting = next((start for start, end in about.pauses if end is None), None)
        solutions = tuple(turn.at for turn in about.turns if turn.code == "solved")
        ending = Ending(case.state, case.cycle, case.solved_at, case.ended_at, waiting, solutions)
        for kind, what in SLA_OF.items():
            decided = kept((one for one in about.clocks if one.kind == kind), ending, at=self.at)
            if decided is not None:
                yield self._fact(case, what, decided[0], hit=decided[1])

    def _outcomes(self, case: Complaint, about: _About, bought: dict[int, list[date]]) -> Iterator[CaseFact]:
        settled = _settled(case, about)
        if settled is not None:
            yield self._fact(case, Fact.SETTLED, settled[0], hit=settled[1])
        is_decided = case.is_complaint and case.decision and case.state in {State.SOLVED, State.CLOSED}
        if is_decided and case.decided_at is not None:
            yield self._fact(case, Fact.DECIDED, case.decided_at, hit=case.decision in _UPHELD)
        if case.state != State.CLOSED or case.ended_at is None:
            return
        state, accepted, score = about.callbacks.get(case.cycle, ("", None, None))
        if not _is_past(case):
            yield self._fact(case, Fact.CLOSED, case.ended_at, hit=state == CallBackState.DONE)
        if state == CallBackState.DONE and case.emotion_before >= Emotion.DISSATISFIED:
            content = is_content(is_accepted=accepted, score=score)
            yield self._fact(case, Fact.TURNED, case.ended_at, hit=content)
        closed = case.ended_at.astimezone(self.zone).date()
        judged = closed + timedelta(days=RECOVERY_DAYS)
        if case.is_complaint and case.customer_id is not None and judged <= self.today:
            again = any(closed < day <= judged for day in bought.get(case.customer_id, ()))
            won = again or is_content(is_accepted=accepted, score=score)
            yield self._fact(case, Fact.RECOVERY, judged, hit=won)

    def _bought(self, cases: Iterable[Complaint]) -> dict[int, list[date]]:
        """Return the days with orders after complaints that were closed, by customer."""
        closed = [case for case in cases if case.state == State.CLOSED and case.customer_id is not None]
        if not closed:
            return {}
        moments = [case.ended_at for case in closed if case.ended_at is not None]
        rows = OrderDay.objects.filter(
            customer__in={case.customer_id for case in closed},
            orders__gt=0,
            day__gt=min(moments).astimezone(self.zone).date(),
            day__lte=max(moments).astimezone(self.zone).date() + timedelta(days=RECOVERY_DAYS),
        )
        found: dict[int, list[date]] = defaultdict(list)
        for customer, day in rows.order_by().values_list("customer_id", "day"):
            found[customer].append(day)
        return found


def _is_past(case: Complaint) -> bool:
    """Tell whether the case was dealt with elsewhere: here it never had a ladder, nor a call-back."""
    return case.is_history and case.cycle == 1


def _first_response(case: Complaint, about: _About) -> datetime | None:
    """When the customer was first answered: reopening empties the case's own field."""
    first = [one.met_at for one in about.clocks if one.kind == ClockKind.RESPOND and one.cycle == 1]
    met = next((moment for moment in first if moment is not None), None)
    return met or (case.responded_at if case.cycle == 1 else None)


def _settled(case: Complaint, about: _About) -> tuple[datetime, bool] | None:
    if case.cycle > 1:
        return first_settled(about.turns)
    is_solved = case.state in {State.SOLVED, State.CLOSED} and case.solved_at is not None
    return (case.solved_at, False) if is_solved and case.solved_at is not None else None


def _about(keys: list[int], reopened: list[int]) -> dict[int, _About]:
    """Read what hangs on the cases, a query for each kind of row."""
    found: dict[int, _About] = defaultdict(_About)
    names = ("complaint_id", "kind", "cycle", "state", "due_at", "met_at", "calendar_id")
    called_off = ClockChange.objects.filter(clock=OuterRef("pk"), reason__in=SETTLED)
    clocks = Clock.objects.filter(complaint__in=keys).exclude(
        Q(state=ClockState.CANCELLED) & Exists(called_off)
    )
    for case, *values in clocks.order_by().values_list(*names):
        found[case].clocks.append(ClockFact(*values))
    rows = Pause.objects.filter(complaint__in=keys).order_by("started_at", "id")
    for case, start, end in rows.values_list("complaint_id", "started_at", "ended_at"):
        found[case].pauses.append((start, end))
    lines = Entry.objects.filter(complaint__in=reopened, kind=EntryKind.SYSTEM).order_by("at", "id")
    for case, moment, data in lines.values_list("complaint_id", "at", "data"):
        found[case].turns.append(Turn(str(data.get("code", "")), moment))
    answers = CallBack.objects.filter(complaint__in=keys).order_by()
    for case, cycle, *answer in answers.values_list(
        "complaint_id", "cycle", "state", "is_accepted", "result_score"
    ):
        found[case].callbacks[cycle] = (answer[0], answer[1], answer[2])
    moves = CompensationMove.objects.filter(compensation__complaint__in=keys).exclude(given=0).order_by()
    for case, pk, moment, given, team in moves.values_list(
        "compensation__complaint_id", "pk", "at", "given", "compensation__cost_team_id"
    ):
        found[case].moves.append((pk, moment, given, team))
    levels = Escalation.objects.filter(complaint__in=keys, acknowledged_at__isnull=False).order_by()
    for case, *level in levels.values_list("complaint_id", "pk", "fired_at", "was_wrong"):
        found[case].alarms.append((level[0], level[1], level[2]))
    # The first one of each case: the last that is read.
    for contact in FirstContact.objects.filter(complaint__in=keys).order_by("-cycle"):
        found[contact.complaint_id].contact = contact
    return found


def _tops() -> dict[tuple[str, str], str]:
    """Return, for each category by kind and code, the code at the top of its newest edition's line."""
    rows = Category.objects.order_by("edition").values_list("kind", "code", "parent_code")
    parents = {(kind, code): parent for kind, code, parent in rows}
    return {key: _top_of(key, parents) for key in parents}


def _top_of(key: tuple[str, str], parents: dict[tuple[str, str], str]) -> str:
    kind, code = key
    seen = {code}
    while (parent := parents.get((kind, code), "")) and parent not in seen:
        seen.add(parent)
        code = parent
    return code
