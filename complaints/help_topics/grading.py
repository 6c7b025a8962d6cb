"""Help for grading rules and for policies applied to open cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "grading-rules",
        _("Grading rules"),
        _("What makes a complaint severe or general: rules that anybody can read."),
        (
            _("All conditions of a rule must hold. Of all rules that apply the gravest grade counts."),
            _("The order is that of reading. Where no rule applies, the grade below the list holds."),
            _("“Show the effect” tells before saving which of the last complaints would be otherwise."),
            _("“Try a case” shows for a complaint, or for facts that you type, what every rule saw."),
            _("Complaints keep their grade and the words of the rules of their day."),
            _("“Grade again by the rules” on a complaint, or on many in the list, is an act with a reason."),
        ),
        ("complaints:gradingrule-*", "complaints:gradingsetting-*", "complaints:complaint-grade-again"),
        (
            (_("Not known"), _("A fact that a complaint does not tell. It never makes a rule apply.")),
            (_("Evidence"), _("The rules that decided, by their names of that day, and what they saw.")),
        ),
        right=("complaints.gradingrule", "view"),
    ),
    Topic(
        "policy-apply",
        _("Applying a policy to open cases"),
        _("A changed policy holds for new cases; here it is given to the open ones."),
        (
            _("Deadlines are worked out from the beginning of each case, with its pauses."),
            _("What becomes overdue by it tells people once; the other levels of the past are passed over."),
            _("What was overdue before tells nobody again. Levels to come fire in their time."),
            _("The work is a job: you may leave, stop it, and let it go on; no case is done twice."),
        ),
        ("complaints:policy-apply",),
        (
            (
                _("Passed over"),
                _("A level whose moment was past when the policy was applied: nobody was told."),
            ),
        ),
        right=("complaints.policy", "change"),
    ),
)
