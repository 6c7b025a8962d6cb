"""Help for the pages of what is learned from cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "knowledge",
        _("Knowledge"),
        _("Answers from solved cases, suggested while a new case is typed and on each case."),
        (
            _("Make an article on the page of a solved case; then take out what tells who it was."),
            _("A second person reviews and publishes it. Until then readers keep the edition before."),
            _("Files and pictures of an article go the same way: new ones are shown after the review."),
            _("Press “This helped” on a case: what helps most stands on top."),
            _("Where you write an answer, open an article below the fields and insert its solution."),
        ),
        ("complaints:article-*", "complaints:knowledge-*"),
        ((_("edition"), _("One published text; earlier ones stay and can be compared.")),),
        right=("complaints.article", "view"),
    ),
    Topic(
        "crises",
        _("Crises"),
        _("One trouble that hits many: its plan, who leads, what is said, who is affected."),
        (
            _("When like complaints pile up, a crisis is proposed; a manager opens or rejects it."),
            _("Its kind is guessed by flags, causes and category of its cases; say so on opening."),
            _("The plan of its kind is copied into it; steps can be reassigned and added."),
            _("Tick the customers who were told: who is still to be told stands on top."),
            _("A statement is approved by somebody else than its author before it is published."),
        ),
        ("complaints:crisis-*", "complaints:statement-*", "complaints:plan-*"),
        ((_("surge"), _("More complaints in a window than its control limit allows.")),),
        right=("complaints.crisis", "view"),
    ),
    Topic(
        "early-warnings",
        _("Early warnings"),
        _("What looks as if it will grow: angry texts, customers who complain again and again, surges."),
        (
            _("A warning is a hint, not a fact: look, then say what you did or why it is nothing."),
            _("After thirty days it is noted whether a severe complaint followed; the list shows how often."),
        ),
        ("complaints:alert-*",),
        right=("complaints.alert", "view"),
    ),
    Topic(
        "daily-top3",
        _("Daily TOP 3"),
        _("The three largest complaint problems of the day before, each with the cases behind it."),
        (
            _("Made every morning and kept as it was; cases that are entered late do not change it."),
            _("Days that were missed are made up, the last fourteen of them; only the latest is told."),
        ),
        ("complaints:report-*",),
        right=("complaints.dailyreport", "view"),
    ),
    Topic(
        "improvements",
        _("Improvements"),
        _("What is done so that it does not happen again: plan, do, check, act."),
        (
            _("Name the cause that goes, or the category that should have fewer complaints."),
            _("Fewer complaints with the cause, and none since then, make the cause count as fixed."),
            _("“No clear change” means that the difference may be chance; wait, or look for more."),
        ),
        ("complaints:improvement-*",),
        ((_("rate ratio"), _("Complaints per customer after, divided by those before; below 1 is better.")),),
        right=("complaints.improvement", "view"),
    ),
)
