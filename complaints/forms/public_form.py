"""Forms for everybody: filing a case, writing on its status page, finding it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import CaseKind
from complaints.domain.form_tokens import Sent, make_token, read_token
from complaints.domain.public_form import categories_of, kinds_of, products_of
from complaints.forms.files import files_field
from complaints.models import Category, PublicForm
from core.models import Organisation
from customers.models import Product

#: A letter of some pages; more belongs into a file.
MOST_TYPED = 20_000


class Trap(forms.TextInput):
    """A control that people neither see nor reach; programs that fill everything fill it too."""

    is_hidden = True

    def __init__(self) -> None:
        attrs = {"class": "visually-hidden", "tabindex": "-1", "autocomplete": "off", "aria-hidden": "true"}
        super().__init__(attrs)


class GuardedForm(forms.Form):
    """A form with the signed token that names it, and a field that only programs fill."""

    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    website = forms.CharField(widget=Trap, required=False, max_length=200)

    def __init__(self, *args: Any, at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at or timezone.now()
        self.sent: Sent | None = None
        self.initial.setdefault("token", make_token(at=self.at))

    def clean(self) -> dict[str, Any]:
        """Refuse what programs send, in words that a person can follow; nothing typed is lost."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.sent = read_token(cleaned.get("token") or "")
        if self.sent is None or self.sent.is_too_old(self.at):
            self._renew("token", make_token(at=self.at))
            raise forms.ValidationError(_("This page was open for very long. Send it once more."))
        if cleaned.get("website"):
            self._renew("website", "")
            text = _("A field that nobody sees was filled, as programs do. It is empty now: send once more.")
            raise forms.ValidationError(text)
        if self.sent.is_too_quick(self.at) and not self.errors:
            text = _("That was faster than anybody types. Look over it once more, then send it.")
            raise forms.ValidationError(text)
        return cleaned

    def _renew(self, name: str, value: str) -> None:
        """Let the form be shown again with another value of a hidden field."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data[name] = value  # type: ignore[index]


class PublicCaseForm(GuardedForm):
    """What anybody files."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), widget=forms.RadioSelect)
    category = forms.ModelChoiceField(
        label=gettext_lazy("What is it about?"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=gettext_lazy("I am not sure"),
    )
    product = forms.ModelChoiceField(
        label=gettext_lazy("Which course or product?"),
        queryset=Product.objects.none(),
        required=False,
        empty_label=gettext_lazy("None of these"),
    )
    title = forms.CharField(
        label=gettext_lazy("In one sentence"),
        max_length=200,
        widget=forms.TextInput(attrs={"data-wide": "1"}),
    )
    description = forms.CharField(
        label=gettext_lazy("What happened?"),
        max_length=MOST_TYPED,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Who, when, where, and what you have tried already."),
    )
    occurred_on = forms.DateField(
        label=gettext_lazy("When did it happen?"), required=False, widget=forms.DateInput
    )
    remedy_sought = forms.CharField(
        label=gettext_lazy("What would put it right?"), max_length=300, required=False
    )
    attachments = forms.Field(required=False)
    contact_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("We send the number and a link to it there."),
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("One of the two is needed, so that we can answer."),
    )
    reference = forms.CharField(
        label=gettext_lazy("Customer number, or number of an earlier case"), max_length=60, required=False
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I agree that my details are used as described here."),
        widget=forms.CheckboxInput(attrs={"data-wide": "1"}),
    )

    def __init__(self, *args: Any, setup: PublicForm, dropped: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_of(setup)
        labels: dict[str, Any] = {
            CaseKind.COMPLAINT: gettext_lazy("A complaint: something went wrong"),
            CaseKind.REQUEST: gettext_lazy("A request: I need something"),
        }
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0]
            self.fields["kind"].widget = forms.HiddenInput()
        self._offer_categories(setup, kinds)
        if setup.asks_product:
            self.fields["product"].queryset = products_of(setup)  # type: ignore[attr-defined]
        else:
            del self.fields["product"]
        if setup.most_files:
            self.fields["attachments"] = files_field(setup.most_files, dropped)
        else:
            del self.fields["attachments"]
        about = (
            "kind", "category", "product", "title", "description", "occurred_on", "remedy_sought",
            "attachments",
        )  # fmt: skip
        who = ("contact_name", "organisation", "contact_email", "contact_phone", "reference")
        self.fieldsets = (
            (_("About your concern"), about),
            (_("About you"), who),
            (_("How your details are used"), ("consent",)),
        )
        # Help is markup, and what administrators write is text.
        self.fields["consent"].help_text = linebreaks(setup.privacy or default_notice(), autoescape=True)

    def _offer_categories(self, setup: PublicForm, kinds: list[str]) -> None:
        rows = categories_of(setup)
        field: Any = self.fields["category"]
        field.queryset = Category.objects.filter(pk__in=[row.pk for row in rows])
        groups = [
            (CaseKind(kind).label, [(row.pk, row.name) for row in rows if row.kind == kind]) for kind in kinds
        ]
        one = [pair for _label, pairs in groups for pair in pairs]
        field.choices = [("", field.empty_label), *(groups if len(kinds) > 1 else one)]

    def clean_title(self) -> str:
        """One line, whatever was pasted."""
        return " ".join(self.cleaned_data["title"].split())

    def clean_occurred_on(self) -> Any:
        """Nothing has happened tomorrow."""
        day = self.cleaned_data["occurred_on"]
        if day is not None and day > timezone.localdate(self.at):
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for a way to answer, and for a category of the kind."""
        cleaned = self.cleaned_data
        if not (cleaned.get("contact_email") or cleaned.get("contact_phone")) and not (
            {"contact_email", "contact_phone"} & set(self.errors)
        ):
            self.add_error("contact_email", _("Give an e-mail address or a phone number."))
        category = cleaned.get("category")
        if category is not None and cleaned.get("kind") and category.kind != cleaned["kind"]:
            self.add_error("category", _("This belongs to the other kind. Choose one that fits, or none."))
        return super().clean()


class StatusMessageForm(GuardedForm):
    """What a complainant adds to the own case."""

    body = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=MOST_TYPED,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    attachments = forms.Field(required=False)

    def __init__(self, *args: Any, most_files: int, dropped: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if most_files:
            self.fields["attachments"] = files_field(most_files, dropped)
        else:
            del self.fields["attachments"]

    def clean(self) -> dict[str, Any]:
        """Refuse a message of nothing; files alone name themselves."""
        cleaned = self.cleaned_data
        names = [name for name, _file in cleaned.get("attachments") or []]
        if names and not cleaned.get("body"):
            cleaned["body"] = _("Files: %(names)s") % {"names": ", ".join(names)}
        if not cleaned.get("body") and not self.errors:
            self.add_error("body", _("Write something, or choose a file."))
        return super().clean()


def default_notice() -> str:
    """Return what is said of personal data where nobody has written a notice."""
    text = _(
        "%(house)s uses what you write here to deal with your concern and to improve its service, keeps it"
        " for as long as the law asks for, and gives it to nobody else. You may ask what is kept about you"
        " and have it corrected."
    )
    return text % {"house": Organisation.load().name}


class FindForm(forms.Form):
    """Number and address of a case."""

    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        help_text=gettext_lazy("Such as TS-20261122-0031; it is in our mail and on the page of thanks."),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("The address that you gave us."),
    )


class TakeBackForm(forms.Form):
    """Why a complaint is taken back, for who wants to say it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
