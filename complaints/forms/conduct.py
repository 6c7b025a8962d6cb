"""Forms of unreasonable complaints and of legal references."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import EntryKind
from complaints.choices.conduct import ObjectionOutcome, Restraint, Scope
from complaints.choices.letters import HandoverWay
from complaints.domain.conduct import Evidence
from complaints.domain.references import choices_for
from complaints.models import Complaint, ConductCriterion, Designation, Entry, LegalReference
from core.forms import RecordsField, VersionMixin
from core.models import Attachment, User
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices

MOST_ENTRIES = 50
MOST_CASES = 50


class ProposalForm(RecordForm):
    """What is proposed, and what shows it."""

    criteria = RecordsField(
        ConductCriterion.objects.none(), label=_("Criteria"), widget=forms.CheckboxSelectMultiple
    )
    entries = RecordsField(
        Entry.objects.none(),
        label=_("Lines of the log"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    attachments = RecordsField(
        Attachment.objects.none(), label=_("Files"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cases = RecordsField(
        Complaint.objects.none(),
        label=_("Other cases of the customer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Designation
        fields = ["scope", "reason", *Restraint.values, "contact", "contacts_a_month", "months"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, case: Complaint, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        scopes = [Scope.MATTER]
        scopes += [Scope.CUSTOMER] if case.customer_id is not None else []
        scopes += [Scope.PERSON] if case.person_id is not None else []
        self.fields["scope"].choices = [(one.value, one.label) for one in scopes]  # type: ignore[attr-defined]
        offer_people(self.fields["contact"], people_choices())
        self._offer("criteria", ConductCriterion.objects.active())
        said = Entry.objects.filter(complaint=case, kind__in=[EntryKind.INBOUND, EntryKind.NOTE])
        self._offer("entries", _latest(said.order_by("-at", "-id"), Entry, MOST_ENTRIES))
        files = Attachment.objects.filter(
            subject_type=Complaint._meta.label_lower, subject_id=case.pk, removed_at__isnull=True
        )
        self._offer("attachments", files.order_by("id"))
        others = Complaint.objects.visible_to(user).exclude(pk=case.pk)
        others = others.filter(customer=case.customer_id) if case.customer_id else others.none()
        self._offer("cases", _latest(others.order_by("-received_at", "-id"), Complaint, MOST_CASES))
        self.fieldsets = (
            (_("What is designated"), ("scope", "criteria", "reason")),
            (_("What shows it"), ("entries", "attachments", "cases")),
            (_("What follows"), (*Restraint.values, "contact", "contacts_a_month", "months")),
        )

    def _offer(self, name: str, rows: Any) -> None:
        """Offer rows; where there are none the field says nothing that anybody needs."""
        self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if name != "criteria" and not rows.exists():
            self.fields[name].widget = forms.MultipleHiddenInput()

    @property
    def evidence(self) -> Evidence:
        """What was ticked."""
        given = self.cleaned_data
        return Evidence(tuple(given["entries"]), tuple(given["attachments"]), tuple(given["cases"]))


def _latest(rows: Any, model: Any, most: int) -> Any:
    """The first so many, as rows that a field can filter further."""
    return model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:most])).order_by("-pk")


class DecideForm(forms.Form):
    """Agreed or not, and why."""

    agrees = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("1", _("It holds from today on")), ("0", _("It is declined"))],
        coerce=lambda value: value == "1",
    )
    note = forms.CharField(label=_("Reasons"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 4}))


class WhyForm(forms.Form):
    """Why."""

    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class NoticeForm(forms.Form):
    """What the complainant is told."""

    notice = forms.CharField(
        label=_("Notice to the complainant"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 12})
    )
    way = forms.ChoiceField(label=_("Handed over by"), choices=HandoverWay.choices)
    on = forms.DateField(label=_("Handed over on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class ObjectionForm(forms.Form):
    """What the complainant says against it."""

    text = forms.CharField(
        label=_("What the complainant says"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    on = forms.DateField(label=_("Received on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class ReviewForm(forms.Form):
    """What a third person finds."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", "—"), *ObjectionOutcome.choices])
    note = forms.CharField(label=_("Reasons"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 4}))


class CriterionForm(VersionMixin, RecordForm):
    """A criterion."""

    class Meta:
        model = ConductCriterion
        fields = ["name_zh_hans", "name_zh_hant", "name_en", "position", "explanation", "is_active"]
        widgets = {"explanation": forms.Textarea(attrs={"rows": 2})}


class ReferenceForm(VersionMixin, RecordForm):
    """One version of a rule."""

    class Meta:
        model = LegalReference
        fields = [
            "code", "kind", "jurisdiction", "article", "name_zh_hans", "name_zh_hant", "name_en",
            "in_force_from", "in_force_until", "source", "excerpt", "is_active",
        ]  # fmt: skip
        widgets = {
            "excerpt": forms.Textarea(attrs={"rows": 5}),
            **{
                name: forms.TextInput(attrs={"data-wide": "1"})
                for name in ("name_zh_hans", "name_zh_hant", "name_en", "source")
            },
        }


class CiteForm(forms.Form):
    """A reference: those in force on the day of the case first, the others marked."""

    reference = forms.ModelChoiceField(label=_("Legal reference"), queryset=LegalReference.objects.none())

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].queryset = LegalReference.objects.active()  # type: ignore[attr-defined]
        holding, others = choices_for(case)
        self.fields["reference"].widget.choices = [
            ("", "—"),
            (_("In force on the day of the case"), [(row.pk, _label(row)) for row in holding]),
            (_("Not in force on that day"), [(row.pk, _label(row)) for row in others]),
        ]


def _label(row: LegalReference) -> str:
    until = row.in_force_until.isoformat() if row.in_force_until else ""
    return f"{row} ({row.in_force_from.isoformat()} – {until})"
