"""Forms of cases: received, corrected, and the verbs of their life."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import (
    CHOSEN_LINKS,
    Acceptance,
    CaseKind,
    Decision,
    Emotion,
    EntryKind,
    Grade,
    Intake,
    Priority,
)
from complaints.forms.files import files_field
from complaints.forms.last_word import LastWordMixin
from complaints.forms.pickers import SubjectPicker
from complaints.models import Category, Complaint, Queue
from core.forms import VersionMixin
from core.mentions import mentionable
from core.models import Team, User
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices
from customers.forms.pickers import CustomerPicker, PersonPicker

_WHO = ("customer", "person", "contact_name", "contact_phone", "contact_email", "language")
#: Files of one intake; more are added on the page of the case.
MOST_FILES = 10
_FACTS = ("impact", "amount_at_stake", "is_safety", "is_media", "is_legal")


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Categories in use, each with the one above it."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        rows = list(Category.objects.current().of_kind(kind))
        self.above = {row.code: row.name for row in rows}
        super().__init__(Category.objects.current().of_kind(kind), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return "Course / Lecturer"."""
        above = self.above.get(obj.parent_code, "")
        return f"{above} / {obj.name}" if above else str(obj.name)


class CaseForm(VersionMixin, RecordForm):
    """The facts of a case."""

    customer = CustomerPicker(label=_("Customer"), required=False)
    person = PersonPicker(label=_("Complainant"), required=False)
    subject = SubjectPicker(
        label=_("About"), required=False, help_text=_("A course or another product, or an order.")
    )

    fieldsets: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (
            _("What happened"),
            ("title", "description", "remedy_sought", "category", "subject", "occurred_on", "emotion_before"),
        ),
        (_("Customer and contact"), _WHO),
        (_("How grave it is"), _FACTS),
    )

    class Meta:
        model = Complaint
        fields = [
            "title", "description", "remedy_sought", "category", "occurred_on", "emotion_before", "customer",
            "person", "contact_name", "contact_phone", "contact_email", "language", *_FACTS,
        ]  # fmt: skip
        widgets = {
            "title": forms.TextInput(attrs={"data-wide": "1"}),
            "description": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("customer", "person", "subject"):
            self.fields[name].user = self.user  # type: ignore[attr-defined]
        if self.instance.subject_label:
            self.initial["subject"] = self.fields["subject"].kept = self.instance.subject_label  # type: ignore[attr-defined]
        self.fields["category"] = CategoryField(kind, label=_("Category"), required=False)
        if "contact_name" in self.fields:
            self.fields["contact_name"].help_text = _("Where the person is not on file yet.")
        self.fields["language"].help_text = _("In which we write. Empty: as the customer prefers.")
        if kind == CaseKind.REQUEST:
            for name in ("emotion_before", *_FACTS):
                self.fields.pop(name, None)


class IntakeForm(CaseForm):
    """A new case."""

    received_at = forms.DateTimeField(
        label=_("Received"),
        required=False,
        help_text=_("Empty: now. Deadlines count from here, as for a letter that came days ago."),
    )

    fieldsets = (
        (
            _("What happened"),
            (
                "title",
                "description",
                "remedy_sought",
                "category",
                "subject",
                "queue",
                "intake",
                "received_at",
                "occurred_on",
                "attachments",
            ),
        ),
        (
            _("Customer and contact"),
            (*_WHO, "emotion_before"),
        ),
        (_("How grave it is"), _FACTS),
    )

    class Meta(CaseForm.Meta):
        fields = [*CaseForm.Meta.fields, "intake", "received_at", "queue"]

    def __init__(self, *args: Any, kind: str, dropped: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Take files where `dropped` is given: the names of those that were too large to be received."""
        super().__init__(*args, kind=kind, **kwargs)
        self.initial.pop("received_at", None)
        rows = Queue.objects.active().of_kind(kind)
        self.fields["queue"] = forms.ModelChoiceField(
            rows, label=_("Queue"), required=False, empty_label=_("By the category")
        )
        if dropped is not None:
            self.fields["attachments"] = files_field(MOST_FILES, dropped)

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values; what was received at no other time was received now."""
        return {
            name: value for name, value in super().values.items() if (name, value) != ("received_at", None)
        }


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class QueueForm(ReasonForm):
    """Another queue, and why."""

    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"))
    field_order = ["queue", "reason"]

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Queue.objects.active().of_kind(case.kind).exclude(pk=case.queue_id)
        self.fields["queue"].queryset = rows  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """Who handles it from now on."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Handler"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())


class SolveForm(forms.Form):
    """The solution, as the customer is told, and what was decided."""

    solution = forms.CharField(
        label=_("Solution"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("As you tell the customer: it is kept as an answer."),
    )
    decision = forms.ChoiceField(label=_("Decision"), choices=[("", "—"), *Decision.choices])
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == CaseKind.REQUEST:
            del self.fields["decision"]


class AcceptanceForm(forms.Form):
    """Whether the complaint is accepted, as the complainant is told."""

    outcome = forms.ChoiceField(label=_("The complaint is"), choices=Acceptance.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed where it is not accepted. The complainant reads it."),
    )
    text = forms.CharField(
        label=_("What we write"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Empty: one sentence in the language of the complainant."),
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "—"), *Intake.choices], required=False)
    send_by_mail = forms.BooleanField(label=_("Send it by e-mail"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_mail:
            del self.fields["send_by_mail"]


class EntryForm(LastWordMixin):
    """One line of the log."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (EntryKind.NOTE.value, EntryKind.NOTE.label),
            (EntryKind.OUTBOUND.value, EntryKind.OUTBOUND.label),
            (EntryKind.INBOUND.value, EntryKind.INBOUND.label),
        ],
        initial=EntryKind.NOTE.value,
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "—"), *Intake.choices], required=False)
    body = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 4}))
    # The last line that the author read: an answer that came meanwhile is shown before this one is kept.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    send_by_mail = forms.BooleanField(label=_("Send answers by e-mail"), required=False)

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs |= mentionable(case)
        self.warn_of(case)


