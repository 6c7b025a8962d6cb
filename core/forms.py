"""Forms of the platform's pages."""

from __future__ import annotations

import zoneinfo
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.api_scopes import ALL, READ, WRITE, resources
from core.choices import BrandColour
from core.domain.tokens import LONGEST_LIFE
from core.filters import SaneNumbers
from core.models import ExchangeRate, Organisation, PicklistValue, Team, User
from core.roles import Role


def time_zone_choices() -> list[tuple[str, str]]:
    """Return the zones by name, for a select."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in names if not name.startswith(("Etc/", "SystemV/"))]


def _language_choices() -> list[tuple[str, Any]]:
    return [("", _("As the browser asks")), *settings.LANGUAGES]


def _zone_choices() -> list[tuple[str, Any]]:
    return [("", _("As the organisation")), *time_zone_choices()]


class RecordsField(SaneNumbers, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several records to tick."""


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]
    """Cleans what was typed; the domain function checks the record as a whole, and stores it.

    The instance is left alone, so that the domain can compare old with new.
    """

    def _post_clean(self) -> None:
        """Leave out what ModelForm does here: writing into the instance."""

    def add_error(self, field: str | None, error: Any) -> None:
        """Show errors of fields that this form does not have on top."""
        known = field is None or field == NON_FIELD_ERRORS or field in self.fields
        super().add_error(field if known else None, error)


class VersionMixin(forms.Form):
    """An edit form knows which version of the record its person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = getattr(self, "instance", None)
        if record is None or record.pk is None:
            del self.fields["version"]
        else:
            self.fields["version"].initial = record.version

    @property
    def seen_version(self) -> int | None:
        """The version that the person saw, where one is known."""
        return self.cleaned_data.get("version")


class PreferenceFields(forms.Form):
    """Language and zone as selects."""

    language = forms.ChoiceField(label=_("Language"), choices=_language_choices, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zone_choices, required=False)


class ProfileForm(VersionMixin, PreferenceFields, DomainForm):
    """What a person may change about oneself."""

    fieldsets = (
        (_("Who you are"), ("full_name", "email", "title")),
        (_("How pages look"), ("language", "time_zone", "theme", "density")),
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "full_name",
            "email",
            "title",
            "language",
            "time_zone",
            "theme",
            "density",
        ]


class UserForm(VersionMixin, PreferenceFields, DomainForm):
    """A user, as an administrator sees it."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With several roles the widest right counts. Without one a person sees nothing."),
    )
    fieldsets = (
        (_("Who it is"), ("full_name", "username", "email", "title", "team", "is_service")),
        (_("What they may do"), ("roles",)),
        (_("How pages look"), ("language", "time_zone")),
        (_("First password"), ("password",)),
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "full_name",
            "username",
            "email",
            "title",
            "team",
            "is_service",
            "language",
            "time_zone",
        ]
        help_texts = {
            "username": _("Typed when signing in; capitals make no difference."),
            "is_service": _("A program that calls the API with tokens, not a person."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["roles"].initial = [group.name for group in self.instance.groups.all()]

    def clean_username(self) -> str:
        """Names are compared without blanks around them."""
        return str(self.cleaned_data["username"]).strip()


class NewUserForm(UserForm):
    """A user who does not exist yet, perhaps with a first password."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty: the person then chooses one by “Forgotten your password?”."),
    )


class TeamForm(DomainForm):
    """A team and its place in the tree."""

    class Meta:
        model = Team
        fields: ClassVar[list[str]] = ["name", "parent", "lead"]
        help_texts = {"parent": _("Managers see the records of their own team and of the teams below it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Team.objects.all()
        if self.instance.pk:
            parents = parents.exclude(pk__in=Team.objects.ids_below(self.instance.pk))
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]
        self.fields["lead"].queryset = User.objects.people()  # type: ignore[attr-defined]


class OrganisationForm(DomainForm):
    """Settings that hold for everybody."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = [
            "name",
            "base_currency",
            "time_zone",
            "second_factor",
            "recycle_days",
            "keep_run_days",
        ]
        help_texts = {
            "base_currency": _("All totals are in it. Fixed once orders are stored."),
            "second_factor": _("Who must sign in with a code of an authenticator app as well."),
            "recycle_days": _(
                "From 7 to 3,650. After that deleted records go for good, every night. Empty: they stay."
            ),
            "keep_run_days": _(
                "From 7 to 3,650. After that files, rows and old values are deleted; nothing can be undone."
            ),
        }


class BrandForm(forms.Form):
    """Colour and logo."""

    colour = forms.ChoiceField(label=_("Colour"), choices=BrandColour.choices, widget=forms.RadioSelect)
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP up to 2 MB; wide ones look best."),
    )
    remove_logo = forms.BooleanField(label=_("Take the logo down"), required=False)


class ExchangeRateForm(DomainForm):
    """What one unit of a currency is worth from a day on."""

    class Meta:
        model = ExchangeRate
        fields: ClassVar[list[str]] = ["currency", "valid_from", "rate"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["valid_from"].initial = timezone.localdate


class PicklistValueForm(DomainForm):
    """What a value is called. Empty names fall back to the product's, or to another language."""

    class Meta:
        model = PicklistValue
        fields: ClassVar[list[str]] = ["name_zh_hans", "name_en", "name_zh_hant"]
        help_texts = {
            "name_zh_hant": _(
                "One name is enough; the product or another language stands in for an empty one."
            )
        }


class PicklistMergeForm(forms.Form):
    """Which value takes the place of another."""

    into = forms.ModelChoiceField(label=_("Merge into"), queryset=PicklistValue.objects.none())

    def __init__(self, *args: Any, value: PicklistValue, labels: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = PicklistValue.objects.filter(picklist=value.picklist, is_active=True).exclude(
            pk=value.pk
        )
        field.label_from_instance = lambda row: str(labels.get(row.code, row.code))


def _within_reach(day: date) -> None:
    """Keep out days whose end no clock can tell; which of the others are right is for the domain to say."""
    if abs(day - timezone.localdate()) > LONGEST_LIFE + timedelta(days=1):
        raise ValidationError(_("Choose a day from tomorrow to one year ahead."), code="bad_expiry")


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What will use it, for example “ERP, nightly orders”.")
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        widget=forms.DateInput,
        validators=[_within_reach],
        help_text=_("At most a year ahead. The token stops working at the end of that day."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Within your own rights. Give no more than the program needs; writing does not include reading."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = default_expiry
        self.fields["scopes"].choices = scope_choices()  # type: ignore[attr-defined]


def default_expiry() -> date:
    """Return the day offered for a new token: a quarter ahead."""
    return timezone.localdate() + timedelta(days=90)


def scope_choices() -> list[tuple[str, str]]:
    """Return the scopes that a token may have, as (scope, words)."""
    wide = [(f"{ALL}:{READ}", _("Read everything")), (f"{ALL}:{WRITE}", _("Write everything"))]
    single = [
        (f"{name}:{way}", f"{name}: {words}")
        for name in resources()
        for way, words in ((READ, _("reading")), (WRITE, _("writing")))
    ]
    return [(scope, str(words)) for scope, words in wide + single]
