"""What may be done to many cases at once; every change goes through the verb of one case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import OPEN, AssignReason, Priority, State
from complaints.domain.assessing import regrade, regrade_by_rules, set_priority, verdict_of
from complaints.domain.entries import add_note
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import assign, close, wait_for_customer, withdraw
from complaints.domain.queueing import give_back, move_to_queue
from complaints.domain.reopening import reopen
from complaints.domain.updating import update_case
from complaints.forms.cases import CaseField
from complaints.models import Category, Complaint, Queue
from core.bulk import BulkAction, BulkForm, Effect, Told, Values
from core.models import Team, User
from core.people import offer_people
from customers.forms.base import people_choices


class HandlerForm(BulkForm):
    """Who handles them."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Handler"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer_people(self.fields["owner"], people_choices())


class QueueForm(BulkForm):
    """Which queue, and why."""

    queue = forms.ModelChoiceField(Queue.objects.active(), label=_("Queue"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class PriorityForm(BulkForm):
    """How soon."""

    priority = forms.ChoiceField(label=_("New priority"), choices=Priority.choices)


def _hands(row: Complaint) -> dict[str, Any]:
    """Say in whose hands the case is."""
    return {"queue": row.queue_id, "owner": row.owner_id, "team": row.team_id, "state": row.state}


def _effect(old: Values, new: Values) -> Effect:
    changed = [name for name in old if old[name] != new[name]]
    return Effect({name: old[name] for name in changed}, {name: new[name] for name in changed})


def _is_as_left(row: Complaint, new: Values) -> bool:
    now = _hands(row)
    return all(now[name] == value for name, value in new.items())


def _assign(row: Complaint, values: Values, by: User) -> Effect | None:
    before = _hands(row)
    if before["owner"] == values["owner"].pk:
        return None
    return _effect(before, _hands(assign(row, values["owner"], by=by, tell_owner=False)))


def _give_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    """Give the case to whom and to which team it was; what nobody had goes back into its queue."""
    if not _is_as_left(row, new):
        return False
    team = Team.objects.get(pk=old["team"]) if old.get("team") else row.team
    if old["owner"] is None:
        give_back(row, reason=gettext("Assignment taken back"), by=by, team=team)
    else:
        assign(row, User.objects.get(pk=old["owner"]), by=by, team=team, tell_owner=False)
    return True


def _move(row: Complaint, values: Values, by: User) -> Effect | None:
    before = _hands(row)
    if before["queue"] == values["queue"].pk:
        return None
    after = _hands(move_to_queue(row, values["queue"], reason=values["reason"], by=by))
    return Effect(before, after)


def _move_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    """Put the case back where it lay, and into the hands that had it, waiting if it waited.

    Kept where somebody has taken it by now; whom the new queue gave it by itself loses it again.
    """
    if row.queue_id != new["queue"] or old["queue"] is None or not _is_free(row):
        return False
    team = Team.objects.get(pk=old["team"]) if old.get("team") else None
    queue, why = Queue.objects.get(pk=old["queue"]), gettext("Move taken back")
    case = move_to_queue(row, queue, reason=why, by=by, team=team)
    if old["owner"] is not None:
        case = assign(case, User.objects.get(pk=old["owner"]), by=by, team=team, tell_owner=False)
        if old.get("state") == State.WAITING:
            wait_for_customer(case, reason=why, by=by)
    return True


def _is_free(row: Complaint) -> bool:
    """Tell whether nobody has the case since it was moved, or only whom the dispatch chose."""
    if row.owner_id is None:
        return True
    reasons = list(row.assignments.order_by("-pk").values_list("reason", flat=True)[:2])
    return row.state == State.WORKING and reasons == [AssignReason.DISPATCH, AssignReason.MOVED]


def _set_priority(row: Complaint, values: Values, by: User) -> Effect | None:
    before = row.priority
    if before == values["priority"]:
        return None
    set_priority(row, values["priority"], by=by)
    return Effect({"priority": before}, {"priority": values["priority"]})


def _put_priority_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    if row.priority != new["priority"]:
        return False
    set_priority(row, old["priority"], by=by)
    return True


class GradeAgainForm(BulkForm):
    """Why they are graded again."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


def _grade_again(row: Complaint, values: Values, by: User) -> Effect | None:
    """Grade by the rules of today; None where they give the grade that it has, or it has no grade."""
    before = row.grade
    if not row.is_complaint or verdict_of(row).grade == before:
        return None
    after = regrade_by_rules(row, reason=values["reason"], by=by).grade
    return Effect({"grade": before}, {"grade": after})


def _put_grade_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    if row.grade != new["grade"]:
        return False
    regrade(row, old["grade"], reason=gettext("Grading by the rules taken back"), by=by)
    return True


class CategoryForm(BulkForm):
    """What they are about."""

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["category"].queryset = Category.objects.current()  # type: ignore[attr-defined]


def _categorise(row: Complaint, values: Values, by: User) -> Effect | None:
    """Give it the category: queue, priority and deadlines follow as they do on the page."""
    before = row.category_id
    if before == values["category"].pk:
        return None
    update_case(row, {"category": values["category"]}, by=by)
    return Effect({"category": before}, {"category": values["category"].pk})


def _put_category_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    if row.category_id != new["category"]:
        return False
    update_case(row, {"category": Category.objects.filter(pk=old["category"]).first()}, by=by)
    return True


class NoteForm(BulkForm):
    """What is noted on each."""

    body = forms.CharField(
        label=_("Internal note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )


def _note(row: Complaint, values: Values, by: User) -> Effect:
    entry = add_note(row, values["body"], by=by, at=timezone.now())
    return Effect({}, {"entry": entry.pk})


class CloseForm(BulkForm):
    """Why they are closed."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


def _close(row: Complaint, values: Values, by: User) -> Effect | None:
    """Close a case whose solution the customer has; reopening one is a decision of its own."""
    if row.state == State.CLOSED:
        return None
    close(row, by=by, note=values["reason"])
    return Effect({"state": State.SOLVED.value}, {"state": State.CLOSED.value})


class WithdrawForm(BulkForm):
    """Why they are ended."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


def _withdraw(row: Complaint, values: Values, by: User) -> Effect | None:
    before = row.state
    if before == State.WITHDRAWN:
        return None
    withdraw(row, reason=values["reason"], by=by)
    return Effect({"state": before}, {"state": State.WITHDRAWN.value})


def _take_withdrawal_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    """Let it go on where it stood, waiting if it waited.

    One whose solution was given would begin another cycle and stays.
    """
    if row.state != new["state"] or old["state"] not in OPEN:
        return False
    why = gettext("Withdrawal taken back")
    case = reopen(row, reason=why, by=by, tell_owner=False)
    if old["state"] == State.WAITING and case.owner_id is not None:
        wait_for_customer(case, reason=why, by=by)
    return True


class MergeManyForm(BulkForm):
    """Which case goes on."""

    into = CaseField(label=_("Number of the case that goes on"), max_length=60, help_text="TS-20261122-0031")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["into"].user = self.by  # type: ignore[attr-defined]

    def clean_into(self) -> Complaint:
        """Only into a case that the person may change."""
        found: Complaint = self.cleaned_data["into"]
        if not Complaint.objects.visible_to(self.by, "change").filter(pk=found.pk).exists():
            raise forms.ValidationError(gettext("You may not change this case."))
        return found


def _merge(row: Complaint, values: Values, by: User) -> Effect | None:
    into = values["into"]
    if row.pk == into.pk or row.merged_into_id == into.pk:
        return None
    merge(row, into, by=by)
    return Effect({"into": None}, {"into": into.pk})


def _take_out(row: Complaint, _old: Values, new: Values, by: User) -> bool:
    if row.merged_into_id != new["into"]:
        return False
    unmerge(row, by=by)
    return True


_TOLD = Told("case_assigned", _("Cases that are yours now: %(count)s"))

CASE_ACTIONS = (
    BulkAction(
        "owner",
        _("Assign"),
        "user",
        _assign,
        "assign",
        _give_back,
        HandlerForm,
        told=_TOLD,
        hands_over=True,
    ),
    BulkAction(
        "queue",
        _("Move to another queue"),
        "right",
        _move,
        "change",
        _move_back,
        QueueForm,
        told=_TOLD,
        hands_over=True,
    ),
    BulkAction(
        "priority", _("Set priority"), "sort", _set_priority, "change", _put_priority_back, PriorityForm
    ),
    BulkAction(
        "grade_again",
        _("Grade again by the rules"),
        "flag",
        _grade_again,
        "grade",
        _put_grade_back,
        GradeAgainForm,
    ),
    BulkAction("category", _("Set category"), "tag", _categorise, "change", _put_category_back, CategoryForm),
    BulkAction("note", _("Add an internal note"), "note", _note, "change", None, NoteForm),
    BulkAction("merge", _("Merge into one case"), "merge", _merge, "change", _take_out, MergeManyForm),
    BulkAction("close", _("Close"), "check", _close, "change", None, CloseForm, is_dangerous=True),
    BulkAction(
        "withdraw",
        _("Withdraw"),
        "x",
        _withdraw,
        "change",
        _take_withdrawal_back,
        WithdrawForm,
        is_dangerous=True,
    ),
)
