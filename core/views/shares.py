"""Sharing one record: with whom it is shared, one more, and no longer."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.shares import may_share, share_record, shares_of, stop_sharing, subject_for
from core.forms_shares import ShareForm
from core.models import Share
from core.views.base import ConfirmPage, FormPage


class RecordShares(FormPage):
    """Everybody with whom a record is shared, and the form to share it with one more."""

    required_right = ("add", Share)
    form_class = ShareForm
    template_name = "core/record_shares.html"
    submit_label = gettext_lazy("Share")
    success_message = gettext_lazy("Shared. The receiver is told.")

    @cached_property
    def subject(self) -> models.Model:
        """The record, if it is the person's to share."""
        found = subject_for(self.kwargs["kind"], self.kwargs["pk"], self.person, "share")
        if found is None or not may_share(self.person, found):
            raise Http404
        return found

    def get_template_names(self) -> list[str]:
        """A page of its own, or the same form inside the page's dialog."""
        name = self.template_name
        return [f"{name}#dialog" if self.request.headers.get("HX-Target") == "dialog" else name]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer people and teams."""
        _unused = self.subject  # a record that is not one's to share does not exist, whatever is sent
        return {**super().get_form_kwargs(), "by": self.person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the shares that run."""
        shares = shares_of(self.subject, on=timezone.localdate())
        title = _("Share “%(name)s”") % {"name": self.subject}
        context = {
            "title": title,
            "shares": shares,
            "subject": self.subject,
            "form_action": self.request.path,
        }
        return super().get_context_data(**{**context, **kwargs})

    def crumbs(self) -> list[tuple[Any, str]]:
        """The record."""
        return [(str(self.subject), self.cancel_url())]

    def cancel_url(self) -> str:
        """Go back to the record."""
        return record_url(self.subject)

    def perform(self, form: ShareForm) -> str:
        """Share it."""
        share_record(self.subject, form.receiver, form.terms, by=self.person, at=timezone.now())
        return self.cancel_url()


def record_url(subject: models.Model | None) -> str:
    """Return the page of a record, or the first page where it has none."""
    own = getattr(subject, "get_absolute_url", None)
    return str(own()) if own is not None else reverse("core:home")


class ShareStop(ConfirmPage):
    """End a share."""

    required_right = ("delete", Share)
    success_message = gettext_lazy("No longer shared.")

    @cached_property
    def share(self) -> Share:
        """The share, if it is the person's to end."""
        rows = Share.objects.visible_to(self.person, "delete").for_list().with_label_for(self.person)
        found: Share = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        record = self.share.shown_label or _("a record out of your reach")  # type: ignore[attr-defined]
        names = {"record": record, "name": self.share.receiver}
        return {
            "title": _("Stop sharing “%(record)s” with %(name)s?") % names,
            "message": _("What was reached only through this share is out of sight at once."),
            "confirm_label": _("Stop sharing"),
            "cancel_url": self._back(),
        }

    def _back(self) -> str:
        return record_url(subject_for(self.share.subject_type, self.share.subject_id, self.person))

    def perform(self) -> str:
        """End it."""
        url = self._back()
        stop_sharing(self.share, by=self.person)
        return url