class RegradeForm(ReasonForm):
    """Another grade, and why."""

    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices)
    field_order = ["grade", "reason"]


class PriorityForm(forms.Form):
    """How soon."""

    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        help_text=_("From now on the rules leave the priority of this case alone."),
    )


class CaseField(forms.CharField):
    """One case in reach of the user, by its number; `user` is set by the form."""

    user: User

    def clean(self, value: Any) -> Complaint | None:
        """Return the case that the number names."""
        text = super().clean(value)
        rows = Complaint.objects.visible_to(self.user)
        found: Complaint | None = rows.numbered(text.strip().split(" ")[0]).first()
        if found is None:
            raise forms.ValidationError(_("No case of this number is in your reach."))
        return found


class MergeForm(forms.Form):
    """Into which case."""

    into = CaseField(label=_("Number of the case that goes on"), max_length=60, help_text="TS-20261122-0031")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].user = user  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """Which case, and how they belong together."""

    target = CaseField(label=_("Number of the other case"), max_length=60, help_text="TS-20261122-0031")
    kind = forms.ChoiceField(
        label=_("How they belong together"),
        choices=CHOSEN_LINKS,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].user = user  # type: ignore[attr-defined]


class WorkOrderForm(forms.Form):
    """What another team does for the case."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"))
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Done by"), required=False, empty_label=_("Whoever of the team")
    )
    due_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        help_text=_("Empty: half-way to the solution of the case, and it moves with it."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())


class OutcomeForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=_("Outcome"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class EmotionForm(forms.Form):
    """How the complainant feels."""

    emotion = forms.ChoiceField(label=_("How do they feel?"), choices=Emotion.choices)
