"""What the log says of mails: code → words of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

Params = Mapping[str, Any]


def _incomplete(params: Params) -> str:
    words = [_("Not everything of the mail could be taken over; its original is under “Received mail”.")]
    if params.get("megabytes"):
        words.append(_("It has %(n)s MB, of which the beginning was read.") % {"n": params["megabytes"]})
    if params.get("broken"):
        words.append(_("Its structure is broken."))
    if params.get("parts"):
        words.append(_("Parts left out: %(n)s.") % {"n": params["parts"]})
    if params.get("long"):
        words.append(_("Its text was cut."))
    return " ".join(words)


WORDS: dict[str, Callable[[Params], str]] = {
    "mail_bounced": lambda params: _("A mail to the customer came back: %(reason)s") % params,
    "mail_failed": lambda params: (
        _("A mail to the customer could not be sent: %(reason)s") % {"reason": _(params["reason"])}
    ),
    "mails_held": lambda params: (
        _("More than %(most)s mails from this sender within an hour: the others are under “Received mail”.")
        % params
    ),
    "mail_incomplete": _incomplete,
    "mail_files_refused": lambda params: (
        _("Files of the mail that were not kept: %(files)s") % {"files": " · ".join(params.get("files", []))}
    ),
}
