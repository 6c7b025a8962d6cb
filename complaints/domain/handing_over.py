"""Giving what somebody who leaves was responsible for about cases to somebody else."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from complaints.choices.cases import AssignReason
from complaints.choices.solving import CallBackState, CauseState
from complaints.domain.callbacks import caller_for
from complaints.domain.entries import tell
from complaints.models import (
    Alert,
    Assignment,
    CallBack,
    Cause,
    Complaint,
    Crisis,
    CrisisStep,
    Handler,
    Improvement,
    Level,
    WorkOrder,
)
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.handing_over import give, gone, hand_over_owned
from core.responsibilities import HandOver, Moved


def hand_over_cases(order: HandOver) -> Moved:
    """Make the receiver the handler of the cases that are still the leaver's; nobody is told one by one."""
    rows = Complaint.objects.unended().filter(pk__in=order.ids, owner=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    team = order.receiver.team
    for case in found:
        values = {"owner": order.receiver, "team": team or case.team, "version": F("version") + 1}
        Complaint.objects.filter(pk=case.pk).update(**values, updated_at=order.at)
        Assignment.objects.create(
            complaint=case,
            owner=order.receiver,
            team=team or case.team,
            at=order.at,
            by=order.by,
            reason=AssignReason.DEPARTURE,
        )
        told = {"to": str(order.receiver), "reason": AssignReason.DEPARTURE.value, "note": order.note}
        tell(case, "assigned", at=order.at, by=order.by, **told)
        changes = {"owner": (order.leaver, order.receiver)}
        record(AuditAction.CHANGED, by=order.by, subject=case, changes=changes, note=order.note)
        case.owner, case.team = order.receiver, team or case.team
        own = CallBack.objects.filter(complaint=case, state=CallBackState.DUE, owner=order.receiver)
        _let_others_call(own.select_related("handler"), case, order)
    return Moved([case.pk for case in found], gone(order, {case.pk for case in found}))


def _let_others_call(rows: Iterable[CallBack], case: Complaint, order: HandOver) -> None:
    """Give the call-backs of a case to whom the usual rule names: neither its handler nor who leaves."""
    for row in rows:
        never = (order.leaver.pk, row.handler_id)
        before, caller = row.owner, caller_for(case, due=row.due_at, besides=never)
        values = {"owner": caller, "version": F("version") + 1, "updated_at": order.at}
        CallBack.objects.filter(pk=row.pk).update(**values)
        changes = {"owner": (before, caller)}
        record(AuditAction.CHANGED, by=order.by, subject=row, changes=changes, note=order.note)


def hand_over_work(order: HandOver) -> Moved:
    """Give the receiver the open work orders that are still the leaver's."""
    rows = WorkOrder.objects.open().filter(pk__in=order.ids, owner=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for row in found:
        values = {"owner": order.receiver, "version": F("version") + 1, "updated_at": order.at}
        WorkOrder.objects.filter(pk=row.pk).update(**values)
        changes = {"owner": (order.leaver, order.receiver)}
        record(AuditAction.CHANGED, by=order.by, subject=row, changes=changes, note=order.note)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))


def hand_over_causes(order: HandOver) -> Moved:
    """Give the receiver the open causes of the register."""
    return hand_over_owned(Cause.objects.exclude(state=CauseState.FIXED), order)


def hand_over_improvements(order: HandOver) -> Moved:
    """Give the receiver the improvements that go on."""
    return hand_over_owned(Improvement.objects.unclosed(), order)


def hand_over_crises(order: HandOver) -> Moved:
    """Let the receiver lead the crises that are not over."""
    return hand_over_owned(Crisis.objects.unclosed(), order)


def hand_over_crisis_steps(order: HandOver) -> Moved:
    """Give the receiver the steps that are still to do."""
    return hand_over_owned(CrisisStep.objects.filter(done_at__isnull=True), order)


def hand_over_alerts(order: HandOver) -> Moved:
    """Give the receiver the early warnings that nobody has settled."""
    return hand_over_owned(Alert.objects.unclosed(), order, takes_team=True)


def hand_over_callbacks(order: HandOver) -> Moved:
    """Let the receiver call. Whoever handles a case never does: there the usual rule names the caller."""
    rows = CallBack.objects.filter(pk__in=order.ids, owner=order.leaver, state=CallBackState.DUE)
    found = list(
        rows.select_related("complaint__team", "complaint__queue", "handler")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    own = [row for row in found if order.receiver.pk in {row.complaint.owner_id, row.handler_id}]
    give([row for row in found if row not in own], order)
    for row in own:
        _let_others_call([row], row.complaint, order)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))


def hand_over_queues(order: HandOver) -> Moved:
    """Let the receiver serve the queues of the leaver with the leaver's skills; the leaver gets no cases.

    Refused where the receiver handles no cases: how many, and when, is for the settings to say.
    """
    leaving = Handler.objects.filter(pk__in=order.ids, user=order.leaver).first()
    if leaving is None:
        return Moved([], gone(order, set()))
    receiver = (
        Handler.objects.select_for_update(no_key=True, of=("self",))
        .filter(user=order.receiver, is_active=True)
        .first()
    )
    if receiver is None:
        return Moved([], [[leaving.pk, str(leaving), "no_handler"]])
    added = sorted(set(leaving.queues.all()) - set(receiver.queues.all()), key=lambda queue: queue.pk)
    receiver.queues.add(*added)
    skills = [*receiver.skills, *(skill for skill in leaving.skills if skill not in receiver.skills)]
    changes = {
        "queues": ("", ", ".join(str(queue) for queue in added)),
        "skills": (receiver.skills, skills),
    }
    mine = Handler.objects.filter(pk=receiver.pk)
    mine.update(skills=skills, version=F("version") + 1, updated_at=order.at)
    record(AuditAction.CHANGED, by=order.by, subject=receiver, changes=changes, note=order.note)
    Handler.objects.filter(pk=leaving.pk).update(is_active=False, version=F("version") + 1)
    shown = {"is_active": (True, False)}
    record(AuditAction.CHANGED, by=order.by, subject=leaving, changes=shown, note=order.note)
    return Moved([leaving.pk], [])


def hand_over_ladder_levels(order: HandOver) -> Moved:
    """Let ladders tell the receiver where they name the leaver; the policy keeps the line about it."""
    rows = Level.objects.filter(pk__in=order.ids, person=order.leaver)
    found = list(rows.select_related("policy").select_for_update(no_key=True, of=("self",)).order_by("pk"))
    Level.objects.filter(pk__in=[level.pk for level in found]).update(person=order.receiver)
    for level in found:
        changes = {"person": (order.leaver, order.receiver)}
        note = f"{level.get_clock_display()} {level.number}: {order.note}"
        record(AuditAction.CHANGED, by=order.by, subject=level.policy, changes=changes, note=note)
    return Moved([level.pk for level in found], gone(order, {level.pk for level in found}))
