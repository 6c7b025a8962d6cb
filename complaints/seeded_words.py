"""Words that come with the product and are kept in one column: shown in the language of the reader.

A new installation gets policies, a calendar, holidays and phrase cards whose names or hints have one
column only, and some verbs note a reason by themselves. As long as nobody has changed such a text, each
reader reads it in their own language; what people typed is shown as it stands.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from complaints.domain.phrase_seed import SEED

_NAMES = (
    gettext_noop("Office hours, Shanghai"),
    gettext_noop("Severe complaints"),
    gettext_noop("General complaints"),
    gettext_noop("Minor complaints"),
    gettext_noop("Service requests"),
    gettext_noop("Decision on acceptance (SAMR Order 20)"),
)
#: As the package `chinesecalendar` names them.
_HOLIDAYS = (
    gettext_noop("New Year's Day"),
    gettext_noop("Spring Festival"),
    gettext_noop("Tomb-sweeping Day"),
    gettext_noop("Labour Day"),
    gettext_noop("Dragon Boat Festival"),
    gettext_noop("Mid-autumn Festival"),
    gettext_noop("National Day"),
)
#: Reasons that verbs give by themselves.
_REASONS = (
    gettext_noop("It was escalated."),
    gettext_noop("The customer answered."),
    gettext_noop("The customer wrote again by e-mail."),
    gettext_noop("The customer is content."),
    gettext_noop("The customer is not content."),
    gettext_noop("No objection came within the days of the rules."),
    gettext_noop("The case has ended."),
)
_TECHNIQUES = tuple(technique for *_others, technique in SEED)
KNOWN = frozenset((*_NAMES, *_HOLIDAYS, *_REASONS, *_TECHNIQUES))


def in_words(text: str) -> str:
    """Return a text of the product in the language in force, and any other text as it is."""
    return gettext(text) if text in KNOWN else text


def says(kept: str, text: str) -> bool:
    """Tell whether a reader of any language may have read `text` where `kept` stands."""
    if kept not in KNOWN:
        return kept == text
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            if gettext(kept) == text:
                return True
    return False
