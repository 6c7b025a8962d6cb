"""Help for decision letters, unreasonable complaints and legal references."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "letters",
        _("Decision letters"),
        _("What was decided, in the language of the customer, and frozen once it is issued."),
        (
            _("A letter begins from the template of the decision; what is missing is marked, and stops it."),
            _("Rejections and letters about severe complaints are approved by a second person."),
            _("An issued letter is never changed. A corrected one has a number of its own and replaces it."),
            _("Note how and when it was handed over: by e-mail, by post, by hand, in the portal."),
        ),
        ("complaints:letter-*", "complaints:lettertemplate-*", "complaints:lettersettings-*"),
        (
            (_("placeholder"), _("A name in braces that stands for a value of the case.")),
            (_("gap"), _("A value that is still missing; no letter is issued with one.")),
            (_("fingerprint"), _("A sum over all that was issued: one other letter would change it.")),
        ),
        right=("complaints.decisionletter", "view"),
    ),
    Topic(
        "unreasonable-complaints",
        _("Unreasonable complaints"),
        _("Rules for contacts where somebody's conduct keeps others from being served."),
        (
            _("One person proposes with evidence; another, who does not handle the case, decides."),
            _("Every rule ends by itself after twelve months at most. Renewing is a new proposal."),
            _("Tell the complainant, who may object; a third person reviews the objection."),
            _("Whatever holds: a new complaint is received, graded and dispatched as any other."),
        ),
        ("complaints:designation-*", "complaints:objection-*", "complaints:criterion-*"),
        (
            (
                _("measure"),
                _("One of a closed list: contact person, in writing, how often, no further answer."),
            ),
        ),
        right=("complaints.designation", "view"),
    ),
    Topic(
        "legal-references",
        _("Legal references"),
        _("Laws, regulations and standards, each version with the days on which it holds."),
        (
            _("Cite what held on the day of the case: the list offers that first and marks the rest."),
            _("When a law is amended, end the version and enter the new one; cases keep what they cite."),
            _("Copy excerpts word by word from the source, or leave them empty."),
        ),
        ("complaints:reference-*", "complaints:citation-*"),
        right=("complaints.legalreference", "view"),
    ),
)
