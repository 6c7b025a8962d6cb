"""Forms of e-mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.forms.last_word import LastWordMixin
from complaints.models import Complaint, Mailbox, MailPolicy, Queue
from core.forms import RecordsField, VersionMixin
from core.models import Attachment
from customers.forms.base import RecordForm


class MailboxForm(VersionMixin, RecordForm):
    """A mailbox. The password is written and never shown."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    fieldsets: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("Address"), ("name", "address", "kind", "queue", "is_active")),
        (_("Server"), ("host", "port", "security", "folder", "username", "password", "password_env")),
    )

    class Meta:
        model = Mailbox
        fields = [
            "name", "address", "kind", "queue", "is_active", "host", "port", "security", "username", "folder",
            "password_env",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.active()  # type: ignore[attr-defined]
        self.fields["password"].help_text = (
            _("One is kept. Leave this empty to keep it; another server needs it again.")
            if self.instance.pk and self.instance.password_sealed
            else _("Kept sealed, and never shown again.")
        )


class MailPolicyForm(VersionMixin, RecordForm):
    """How mails are treated."""

    class Meta:
        model = MailPolicy
        fields = ["acknowledges", "most_an_hour", "reopen_days", "keep_days"]


class FilesField(RecordsField):
    """Files of a case, to tick."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name of the file."""
        return str(obj.name)


class _FilesMixin(forms.Form):
    def offer_files(self, case: Complaint) -> None:
        """Offer what the case has; nothing where it has none."""
        own = {"subject_type": case._meta.label_lower, "subject_id": case.pk}
        rows = Attachment.objects.filter(**own).live().order_by("-uploaded_at", "-id")
        if not rows.exists():
            del self.fields["attachments"]
            return
        self.fields["attachments"].queryset = rows  # type: ignore[attr-defined]


class AnswerMailForm(_FilesMixin, LastWordMixin):
    """An answer by e-mail, with files of the case."""

    body = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 10}))
    attachments = FilesField(
        Attachment.objects.none(),
        label=_("Files of the case to send along"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    # The last line that the author read: what came meanwhile is shown before this one is sent.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_files(case)
        self.warn_of(case)


class EntryMailForm(_FilesMixin):
    """Files that go with an answer that is written already."""

    attachments = FilesField(
        Attachment.objects.none(),
        label=_("Files of the case to send along"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_files(case)
