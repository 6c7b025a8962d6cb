"""Choices of decision letters."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LetterLanguage(TextChoices):
    """The languages in which customers are written to."""

    ZH_HANS = "zh-hans", _("Simplified Chinese")
    ZH_HANT = "zh-hant", _("Traditional Chinese")
    EN = "en", _("English")


class LetterState(TextChoices):
    """Life of a decision letter. What is issued stays as it is."""

    DRAFT = "draft", pgettext_lazy("letter", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("letter", "Awaits approval")
    APPROVED = "approved", pgettext_lazy("letter", "Approved")
    ISSUED = "issued", pgettext_lazy("letter", "Issued")
    DISCARDED = "discarded", pgettext_lazy("letter", "Discarded")


#: A case has one letter at a time that is being written.
BEING_WRITTEN = (LetterState.DRAFT, LetterState.SUBMITTED, LetterState.APPROVED)

LETTER_MOVES: dict[str, frozenset[str]] = {
    LetterState.DRAFT: frozenset({LetterState.SUBMITTED, LetterState.ISSUED, LetterState.DISCARDED}),
    LetterState.SUBMITTED: frozenset({LetterState.DRAFT, LetterState.APPROVED, LetterState.DISCARDED}),
    LetterState.APPROVED: frozenset({LetterState.DRAFT, LetterState.ISSUED, LetterState.DISCARDED}),
    LetterState.ISSUED: frozenset(),
    LetterState.DISCARDED: frozenset(),
}


class HandoverWay(TextChoices):
    """How something reached the customer."""

    MAIL = "mail", pgettext_lazy("handing over", "E-mail")
    POST = "post", pgettext_lazy("handing over", "Post")
    HAND = "hand", pgettext_lazy("handing over", "By hand")
    PORTAL = "portal", pgettext_lazy("handing over", "Customer portal")
