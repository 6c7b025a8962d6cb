"""Choices of unreasonable complaints."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Scope(TextChoices):
    """What is designated: one matter, or how somebody behaves in every matter."""

    MATTER = "matter", _("This matter only")
    CUSTOMER = "customer", _("Conduct of the customer")
    PERSON = "person", _("Conduct of the complainant")


class DesignationState(TextChoices):
    """Life of a designation. It ends by itself; renewing is a new proposal."""

    PROPOSED = "proposed", pgettext_lazy("designation", "Awaits a second person")
    IN_FORCE = "in_force", pgettext_lazy("designation", "In force")
    DECLINED = "declined", pgettext_lazy("designation", "Declined")
    EXPIRED = "expired", pgettext_lazy("designation", "Expired")
    LIFTED = "lifted", pgettext_lazy("designation", "Lifted")


DESIGNATION_MOVES: dict[str, frozenset[str]] = {
    DesignationState.PROPOSED: frozenset({DesignationState.IN_FORCE, DesignationState.DECLINED}),
    DesignationState.IN_FORCE: frozenset({DesignationState.EXPIRED, DesignationState.LIFTED}),
    DesignationState.DECLINED: frozenset(),
    DesignationState.EXPIRED: frozenset(),
    DesignationState.LIFTED: frozenset(),
}
#: Nothing more happens to these.
OVER = (DesignationState.DECLINED, DesignationState.EXPIRED, DesignationState.LIFTED)


class Restraint(TextChoices):
    """The closed list of what may be done about unreasonable conduct. None keeps anybody from complaining."""

    SINGLE_CONTACT = "single_contact", _("One contact person only")
    IN_WRITING = "in_writing", _("Answers in writing only")
    LIMITED_CONTACT = "limited_contact", _("Limited number of contacts")
    NO_FURTHER_ANSWER = "no_further_answer", _("No further answer to the same matter")


class ObjectionOutcome(TextChoices):
    """What a third person found about an objection."""

    UPHELD = "upheld", pgettext_lazy("objection", "The designation stays")
    LIFTED = "lifted", pgettext_lazy("objection", "The designation is lifted")
