"""Why a case may be the same matter as another, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.domain.duplicates import RECENT, Reason


def reason_alike(reason: Reason) -> str:
    """Return the reason as people read it."""
    common = reason.common
    words = {
        "subject": _("about the same: %(common)s") % {"common": common},
        "code": _("names the same number: %(common)s") % {"common": common},
        "contact": _("same e-mail or telephone"),
        "person": _("same complainant: %(common)s") % {"common": common},
        "category": _("same customer and category (%(common)s) within %(days)d days")
        % {"common": common, "days": RECENT.days},
        "customer": _("same customer, still open"),
        "words": _("same words: %(common)s") % {"common": common},
    }
    return words.get(reason.code, reason.code)
