"""What the system did with a case, in words: the codes of the log, and reasons of rules and dispatch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints.choices.cases import (
    AssignReason,
    ClockKind,
    Decision,
    Emotion,
    Grade,
    LevelAction,
    Priority,
)
from complaints.seeded_words import in_words
from complaints.words.rules import name_in_force, told_names
from customers.choices import Tier

Params = Mapping[str, Any]


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value)


def _registered(params: Params) -> str:
    if not params.get("grade"):
        return _("Received.")
    grade = _label(Grade, params["grade"])
    reasons = told_names(params)
    if not reasons:
        return _("Received and graded: %(grade)s. No rule asks for more.") % {"grade": grade}
    return _("Received and graded: %(grade)s. %(reasons)s.") % {"grade": grade, "reasons": reasons}


def _brought_in(params: Params) -> str:
    named = {"number": params.get("number"), "system": params.get("system")}
    return _("Brought in from the system “%(system)s”, where its number was %(number)s.") % named


def _assigned(params: Params) -> str:
    words = _("Handler: %(name)s (%(reason)s).") % {
        "name": params.get("to"),
        "reason": _label(AssignReason, params.get("reason")),
    }
    return f"{words} {params['note']}" if params.get("note") else words


def _escalated(params: Params) -> str:
    clock = in_words(params.get("name") or "") or _label(ClockKind, params.get("clock"))
    told = ", ".join(params.get("told", [])) or _("nobody could be told")
    words = _("Escalated, level %(level)s (%(clock)s). Told: %(told)s.") % {
        "level": params.get("level"),
        "clock": clock,
        "told": told,
    }
    words = f"{words}{stand_ins_in_words(params)}"
    action = params.get("action")
    return words if action in {None, "", LevelAction.NOTIFY} else f"{words} {_label(LevelAction, action)}."


def _level_failed(params: Params) -> str:
    told = ", ".join(params.get("told", [])) or _("nobody could be told")
    return _("Level %(level)s (%(clock)s) could not be carried out. Told: %(told)s.") % {
        "level": params.get("level"),
        "clock": in_words(params.get("name") or "") or _label(ClockKind, params.get("clock")),
        "told": told,
    }


def stand_ins_in_words(params: Params) -> str:
    """Return who stands in for whom, each in a sentence with a space before it; empty where nobody does."""
    return "".join(
        " " + _("%(by)s stands in for %(absent)s.") % {"by": one.get("by"), "absent": one.get("absent")}
        for one in params.get("stood_in") or ()
    )


def _asked_to_decide(params: Params) -> str:
    told = ", ".join(params.get("told", [])) or _("nobody could be told")
    return _("Asked to decide: %(told)s.") % {"told": told} + stand_ins_in_words(params)


def _moved(params: Params) -> str:
    new = name_in_force(params.get("new", {}), "")
    return _with(_("Moved to the queue “%(queue)s”.") % {"queue": new}, params)


def _refitted(params: Params) -> str:
    """What followed from corrected facts, or from another tier of the customer."""
    words = [_("Facts were corrected.")]
    if params.get("tier"):
        words = [_("The tier of the customer is “%(tier)s” now.") % {"tier": _label(Tier, params["tier"])}]
    if params.get("priority"):
        change = {
            "old": _label(Priority, params.get("priority_before")),
            "new": _label(Priority, params["priority"]),
        }
        words.append(_("Priority: %(old)s → %(new)s.") % change)
    if params.get("queue"):
        words.append(_("Queue: %(queue)s.") % {"queue": name_in_force(params["queue"], "")})
    if params.get("policy"):
        words.append(_("Deadlines by the policy “%(policy)s”.") % {"policy": in_words(params["policy"])})
    return " ".join(words)


def _first_contact(params: Params) -> str:
    return _("First contact, %(steps)s of 4 steps: %(before)s before, %(after)s after.") % {
        "steps": params.get("steps"),
        "before": _label(Emotion, params.get("before")),
        "after": _label(Emotion, params.get("after")),
    }


def _with(text: str, params: Params) -> str:
    """Add the reason that somebody gave."""
    reason = params.get("reason") or params.get("note") or params.get("outcome")
    if not reason:
        return text
    # A full-width stop carries its own space.
    return f"{text}{'' if text.endswith('。') else ' '}{in_words(reason)}"


def _withdrawn(params: Params) -> str:
    if params.get("by_complainant"):
        return _with(_("Withdrawn by the complainant, on the status page."), params)
    return _with(_("Withdrawn."), params)


def _file(params: Params) -> dict[str, Any]:
    return {"number": params.get("number"), "file": params.get("file")}


WORDS: dict[str, Callable[[Params], str]] = {
    "registered": _registered,
    "brought_in": _brought_in,
    "assigned": _assigned,
    "escalated": _escalated,
    "first_contact": _first_contact,
    "asked_to_decide": _asked_to_decide,
    "given_back": lambda p: _with(_("Given back to the queue."), p),
    "moved": _moved,
    "refitted": _refitted,
    "acknowledged": lambda p: _with(_("Acknowledged."), p),
    "acceptance_accepted": lambda p: _with(_("The complainant was told that the complaint is accepted."), p),
    "acceptance_refused": lambda p: _with(
        _("The complainant was told that the complaint is not accepted."), p
    ),
    "waiting": lambda p: _with(_("Waits for the customer."), p),
    "resumed": lambda p: _with(_("Goes on."), p),
    "solved": lambda p: (
        _("Solution given. Decision: %(decision)s.") % {"decision": _label(Decision, p.get("decision"))}
        if p.get("decision")
        else _("Solution given.")
    ),
    "closed": lambda p: _with(_("Closed."), p),
    "withdrawn": _withdrawn,
    "reopened": lambda p: _with(_("Reopened."), p),
    "regraded": lambda p: _with(
        _("Grade changed from %(old)s to %(new)s.")
        % {"old": _label(Grade, p.get("old")), "new": _label(Grade, p.get("new"))},
        p,
    ),
    "merged": lambda p: _("Merged into %(number)s.") % {"number": p.get("into")},
    "merged_here": lambda p: _("%(number)s was merged into this case.") % {"number": p.get("number")},
    "unmerged": lambda p: _("Taken out of %(number)s again.") % {"number": p.get("number")},
    "unmerged_here": lambda p: _("%(number)s was taken out again.") % {"number": p.get("number")},
    "level_failed": _level_failed,
    "level_tried_again": lambda p: _("Level %(level)s is tried again.") % {"level": p.get("level")},
    "escalation_taken": lambda p: _("Level %(level)s taken up.") % {"level": p.get("level")},
    "escalation_wrong": lambda p: _("Level %(level)s was a false alarm.") % {"level": p.get("level")},
    "work_order": lambda p: (
        _("Work order %(number)s for %(team)s: %(title)s")
        % {"number": p.get("number"), "team": p.get("team"), "title": p.get("title")}
    ),
    "work_order_here": lambda p: (
        _("Work order %(number)s goes on in this case: %(title)s")
        % {"number": p.get("number"), "title": p.get("title")}
    ),
    "work_order_file_added": lambda p: _("File of work order %(number)s added: %(file)s") % _file(p),
    "work_order_file_removed": lambda p: _("File of work order %(number)s removed: %(file)s") % _file(p),
    "work_order_file_restored": lambda p: _("File of work order %(number)s put back: %(file)s") % _file(p),
    "work_order_open": lambda p: _("Work order %(number)s opened again.") % {"number": p.get("number")},
    "work_order_accepted": lambda p: _("Work order %(number)s accepted.") % {"number": p.get("number")},
    "work_order_done": lambda p: _with(_("Work order %(number)s done.") % {"number": p.get("number")}, p),
    "work_order_cancelled": lambda p: _with(
        _("Work order %(number)s cancelled.") % {"number": p.get("number")}, p
    ),
}


def excluded_in_words(code: str) -> str:
    """Return why somebody cannot have a case."""
    words = {
        "away": _("away"),
        "skill": _("has not the skill"),
        "full": _("has as many as they can carry"),
        "closed": _("not working now"),
    }
    return words.get(code, code)


def reason_in_words(code: str) -> str:
    """Return what speaks for somebody."""
    kind, _colon, value = code.partition(":")
    words = {
        "owner": _("owns the customer"),
        "load": _("has %(load)s in hand") % {"load": value.replace("/", " / ")},
        "skill": _("has the skill %(skill)s") % {"skill": value},
        "experience": _("solved %(n)s like it") % {"n": value},
    }
    return words.get(kind, code)
