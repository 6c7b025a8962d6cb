"""Help for the settings of cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "complaint-settings",
        _("Settings of complaints"),
        _("Who handles what, within which time, in which hours, and who is told when a deadline passes."),
        (
            _("A queue collects cases of one kind; its handlers get them by skill, load and working hours."),
            _("A change of a category makes a new edition; cases keep the one of their day."),
            _("The first policy, by place, that fits a case gives it its deadlines and its ladder."),
            _("A policy for a category holds for those below it; at the same place the nearest goes first."),
            _("Each statutory deadline says by what it is met: acceptance, solution or decision letter."),
            _("The page of a policy shows every due time and every level for a moment that you choose."),
            _("Quiet hours let messages of levels wait, by grade; a level may go through them."),
            _("Hours of a calendar hold from a day on: what is past stays as it was."),
            _("Holidays and make-up days come in from a file: “Import days” on the page of a calendar."),
        ),
        (
            "complaints:settings",
            "complaints:queue-*",
            "complaints:handler-*",
            "complaints:category-*",
            "complaints:policy-*",
            "complaints:level-*",
            "complaints:calendar-*",
            "complaints:quiet-hours-*",
        ),
        right=("complaints.handler", "view"),
    ),
)
