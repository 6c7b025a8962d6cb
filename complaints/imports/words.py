"""What the faults of files of cases and of calendar days say."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: dict[str, str | Promise] = {
    "unknown_category": _("No category of this kind has this code or name."),
    "unknown_category_near": _("No category of this kind has this code or name. Near it: %(candidates)s."),
    "ambiguous_category": _("Several categories have this name (%(candidates)s). Use the code."),
    "category_retired": _("This category is no longer in use, and the case is here already. Choose another."),
    "unknown_queue": _("No queue of this kind has this name."),
    "unknown_queue_near": _("No queue of this kind has this name. Near it: %(candidates)s."),
    "queue_out_of_use": _(
        "This queue is out of use and takes no open case. Choose another, or leave it empty."
    ),
    "handler_left": _("Cannot handle open cases any more. Name who takes over, or leave the cell empty."),
    "case_elsewhere": _(
        "The case would belong to nobody in your reach. Name a customer, a handler or a queue of yours."
    ),
    "number_of_other_system": _(
        "This is our number of a case that came from another system. Name that system to correct the case."
    ),
    "end_missing": _("A case that has ended needs the day of its end."),
    "open_with_end": _("Marked as open, but with a day of its end. Correct one of the two."),
    "open_with_decision": _("An open case has no decision yet. Empty the cell, or mark the case as closed."),
    "before_receipt": _("Before the case was received. Correct one of the two moments."),
    "after_end": _("After the end of the case. Correct one of the two moments."),
    "unknown_calendar": _("There is no calendar of this name."),
    "unknown_calendar_near": _("There is no calendar of this name. Near it: %(candidates)s."),
    "no_calendar": _("There is no calendar that is used where none is named. Name one."),
    "bad_spans": _("Write hours like 09:00–12:00, 13:00–18:00."),
    "spans_overlap": _("The hours of one day must not overlap."),
    "closed_with_hours": _("Marked as closed, but with hours. Correct one of the two."),
    "open_without_hours": _("A working day needs hours, and Monday has none that it could take."),
    "day_past": _("This day is past: what held then stays as it was."),
}

GROUPS: dict[str, tuple[str, ...]] = {
    "value": (
        "unknown_category",
        "unknown_category_near",
        "ambiguous_category",
        "category_retired",
        "unknown_queue",
        "unknown_queue_near",
        "queue_out_of_use",
        "handler_left",
        "unknown_calendar",
        "unknown_calendar_near",
        "no_calendar",
    ),
    "record": ("open_with_end", "open_with_decision", "closed_with_hours"),
    "missing": ("end_missing", "open_without_hours"),
    "date": ("before_receipt", "after_end", "day_past"),
    "format": ("bad_spans", "spans_overlap"),
    "reach": ("case_elsewhere",),
    "twice": ("number_of_other_system",),
}
