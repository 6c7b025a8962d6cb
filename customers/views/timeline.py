"""The story of a customer: events in the words of the reader, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.choices import ShareLevel
from core.display import format_day, format_day_short, format_money
from core.masking import note_history
from core.mentions import as_html, plain
from core.wordings import product_words
from customers.choices import TIMELINE_GROUPS, Axis, Channel, Direction, EventKind, Kind
from customers.domain.axes import AXIS_VALUES
from customers.history import ShownChange, shown_changes
from customers.models import Customer, TimelineEvent
from customers.picklists import SOURCE
from customers.views.base import user_of

LINES_SHOWN = 25
_SALT = "customers.timeline"

CHANNEL_ICONS = {
    "visit": "pin", "counter": "people", "phone": "phone", "email": "mail", "wechat": "chat",
    "app": "screen", "sms": "chat", "chat": "chat", "seminar": "cap", "event": "ticket",
    "social": "globe", "meeting": "people", "note": "note",
}  # fmt: skip
KIND_ICONS = {
    EventKind.CREATED: "plus", EventKind.CHANGED: "edit", EventKind.ORDER: "box", EventKind.REFUND: "refund",
    EventKind.STAGE: "pulse", EventKind.CONTACT: "user", EventKind.TASK: "task", EventKind.WARNING: "warn",
    EventKind.DELETED: "trash", EventKind.RESTORED: "restore", EventKind.COMPLAINT: "flag",
    EventKind.TRAINING: "cap", EventKind.SURVEY: "form",
}  # fmt: skip
MARKS = {
    EventKind.ORDER: "m-order", EventKind.REFUND: "m-bad", EventKind.WARNING: "m-bad",
    EventKind.COMPLAINT: "m-bad", EventKind.TRAINING: "m-learn",
}  # fmt: skip


@dataclass
class Line:
    """One line of the story."""

    event: TimelineEvent
    reader: Any
    icon: str
    mark: str
    title: str
    about: str = ""
    text: str = ""
    body: str = ""
    url: str = ""
    edit_url: str = ""
    chips: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[ShownChange] = field(default_factory=list)
    month: date | None = None


@dataclass(frozen=True)
class Story:
    """A page of lines, the filter in force, and how to go on."""

    lines: list[Line]
    group: str
    groups: list[dict[str, Any]]
    is_continued: bool
    older: str = ""


def read_story(request: HttpRequest, customer: Customer) -> Story:
    """Read the lines that the request asks for: `story` names a filter chip, `before` where to go on."""
    group = request.GET.get("story", "")
    group = group if group in TIMELINE_GROUPS else ""
    place = _read_place(request.GET.get("before", ""), customer)
    rows = (
        TimelineEvent.objects.visible_to(user_of(request))
        .filter(customer=customer)
        .in_group(group)
        .newest_first()
    )
    if place is not None:
        rows = rows.before(*place)
    found = list(rows[: LINES_SHOWN + 1])
    shown = found[:LINES_SHOWN]
    older = ""
    if len(found) > LINES_SHOWN:
        older = _query(group, _write_place(shown[-1], customer))
    for event in shown:
        note_history(request, customer, event.data.get("model", ""), event.data.get("changes") or ())
    return Story(
        _with_months([line_of(event, user_of(request)) for event in shown], place),
        group,
        _groups(group),
        place is not None,
        older,
    )


def _groups(current: str) -> list[dict[str, Any]]:
    labels = {
        "": pgettext("timeline", "All"), "interactions": _("Interactions"), "orders": _("Orders"),
        "changes": _("Changes"), "tasks": _("Tasks"), "complaints": _("Complaints"),
    }  # fmt: skip
    return [
        {"label": label, "query": _query(key), "current": key == current} for key, label in labels.items()
    ]


def _query(group: str, before: str = "") -> str:
    return "?" + urlencode({key: value for key, value in (("story", group), ("before", before)) if value})


def _write_place(event: TimelineEvent, customer: Customer) -> str:
    return signing.dumps([event.at.isoformat(), event.pk], salt=f"{_SALT}.{customer.pk}")


def _read_place(text: str, customer: Customer) -> tuple[datetime, int] | None:
    """Return where to go on; a broken place begins anew rather than being an error."""
    if not text:
        return None
    try:
        at, pk = signing.loads(text, salt=f"{_SALT}.{customer.pk}")
        moment = parse_datetime(at)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (moment, int(pk)) if moment else None


def _with_months(lines: list[Line], place: tuple[datetime, int] | None) -> list[Line]:
    """Mark the first line of each month; a continued page knows the month it goes on from."""
    shown = timezone.localtime(place[0]).date().replace(day=1) if place else None
    for line in lines:
        month = timezone.localtime(line.event.at).date().replace(day=1)
        if month != shown:
            line.month, shown = month, month
    return lines


def line_of(event: TimelineEvent, reader: Any) -> Line:
    """Return an event in the words of the reader, as far as the reader may read it."""
    kind = EventKind(event.kind)
    who = event.actor.display_name if event.actor else _("System")
    line = Line(event, reader, KIND_ICONS.get(kind, "info"), MARKS.get(kind, ""), who, about=str(kind.label))
    tell = _TELLERS.get(kind)
    if tell is not None:
        tell(line, event.data)
    return line


def _tell_created(line: Line, data: dict[str, Any]) -> None:
    source = dict(SOURCE.choices).get(data.get("source", ""), "")
    kind = dict(Kind.choices).get(data.get("kind", ""), "")
    line.text = " · ".join(str(word) for word in (kind, source) if word)


def _tell_changed(line: Line, data: dict[str, Any]) -> None:
    line.changes = _changes(line, data)


def _changes(line: Line, data: dict[str, Any]) -> list[ShownChange]:
    return shown_changes(data.get("model", ""), data.get("changes") or {}, reader=line.reader)


def _tell_stage(line: Line, data: dict[str, Any]) -> None:
    axis = data.get("axis", Axis.STAGE)
    if axis not in AXIS_VALUES:
        return
    labels = dict(AXIS_VALUES[axis].choices)
    line.about = str(Axis(axis).label)
    old, new = (str(labels.get(str(data.get(key)), data.get(key) or "–")) for key in ("old", "new"))
    line.changes = [ShownChange(axis, "", old, new)]
    line.text = data.get("reason") or ""
    if data.get("rule"):
        line.chips.append((_("Rule: %(rule)s") % {"rule": data["rule"]}, "", ""))


def _tell_interaction(line: Line, data: dict[str, Any]) -> None:
    channel = str(data.get("channel", ""))
    line.icon = CHANNEL_ICONS.get(channel, "chat")
    if data.get("deleted"):
        line.about = str(dict(Channel.choices).get(channel, ""))
        line.text = _("This interaction was deleted.")
        return
    words = [dict(Channel.choices).get(channel, channel), data.get("person")]
    if data.get("direction") == Direction.INBOUND:
        words.append(str(Direction.INBOUND.label))
    line.about = " · ".join(str(word) for word in words if word)
    line.text, line.body = as_html(data.get("summary")), as_html(data.get("body"))
    if line.event.subject_id:
        line.edit_url = reverse("customers:interaction-update", args=[line.event.subject_id])
    if data.get("expectation"):
        line.chips.append(
            (_until(_("Expects: %(what)s"), data["expectation"], data.get("expected_by")), "warn", "clock")
        )
    if data.get("next_step"):
        line.chips.append(
            (_until(_("Next step: %(what)s"), plain(data["next_step"]), data.get("next_step_on")), "", "")
        )


def _until(text: str, what: str, day: str | None) -> str:
    words = text % {"what": what}
    found = parse_date(day) if day else None
    return f"{words} · {format_day_short(found)}" if found else words


def _tell_order(line: Line, data: dict[str, Any]) -> None:
    done = {
        "created": "", "changed": _("changed"), "confirmed": _("confirmed"), "cancelled": _("cancelled"),
        "deleted": _("deleted"), "restored": _("restored"),
    }.get(data.get("action", ""), "")  # fmt: skip
    line.about = " ".join(
        word for word in (str(EventKind(line.event.kind).label), data.get("number", ""), done) if word
    )
    amount = format_money(data.get("amount"), data.get("currency") or "CNY")
    line.text = " · ".join(
        word for word in (amount, data.get("note") or "", data.get("reason") or "") if word
    )
    if data.get("action") in {"cancelled", "deleted"}:
        line.mark = "m-bad"
    if data.get("action") == "changed":
        line.changes = _changes(line, data)
    if line.event.subject_id:
        line.url = reverse("customers:order-detail", args=[line.event.subject_id])


def _tell_contact(line: Line, data: dict[str, Any]) -> None:
    done = {
        "added": _("contact added"), "changed": _("contact changed"), "ended": _("contact ended"),
        "moved_in": _("came from %(customer)s") % {"customer": data.get("from", "")},
        "moved_out": _("went to %(customer)s") % {"customer": data.get("to", "")},
    }.get(data.get("action", ""), "")  # fmt: skip
    line.about = f"{data.get('person', '')} · {done}"
    line.text = " · ".join(
        word for word in (data.get("title"), data.get("department"), data.get("reason")) if word
    )
    if data.get("changes"):
        line.text, line.changes = "", _changes(line, data)
    if data.get("action") in {"ended", "moved_out"}:
        line.mark = "m-bad"
    if data.get("person_id"):
        line.url = reverse("customers:person-detail", args=[data["person_id"]])


def _tell_task(line: Line, data: dict[str, Any]) -> None:
    line.about = {
        "done": _("Task done"), "cancelled": _("Task cancelled"), "open": _("Task opened again"),
    }.get(data.get("action", ""), line.about)  # fmt: skip
    line.text = data.get("title") or ""
    if data.get("outcome"):
        line.body = data["outcome"]


def _tell_complaint(line: Line, data: dict[str, Any]) -> None:
    """Complaints and requests, as the package above tells them."""
    done = {
        "received": _("received"), "solved": _("solution given"), "closed": _("closed"),
        "withdrawn": _("withdrawn"), "reopened": _("reopened"), "merged": _("merged"),
        "escalated": _("escalated"), "converted": _("turned over"),
        "linked": _("linked with this customer"),
    }.get(data.get("action", ""), "")  # fmt: skip
    if data.get("by_complainant"):
        done = _("withdrawn by the complainant")
    line.about = " · ".join(word for word in (data.get("number", ""), done) if word)
    line.text = data.get("title") or ""
    line.body = product_words(data.get("note") or "")
    line.url = line.event.subject_url
    if data.get("action") in {"solved", "closed"}:
        line.mark = "m-good"


def _tell_other(line: Line, data: dict[str, Any]) -> None:
    """Sharing, and files that come and go: events of no other kind that the package itself writes."""
    receiver = {"name": data.get("receiver", "")}
    if data.get("action") == "shared":
        line.icon, line.about = "people", _("Shared with %(name)s") % receiver
        level = str(dict(ShareLevel.choices).get(data.get("level", ""), ""))
        until = parse_date(data["until"]) if data.get("until") else None
        words = [level, _("until %(day)s") % {"day": format_day(until)} if until else "", data.get("note")]
        line.text = " · ".join(word for word in words if word)
    elif data.get("action") == "stopped":
        line.icon, line.about = "people", _("No longer shared with %(name)s") % receiver
    done = {"added": _("File added"), "removed": _("File removed"), "restored": _("File put back")}
    if data.get("file") and data.get("action") in done:
        line.icon, line.about, line.text = "file", done[data["action"]], data["file"]
        of = {
            "customers.order": f"{EventKind.ORDER.label} {data.get('number', '')}",
            "customers.interaction": str(EventKind.INTERACTION.label),
            "customers.task": str(EventKind.TASK.label),
        }.get(data.get("model", ""))
        line.about = f"{line.about} · {of}" if of else line.about


_TELLERS = {
    EventKind.CREATED: _tell_created,
    EventKind.CHANGED: _tell_changed,
    EventKind.STAGE: _tell_stage,
    EventKind.INTERACTION: _tell_interaction,
    EventKind.ORDER: _tell_order,
    EventKind.REFUND: _tell_order,
    EventKind.CONTACT: _tell_contact,
    EventKind.TASK: _tell_task,
    EventKind.COMPLAINT: _tell_complaint,
    EventKind.OTHER: _tell_other,
}
