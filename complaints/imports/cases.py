"""Files of cases: complaints and service requests that a former system has, open or ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.domain.bringing_in import PAST_STATES, bring_in_open, bring_in_past
from complaints.domain.registering import INTAKE_FIELDS
from complaints.domain.taking_back import take_back_cases, worked_on
from complaints.domain.updating import update_case
from complaints.imports.case_fields import FIELDS
from complaints.imports.judging import Judge, judge_facts
from complaints.imports.options import CaseOptionsForm
from complaints.imports.references import CategoryReference, HandlerReference, QueueReference
from complaints.models import Complaint
from core.choices import ImportOutcome
from core.domain.notifications import notify
from core.imports.declared import DeclaredSession, DeclaredTarget, Plan
from core.imports.groups import ImportGroup
from core.imports.targets import ImportSession, UndoLine
from core.models import User
from customers import standardise
from customers.imports.references import CustomerReference, PersonReference

#: What a later file corrects of a case that is here already. All else is the work of who handles it.
_CORRECTED = (
    "title", "description", "remedy_sought", "customer", "person", "contact_name", "contact_phone",
    "contact_email", "category", "occurred_on", "amount_at_stake",
)  # fmt: skip
_PAST = (
    *INTAKE_FIELDS, "state", "grade", "owner", "team", "acknowledged_at", "responded_at", "solved_at",
    "ended_at", "decision", "solution",
)  # fmt: skip


class CaseSession(DeclaredSession):
    """One file of cases. What had ended is written for the whole batch at once."""

    def write_plans(self, plans: Sequence[Plan]) -> None:
        """Bring in the past together, then receive and correct the others one by one."""
        past = [plan for plan in plans if plan.record is None and plan.values["state"] in PAST_STATES]
        rows = [{key: plan.values[key] for key in _PAST if key in plan.values} for plan in past]
        note = _("Import of %(file)s") % {"file": self.label}
        now = timezone.now()
        made = bring_in_past(rows, by=self.by, at=now, note=note)
        for plan, case in zip(past, made, strict=True):
            plan.record, plan.undo = case, self.target.mark_of(case)
        for plan in plans:
            if plan.undo is None:
                self.write_plan(plan)


class CaseTarget(DeclaredTarget):
    """Complaints and service requests of a former system."""

    key = "complaints.complaint"
    title = gettext_lazy("Complaints and service requests")
    group = ImportGroup.WORK
    order = 30
    fields = FIELDS
    plain = (
        "external_id", "title", "description", "remedy_sought", "contact_name", "contact_phone",
        "contact_email", "intake", "grade", "occurred_on", "received_at", "acknowledged_at", "responded_at",
        "solved_at", "ended_at", "decision", "solution", "amount_at_stake",
    )  # fmt: skip
    identity = (("external_id",),)
    references = (
        lambda session: CustomerReference(session, Complaint),
        lambda session: PersonReference("person"),
        CategoryReference,
        QueueReference,
        HandlerReference,
    )
    options_form = CaseOptionsForm
    list_url_name = "complaints:complaint-list"
    detail_url_name = "complaints:complaint-detail"
    model = Complaint

    def session(self, *, options: Mapping[str, Any], by: User, label: str = "") -> ImportSession:
        """Return what works through one file."""
        return CaseSession(self, options=options, by=by, label=label)

    # ---- what a row means ---------------------------------------------------------------------------
    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Name the system, and write addresses as they are stored."""
        plan.values["source_system"] = str(session.options.get("source_system") or "file")
        for name, tidy in (("contact_phone", standardise.phone), ("contact_email", standardise.email)):
            if name in plan.values:
                plan.values[name] = tidy(plan.values[name]) or plan.values[name]
        judge_facts(plan)

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The case of that number in its system, or with that number of our own; others are completed.

        By our number a case from another system is found, and not changed: it may be that of another matter.
        """
        source = str(session.options.get("source_system") or "file")
        numbers = {plan.values["external_id"] for plan in plans}
        own = models.Q(number__in=numbers) | models.Q(former_number__in=numbers)
        foreign = models.Q(source_system=source, external_id__in=numbers)
        known: dict[str, Complaint] = {}
        rows = Complaint.objects.filter(own | foreign).for_list().order_by("pk")
        for row in rows:
            known |= {number: row for number in (row.number, row.former_number) if number}
        for row in rows:
            if row.source_system == source and row.external_id:
                known[row.external_id] = row
        seen = Complaint.objects.visible_to(session.by, "import").filter(pk__in=[row.pk for row in rows])
        in_reach = set(seen.values_list("pk", flat=True))
        categories = next(one for one in session.references if isinstance(one, CategoryReference))
        judge = session.memo.setdefault("judge", Judge(session, categories))
        for plan in plans:
            plan.record = known.get(plan.values["external_id"])
            if plan.record is None:
                judge.complete(plan)
            elif plan.record.pk not in in_reach:
                plan.row.refuse("out_of_reach", "external_id")
            else:
                _take_current(plan, categories)
                is_foreign = bool(plan.record.external_id) and plan.record.source_system != source
                if is_foreign and self.differences(plan):
                    plan.row.refuse("number_of_other_system", "external_id")

    def differences(self, plan: Plan) -> dict[str, Any]:
        """Facts alone: state, grade, handler and moments of a case that is here are its handler's."""
        values = {name: plan.values[name] for name in _CORRECTED if name in plan.values}
        return {name: value for name, value in values.items() if getattr(plan.record, name) != value}

    # ---- writing ------------------------------------------------------------------------------------
    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Receive an open case; those that had ended are made together."""
        data = {key: values[key] for key in INTAKE_FIELDS if key in values}
        return bring_in_open(
            data,
            by=session.by,
            at=timezone.now(),
            grade=values.get("grade", ""),
            owner=values.get("owner"),
            acknowledged_at=values.get("acknowledged_at"),
            responded_at=values.get("responded_at"),
            so_far=values.get("solution", ""),
        )

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Correct facts."""
        return update_case(record, changes, by=by)

    def mark_of(self, record: Any) -> dict[str, Any]:
        """Beside the version, since when work on the case counts as such."""
        return {"version": record.version, "at": timezone.now().isoformat()}

    def follow(self, plans: Sequence[Plan], session: DeclaredSession) -> None:
        """Tell each handler of open cases, once for the whole file."""
        given = {
            plan.record.owner for plan in plans if plan.outcome == ImportOutcome.CREATED and _is_given(plan)
        }
        notify(
            [person for person in given if person.pk != session.by.pk],
            kind="case_assigned",
            title=gettext_lazy("Open cases were brought in for you"),
            body=gettext_lazy("%(by)s imported them."),
            params={"by": session.by},
            url=f"{reverse('complaints:complaint-list')}?owner=@me&open=true",
            dedupe=f"cases-brought-in-{session.run_id or session.label}"[:200],
        )

    # ---- taking back --------------------------------------------------------------------------------
    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Delete cases that nobody worked on since, all together; give corrected ones their old facts."""
        new = [line for line in lines if line.is_new]
        reach = Complaint.objects.visible_to(by, "import").filter(pk__in=[line.object_id for line in new])
        rows = Complaint.objects.filter(pk__in=reach.order_by().values("pk")).order_by("pk")
        records = {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}
        left = {line.line: "gone" for line in new if line.object_id not in records}
        used = worked_on({line.object_id: _moment(line) for line in new if line.object_id in records})
        left |= {line.line: "changed_since" for line in new if line.object_id in used}
        made = [records[line.object_id] for line in new if line.line not in left]
        try:
            with transaction.atomic():
                take_back_cases(made, by=by, note=note)
        except models.ProtectedError:
            left |= {line.line: "in_use" for line in new if line.line not in left}
        changed = [line for line in lines if not line.is_new]
        return {**left, **super().undo(changed, by=by, at=at, note=note)}

    def remove(self, record: Any, by: User) -> None:
        """Made cases go together, see `undo`."""
        take_back_cases([record], by=by, note="")


def _is_given(plan: Plan) -> bool:
    return plan.record.owner is not None and plan.record.state not in PAST_STATES


def _moment(line: UndoLine) -> datetime:
    moment = parse_datetime(str(line.undo.get("at", "")))
    return moment if moment is not None else datetime.min.replace(tzinfo=timezone.get_default_timezone())


def _take_current(plan: Plan, categories: CategoryReference) -> None:
    """A case that is here keeps its edition of a category; another category is one that is in use."""
    category = plan.values.get("category")
    if category is None:
        return
    stored = plan.record.category
    if stored is not None and (stored.kind, stored.code) == (category.kind, category.code):
        plan.values["category"] = stored
    elif (current := categories.current(category)) is not None:
        plan.values["category"] = current
    else:
        plan.row.refuse("category_retired", "category")
