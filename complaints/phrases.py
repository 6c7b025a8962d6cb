"""What one may say in the first ninety seconds, in the language of the customer."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _


def phrase(step: str, language: str = "") -> str:
    """Return the words for a step, in the customer's language or else in that of the page."""
    with translation.override(language or translation.get_language()):
        return {
            "accept": _(
                "Thank you for telling me directly. Let me first hear everything, and write it down."
            ),
            "empathise": _("I can see what trouble this makes for you. I would be upset, too."),
            "apologise": _("We did not do what you could expect of us. I apologise for that on our behalf."),
            "resolve": _("This is what I can do now, and this is when you hear from me again."),
        }[step]
