"""Help for causes, compensations, call-backs and phrases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "causes",
        _("Causes"),
        _("Why complaints happen, counted over all of them, and whether mending helped."),
        (
            _("Ask why until the answer is something we can change; seven times at most."),
            _("The fishbone sorts possible causes into six bones; a star marks the root cause."),
            _("Somebody who wrote nothing of a finding confirms it."),
            _("A cause that is fixed comes back by itself when a later complaint has it."),
            _("On a new case that looks alike, causes that were fixed before are suggested."),
        ),
        (
            "complaints:cause-*",
            "complaints:investigation-*",
            "complaints:complaintcause-*",
        ),
        (
            (_("5M1E"), _("People, machine, material, method, measurement, environment.")),
            (
                _("service gap"),
                _("Between what and what we fell short: promise, design, standard, delivery …"),
            ),
        ),
        right=("complaints.cause", "view"),
    ),
    Topic(
        "compensation",
        _("Compensation"),
        _("What the customer gets for the trouble, within what the grade of the case allows."),
        (
            _(
                "All compensations of a case and of those merged into it count together: "
                "small steps do not slip under the ceiling."
            ),
            _("Above the ceiling a second person approves, neither who proposed it nor the handler."),
            _("Every step is a line of a ledger that nobody changes."),
        ),
        ("complaints:compensation-*", "complaints:approval*", "complaints:ceiling-*"),
        right=("complaints.compensation", "view"),
    ),
    Topic(
        "callbacks",
        _("Call-backs"),
        _("Asking customers whether they are content, on the working day after the solution."),
        (
            _("Somebody else than the handler calls."),
            _("A content customer closes the case; a refusal or a low score opens it again."),
            _("A customer whose e-mail address is known may answer by a link, too; one answer counts."),
        ),
        ("complaints:callback*",),
        right=("complaints.callback", "view"),
    ),
    Topic(
        "phrases",
        _("Phrase cards"),
        _("Good sentences for difficult conversations, by step, category and service gap."),
        (
            _("Beside a case stand the cards that fit it, in the language of the customer."),
            _("Mark a card as used when you said it: cards that are used come first."),
            _("“Insert into the answer” puts a card into the box below the log, and counts it as used."),
        ),
        ("complaints:phrase*",),
        right=("complaints.phrasecard", "view"),
    ),
)
