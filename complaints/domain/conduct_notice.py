"""The notice to a complainant about a designation: a text to begin with, in their language."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.conduct import Restraint
from complaints.domain.letter_values import day_in_words, language_for, recipient_of
from complaints.models import Designation
from core.models import Organisation


def notice_for(row: Designation) -> str:
    """Return what the complainant may be told: what is limited, until when, what stays, how to object."""
    case, language = row.complaint, language_for(row.complaint)
    with translation.override(language):
        lines = "\n".join(f"– {text}" for text in restraints_in_words(row))
        until = row.expires_on or timezone.localdate()
        return _(
            "%(recipient)s\n\n"
            "About your complaint %(number)s: so that we can go on working on it, the following holds until"
            " %(day)s:\n\n%(measures)s\n\n"
            "You may complain about anything new at any time, as before; it is looked into like any other"
            " complaint.\n\n"
            "If you do not agree, tell us. Somebody who took no part in this decision will review it.\n\n"
            "%(organisation)s"
        ) % {
            "recipient": recipient_of(case),
            "number": case.number,
            "day": day_in_words(until, language),
            "measures": lines,
            "organisation": Organisation.load().name,
        }


def restraints_in_words(row: Designation) -> list[str]:
    """Return what is allowed and what is not, a line each, in the language in force."""
    found = []
    if row.single_contact:
        name = row.contact.display_name if row.contact is not None else "–"
        found.append(_("The only contact person is %(name)s.") % {"name": name})
    if row.in_writing:
        found.append(_("We answer in writing only."))
    if row.limited_contact:
        found.append(_("We answer at most %(n)s times a month.") % {"n": row.contacts_a_month})
    if row.no_further_answer:
        found.append(_("This matter is answered for good; we file what adds no new fact."))
    return found or [str(Restraint(one).label) for one in row.restraints]
