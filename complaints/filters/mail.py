"""Filters of the lists of mails: one FilterSet for the page and the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.mail import DeliveryState, LetterKind, MailReason, MailState
from complaints.models import CaseLetter, Complaint, InboundMail, Mailbox
from core.filters import ScopedFilterSet, visible
from customers.filter_kinds import SinceFilter, UntilFilter


class InboundMailFilterSet(ScopedFilterSet):
    """Received mails."""

    state = filters.MultipleChoiceFilter(label=_("State"), choices=MailState)
    reason = filters.MultipleChoiceFilter(label=_("Reason"), choices=MailReason)
    mailbox = filters.ModelChoiceFilter(label=_("Mailbox"), queryset=visible(Mailbox))
    sender = filters.CharFilter(label=_("From (whole address)"), field_name="sender", lookup_expr="iexact")
    subject = filters.CharFilter(label=_("Subject has"), field_name="subject", lookup_expr="icontains")
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), widget=forms.HiddenInput
    )
    received_from = SinceFilter(label=_("Received since"), field_name="received_at")
    received_to = UntilFilter(label=_("Received until"), field_name="received_at")

    class Meta:
        model = InboundMail
        fields: list[str] = []


class MailboxFilterSet(ScopedFilterSet):
    """Mailboxes."""

    is_active = filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Mailbox
        fields: list[str] = []


class LetterFilterSet(ScopedFilterSet):
    """Mails to customers."""

    state = filters.MultipleChoiceFilter(label=_("State"), choices=DeliveryState)
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=LetterKind)
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), method="about", widget=forms.HiddenInput
    )

    class Meta:
        model = CaseLetter
        fields: list[str] = []

    def about(self, rows: Any, name: str, value: Complaint) -> Any:
        """Those that left from a case, and those about it from while another one had taken it in."""
        return rows.about(value)
