"""Causes and decision letters in search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models import Cause, DecisionLetter
from core.search.terms import code_terms, name_terms, text_terms
from core.search.types import Searched, SearchType, Through, joined, register_type

TYPES = (
    SearchType(
        key="cause",
        number=35,
        model=Cause,
        label=_("Causes"),
        icon="pulse",
        fields=(
            Searched("code", _("Code"), code_terms),
            Searched("name_en", _("Name in English"), name_terms()),
            Searched("name_zh_hans", _("Name in Simplified Chinese"), name_terms()),
            Searched("name_zh_hant", _("Name in Traditional Chinese"), name_terms()),
        ),
        subtitle=lambda row: joined(row.code, row.get_state_display()),
        list_url="complaints:cause-list",
        order=68,
    ),
    SearchType(
        key="decisionletter",
        number=32,
        model=DecisionLetter,
        label=_("Decision letters"),
        icon="mail",
        # The address is masked for some and looked for by nobody.
        fields=(
            Searched("number", _("Number"), code_terms),
            Searched("subject", _("Subject"), text_terms),
            Searched("recipient", _("Recipient"), name_terms()),
        ),
        title=lambda row: row.subject,
        subtitle=lambda row: joined(row.number, row.complaint.number, row.get_state_display()),
        select_related=("complaint",),
        list_url="complaints:letter-list",
        through=(Through("complaint", "complaint"),),
        order=46,
    ),
)


def register_search() -> None:
    """Let them be found."""
    for kind in TYPES:
        register_type(kind)
