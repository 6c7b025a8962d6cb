"""The lists of letters, designations and legal references."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.filters.letters import DesignationFilterSet, LetterFilterSet, ReferenceFilterSet
from complaints.models import DecisionLetter, Designation, LegalReference
from complaints.sorting.letters import DESIGNATION_SORTS, LETTER_SORTS, REFERENCE_SORTS
from core.lists import Column, ListDefinition, register_list


def register_lists() -> None:
    """Offer them as files and saved views."""
    for definition in (LETTERS, DESIGNATIONS, REFERENCES):
        register_list(definition)


LETTERS = ListDefinition(
    key="complaints.decisionletter",
    title=_("Decision letters"),
    model=DecisionLetter,
    filterset_class=LetterFilterSet,
    url_name="complaints:letter-list",
    columns=[
        Column("number", _("Number"), lambda row: row.number or ""),
        Column("case", _("Case"), lambda row: row.complaint.number),
        Column("subject", _("Subject"), lambda row: row.subject),
        Column("decision", _("Decision"), lambda row: row.get_decision_display()),
        Column("language", _("Language"), lambda row: row.get_language_display()),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("written_by", _("Written by"), lambda row: str(row.written_by)),
        Column("approved_by", _("Approved by"), lambda row: str(row.approved_by or "")),
        Column("issued_at", _("Issued"), lambda row: row.issued_at),
        Column("objection_until", _("Objection until"), lambda row: row.objection_until),
        Column("digest", _("Fingerprint"), lambda row: row.digest),
    ],
    sort_keys=LETTER_SORTS,
    default_sort="-made",
)
DESIGNATIONS = ListDefinition(
    key="complaints.designation",
    title=_("Unreasonable complaints"),
    model=Designation,
    filterset_class=DesignationFilterSet,
    url_name="complaints:designation-list",
    columns=[
        Column("case", _("Case"), lambda row: row.complaint.number),
        Column("scope", _("What is designated"), lambda row: row.get_scope_display()),
        Column("criteria", _("Criteria"), lambda row: ", ".join(one.name for one in row.criteria.all())),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("proposed_by", _("Proposed by"), lambda row: str(row.proposed_by)),
        Column("decided_by", _("Decided by"), lambda row: str(row.decided_by or "")),
        Column("starts_on", _("In force from"), lambda row: row.starts_on),
        Column("expires_on", _("Ends"), lambda row: row.expires_on),
    ],
    sort_keys=DESIGNATION_SORTS,
    default_sort="-made",
)
REFERENCES = ListDefinition(
    key="complaints.legalreference",
    title=_("Legal references"),
    model=LegalReference,
    filterset_class=ReferenceFilterSet,
    url_name="complaints:reference-list",
    columns=[
        Column("code", _("Code"), lambda row: row.code),
        Column("name", _("Name"), lambda row: row.name),
        Column("article", _("Article"), lambda row: row.article),
        Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        Column("jurisdiction", _("Where it is in force"), lambda row: row.get_jurisdiction_display()),
        Column("in_force_from", _("In force from"), lambda row: row.in_force_from),
        Column("in_force_until", _("In force until"), lambda row: row.in_force_until),
        Column("source", _("Source"), lambda row: row.source),
    ],
    sort_keys=REFERENCE_SORTS,
    default_sort="code",
)
