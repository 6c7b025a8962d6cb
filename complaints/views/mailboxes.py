"""Mailboxes and the rules of e-mail, in the settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from complaints.domain.mail.mailboxes import save_mailbox, set_policy
from complaints.domain.mail.polling import try_connection
from complaints.filters.mail import MailboxFilterSet
from complaints.forms.mail import MailboxForm, MailPolicyForm
from complaints.models import Mailbox, MailPolicy
from complaints.sorting.mail import MAILBOX_SORTS
from core.access import can
from core.errors import DomainError
from core.navigation import settings_crumbs
from core.views.base import Right, RightsMixin
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of

NAV = "settings"
_HOME = (gettext_lazy("E-mail of customers"), "complaints:mailbox-list")


class MailboxList(RecordFilters, ListPage):
    """The mailboxes, each with how its last look went."""

    model = Mailbox
    filterset_class = MailboxFilterSet
    template_name = "complaints/mailbox_list.html"
    sort_keys = MAILBOX_SORTS
    default_sort = "name"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do, and the rules."""
        user = self.person
        return {
            "may_add": can(user, "add", Mailbox),
            "may_change": can(user, "change", Mailbox),
            "may_rule": can(user, "change", MailPolicy),
            "policy": MailPolicy.load(),
            "crumbs": settings_crumbs(),
        }


class MailboxPage(CustomerFormPage):
    """What the forms of mailboxes share."""

    form_class = MailboxForm
    nav_current = NAV
    submit_label = gettext_lazy("Save mailbox")
    success_message = gettext_lazy("Mailbox saved.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("complaints:mailbox-list")

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way here."""
        return settings_crumbs(_HOME)


class MailboxCreate(MailboxPage):
    """A new mailbox."""

    required_right: ClassVar[Right] = ("add", Mailbox)
    title = gettext_lazy("New mailbox")
    once = True

    def perform(self, form: MailboxForm) -> str:
        """Keep it."""
        save_mailbox(form.values, by=self.person, password=form.cleaned_data["password"])
        return self.cancel_url()


class MailboxUpdate(MailboxPage):
    """Changing a mailbox."""

    required_right: ClassVar[Right] = ("change", Mailbox)
    title = gettext_lazy("Edit mailbox")

    @cached_property
    def mailbox(self) -> Mailbox:
        """The mailbox."""
        found: Mailbox = fetch(self.request, Mailbox.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.mailbox}

    def conflict_record(self) -> Mailbox:
        """The mailbox."""
        return self.mailbox

    def perform(self, form: MailboxForm) -> str:
        """Write the changes."""
        save_mailbox(
            form.values,
            by=self.person,
            mailbox=self.mailbox,
            version=form.seen_version,
            password=form.cleaned_data["password"],
        )
        return self.cancel_url()


class MailboxTest(RightsMixin, View):
    """Opening the mailbox, to see whether it can be opened."""

    required_right: ClassVar[Right] = ("change", Mailbox)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try it and say what came of it."""
        mailbox = fetch(request, Mailbox.objects.all(), pk, "change")
        try:
            unseen = try_connection(mailbox, by=user_of(request))
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            words = ngettext(
                "The mailbox opens. %(n)d mail in it is unread.",
                "The mailbox opens. %(n)d mails in it are unread.",
                unseen,
            )
            messages.success(request, words % {"n": unseen})
        return redirect(reverse("complaints:mailbox-list"))


class MailPolicyUpdate(CustomerFormPage):
    """The rules of e-mail."""

    required_right: ClassVar[Right] = ("change", MailPolicy)
    form_class = MailPolicyForm
    title = gettext_lazy("Rules of e-mail")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = NAV

    @cached_property
    def policy(self) -> MailPolicy:
        """The rules."""
        return MailPolicy.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.policy}

    def conflict_record(self) -> MailPolicy:
        """The rules."""
        return self.policy

    def cancel_url(self) -> str:
        """Back to the mailboxes."""
        return reverse("complaints:mailbox-list")

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way here."""
        return settings_crumbs(_HOME)

    def perform(self, form: MailPolicyForm) -> str:
        """Write them."""
        set_policy(self.policy, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
