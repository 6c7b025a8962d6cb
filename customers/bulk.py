"""What may be done to many customers or tasks at once; every change goes through the verb of one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bulk import BulkAction, BulkForm, Effect, Told, Values
from core.errors import DomainError
from core.filters import SeveralField
from core.models import Team, User
from core.people import offer_people
from customers.choices import Axis, Channel, Priority, Relationship, Stage, TaskState, Tier
from customers.domain.axes import move_axis
from customers.domain.customers import change_tags, delete_customer, restore_customer, update_customer
from customers.domain.tasks import cancel_task, complete_task, create_task, reopen_task, update_task
from customers.forms.base import people_choices
from customers.models import Customer, Tag, Task
from customers.picklists import INDUSTRY, SOURCE

Verb = Callable[..., Any]
_CLEAR = "-"


# ---- setting fields ---------------------------------------------------------------------------------
def set_fields(row: Any, values: Mapping[str, Any], by: User, *, verb: Verb) -> Effect | None:
    """Write the values through the verb; return what the touched columns held before and hold now."""
    before = type(row).objects.get(pk=row.pk)
    verb(row, values, by=by)
    after = type(row).objects.get(pk=row.pk)
    old, new = _columns(before), _columns(after)
    changed = [name for name in old if old[name] != new[name]]
    return Effect({n: old[n] for n in changed}, {n: new[n] for n in changed}) if changed else None


def put_back(row: Any, old: Values, new: Values, by: User, *, verb: Verb) -> bool:
    """Write the old values again where the row still holds the new ones; nothing else changes.

    Refused where what a column named before, such as a team, is gone, and where somebody changed the row
    since it was read.
    """
    now = _columns(row)
    if any(now.get(name) != value for name, value in new.items()):
        return False
    values = {}
    for name, value in old.items():
        field = row._meta.get_field(name)
        values[name] = _related(field, value) if field.is_relation and value else value
    given = {name: field_value(row, name, value) for name, value in values.items()}
    if "owner" in given:
        given.setdefault("team", row.team)  # or the former owner would bring the own team
    verb(row, given, by=by, version=row.version)
    return True


def _related(field: Any, pk: int) -> Any:
    found = field.related_model.objects.filter(pk=pk).first()
    if found is None:
        text = _("What it held before is gone: %(field)s.") % {"field": field.verbose_name}
        raise DomainError("former_value_gone", text)
    return found


def field_value(row: Any, name: str, value: Any) -> Any:
    """Return a stored value as the column has it: days come back from JSON as text."""
    field = row._meta.get_field(name)
    return field.to_python(value) if not field.is_relation else value


_KEPT = {
    Customer: (
        "owner", "team", "industry", "region", "city", "source", "preferred_channel", "preferred_language",
    ),
    Task: ("owner", "team", "due_on", "priority"),
}  # fmt: skip


def _columns(row: Any) -> dict[str, Any]:
    """Return the columns that actions may write, as JSON holds them."""
    found = {}
    for name in _KEPT[type(row)]:
        value = getattr(row, row._meta.get_field(name).attname)
        found[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return found


# ---- customers --------------------------------------------------------------------------------------
class OwnerForm(BulkForm):
    """Who is responsible from now on."""

    owner = forms.ModelChoiceField(label=gettext_lazy("New owner"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())


class TeamForm(BulkForm):
    """Which team is responsible from now on."""

    team = forms.ModelChoiceField(label=gettext_lazy("New team"), queryset=Team.objects.order_by("name"))


def _keep_or_set(
    label: Any, choices: list[tuple[str, Any]] | Callable[[], list[tuple[str, Any]]]
) -> forms.ChoiceField:
    def offered() -> list[tuple[str, Any]]:
        values = choices() if callable(choices) else choices
        return [("", gettext_lazy("Leave alone")), (_CLEAR, gettext_lazy("Clear")), *values]

    return forms.ChoiceField(label=label, choices=offered, required=False)


class FieldsForm(BulkForm):
    """For each field: leave it alone, clear it, or set it."""

    industry = _keep_or_set(gettext_lazy("Industry"), INDUSTRY.offered)
    source = _keep_or_set(gettext_lazy("Source"), SOURCE.offered)
    preferred_channel = _keep_or_set(gettext_lazy("Preferred channel"), Channel.choices)
    set_region = _keep_or_set(gettext_lazy("Region"), [("set", gettext_lazy("Set to"))])
    region = forms.CharField(label=gettext_lazy("New region"), max_length=60, required=False)
    set_city = _keep_or_set(gettext_lazy("City"), [("set", gettext_lazy("Set to"))])
    city = forms.CharField(label=gettext_lazy("New city"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """Something must be set or cleared, and what is set needs its value."""
        cleaned = super().clean() or {}
        for name in ("region", "city"):
            if cleaned.get(f"set_{name}") == "set" and not cleaned.get(name):
                self.add_error(name, _("Type the value, or leave the field alone."))
        if not self.errors and not self.changes(cleaned):
            raise forms.ValidationError(_("Choose what to set or to clear."))
        return cleaned

    @staticmethod
    def changes(values: Values) -> dict[str, str]:
        """Return the fields to write; clearing is the empty text, leaving alone is not there."""
        found = {}
        for name in ("industry", "source", "preferred_channel"):
            if values.get(name):
                found[name] = "" if values[name] == _CLEAR else values[name]
        for name in ("region", "city"):
            if values.get(f"set_{name}"):
                found[name] = "" if values[f"set_{name}"] == _CLEAR else values[name]
        return found


class TagsForm(BulkForm):
    """Some tags."""

    tags = SeveralField(
        label=gettext_lazy("Tags"),
        queryset=Tag.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
    )


class AxisForm(BulkForm):
    """A move with its reason."""

    target = forms.ChoiceField(
        label=gettext_lazy("Move to"),
        choices=[
            (gettext_lazy("Stage"), [(f"{Axis.STAGE}:{key}", label) for key, label in Stage.choices]),
            (gettext_lazy("Tier"), [(f"{Axis.TIER}:{key}", label) for key, label in Tier.choices]),
            (
                gettext_lazy("Relationship"),
                [(f"{Axis.RELATIONSHIP}:{key}", label) for key, label in Relationship.choices],
            ),
        ],
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class NewTaskForm(BulkForm):
    """A task for each customer, for whoever is responsible."""

    title = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    due_on = forms.DateField(
        label=gettext_lazy("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


_update_quietly = partial(update_customer, tell=False)
_update_task_quietly = partial(update_task, tell=False)


def _update(row: Customer, values: Values, by: User) -> Effect | None:
    return set_fields(row, values, by, verb=_update_quietly)


def _undo_update(row: Customer, old: Values, new: Values, by: User) -> bool:
    return put_back(row, old, new, by, verb=_update_quietly)


def _tag(row: Customer, chosen: list[Tag], by: User, *, add: bool) -> Effect | None:
    names = [tag.name for tag in chosen]
    changed = change_tags(row, add=names if add else (), remove=() if add else names, by=by)
    return Effect({"changed": changed, "add": add}, {}) if changed else None


def _undo_tag(row: Customer, old: Values, _new: Values, by: User) -> bool:
    """Take away what was added, or the other way round; tags given meanwhile stay."""
    if old["add"]:
        return bool(change_tags(row, remove=old["changed"], by=by))
    known = list(Tag.objects.filter(name__in=old["changed"]).values_list("name", flat=True))
    return bool(change_tags(row, add=known, by=by))


def _move(row: Customer, values: Values, by: User) -> Effect | None:
    axis, new = str(values["target"]).split(":")
    old = getattr(row, axis)
    if old == new:
        return None
    move_axis(row, axis, new, reason=values["reason"], by=by)
    return Effect({"axis": axis, "value": old}, {"value": new})


def _undo_move(row: Customer, old: Values, new: Values, by: User) -> bool:
    if getattr(row, old["axis"]) != new["value"]:
        return False
    move_axis(row, old["axis"], old["value"], reason=_("An action on many customers was taken back."), by=by)
    return True


def _add_task(row: Customer, values: Values, by: User) -> Effect:
    task = create_task(
        values["title"], customer=row, due_on=values["due_on"], note=values["note"], by=by, tell=False
    )
    return Effect({}, {"task": task.pk, "owner": task.owner_id})


def _undo_task(_row: Customer, _old: Values, new: Values, by: User) -> bool:
    task = Task.objects.filter(pk=new["task"], state=TaskState.OPEN).first()
    if task is None:
        return False
    cancel_task(task, reason=_("Taken back"), by=by)
    return True


def _delete(row: Customer, _values: Values, by: User) -> Effect:
    delete_customer(row, by=by)
    return Effect({}, {"deleted": True})


def _undelete(row: Customer, _old: Values, _new: Values, by: User) -> bool:
    if row.deleted_at is None:
        return False
    restore_customer(row, by=by)
    return True


_CUSTOMERS_TOLD = Told("customer_assigned", gettext_lazy("Customers that are yours now: %(count)s"))
_TASKS_TOLD = Told("task_assigned", gettext_lazy("Tasks for you: %(count)s"), list_key="customers.task")

CUSTOMER_ACTIONS = (
    BulkAction(
        "owner", gettext_lazy("Change owner"), "user", _update, "assign", _undo_update, OwnerForm,
        told=_CUSTOMERS_TOLD, hands_over=True,
    ),
    BulkAction(
        "team", gettext_lazy("Change team"), "team", _update, "assign", _undo_update, TeamForm,
        hands_over=True,
    ),
    BulkAction(
        "fields", gettext_lazy("Set fields"), "edit",
        lambda row, values, by: _update(row, FieldsForm.changes(values), by), "change", _undo_update,
        FieldsForm,
    ),
    BulkAction(
        "tag", gettext_lazy("Add tags"), "tag",
        lambda row, values, by: _tag(row, list(values["tags"]), by, add=True), "change", _undo_tag, TagsForm,
    ),
    BulkAction(
        "untag", gettext_lazy("Remove tags"), "minus",
        lambda row, values, by: _tag(row, list(values["tags"]), by, add=False), "change", _undo_tag, TagsForm,
    ),
    BulkAction("move", gettext_lazy("Move stage or tier"), "flag", _move, "change", _undo_move, AxisForm),
    BulkAction(
        "task", gettext_lazy("Add a task"), "task", _add_task, "change", _undo_task, NewTaskForm,
        told=_TASKS_TOLD,
    ),
    BulkAction(
        "delete", gettext_lazy("Delete customers"), "trash", _delete, "delete", _undelete, is_dangerous=True
    ),
)  # fmt: skip


# ---- tasks ------------------------------------------------------------------------------------------
class DueForm(BulkForm):
    """Another day, or none."""

    due_on = forms.DateField(
        label=gettext_lazy("New day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: no day."),
    )  # fmt: skip


class PriorityForm(BulkForm):
    """Another priority."""

    priority = forms.ChoiceField(label=gettext_lazy("New priority"), choices=Priority.choices)


def _update_task(row: Task, values: Values, by: User) -> Effect | None:
    return set_fields(row, values, by, verb=_update_task_quietly)


def _undo_update_task(row: Task, old: Values, new: Values, by: User) -> bool:
    return put_back(row, old, new, by, verb=_update_task_quietly)


def _complete(row: Task, _values: Values, by: User) -> Effect | None:
    if row.state != TaskState.OPEN:
        return None
    complete_task(row, by=by)
    return Effect({}, {"state": TaskState.DONE.value})


def _reopen(row: Task, _old: Values, new: Values, by: User) -> bool:
    if row.state != new["state"]:
        return False
    reopen_task(row, by=by)
    return True


TASK_ACTIONS = (
    BulkAction("complete", gettext_lazy("Mark done"), "check", _complete, "change", _reopen),
    BulkAction(
        "owner", gettext_lazy("Change owner"), "user", _update_task, "change", _undo_update_task, OwnerForm,
        told=_TASKS_TOLD, hands_over=True,
    ),
    BulkAction(
        "due", gettext_lazy("Change day"), "calendar", _update_task, "change", _undo_update_task, DueForm
    ),
    BulkAction(
        "priority", gettext_lazy("Change priority"), "flag", _update_task, "change", _undo_update_task,
        PriorityForm,
    ),
)  # fmt: skip
