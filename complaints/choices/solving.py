"""Choices of investigating, redressing and calling back."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Branch(TextChoices):
    """The six bones of the fishbone diagram (5M1E)."""

    MAN = "man", pgettext_lazy("5M1E", "People")
    MACHINE = "machine", pgettext_lazy("5M1E", "Machine")
    MATERIAL = "material", pgettext_lazy("5M1E", "Material")
    METHOD = "method", pgettext_lazy("5M1E", "Method")
    MEASUREMENT = "measurement", pgettext_lazy("5M1E", "Measurement")
    ENVIRONMENT = "environment", pgettext_lazy("5M1E", "Environment")


class Gap(TextChoices):
    """Between what and what the service fell short (gap model of service quality)."""

    PROMISE = "promise", pgettext_lazy("service gap", "Promise")
    DESIGN = "design", pgettext_lazy("service gap", "Design")
    STANDARD = "standard", pgettext_lazy("service gap", "Standard")
    DELIVERY = "delivery", pgettext_lazy("service gap", "Delivery")
    COMMUNICATION = "communication", pgettext_lazy("service gap", "Communication")
    PERCEPTION = "perception", pgettext_lazy("service gap", "Perception")


class FindingState(TextChoices):
    """Whether a second person agreed with an investigation."""

    DRAFT = "draft", pgettext_lazy("investigation", "Awaits a second person")
    CONFIRMED = "confirmed", pgettext_lazy("investigation", "Confirmed")


class FindingPart(TextChoices):
    """What somebody did to a finding since it was confirmed last."""

    WROTE = "wrote", pgettext_lazy("investigation", "Wrote")
    CONFIRMED = "confirmed", pgettext_lazy("investigation", "Confirmed")


class CauseState(TextChoices):
    """Whether a cause still makes complaints."""

    OPEN = "open", pgettext_lazy("cause", "Open")
    FIXED = "fixed", pgettext_lazy("cause", "Fixed")
    RETURNED = "returned", pgettext_lazy("cause", "Came back")


class RedressKind(TextChoices):
    """Of what nature a compensation is."""

    ECONOMIC = "economic", pgettext_lazy("compensation", "Economic")
    SERVICE = "service", pgettext_lazy("compensation", "Service")
    EMOTIONAL = "emotional", pgettext_lazy("compensation", "Emotional")


class Measure(TextChoices):
    """What the customer gets."""

    WAIVER = "waiver", _("Waiver")
    REFUND = "refund", pgettext_lazy("compensation", "Refund")
    PRIORITY_LANE = "priority_lane", _("Priority lane")
    REPLACEMENT = "replacement", _("Replacement")
    RETAKE = "retake", _("Free re-take")
    EXECUTIVE_CALL = "executive_call", _("Call from an executive")
    APOLOGY = "apology", _("Written apology")


KIND_OF: dict[str, str] = {
    Measure.WAIVER: RedressKind.ECONOMIC,
    Measure.REFUND: RedressKind.ECONOMIC,
    Measure.PRIORITY_LANE: RedressKind.SERVICE,
    Measure.REPLACEMENT: RedressKind.SERVICE,
    Measure.RETAKE: RedressKind.SERVICE,
    Measure.EXECUTIVE_CALL: RedressKind.EMOTIONAL,
    Measure.APOLOGY: RedressKind.EMOTIONAL,
}


class RedressState(TextChoices):
    """Life of a compensation; also the kinds of lines in its ledger."""

    PROPOSED = "proposed", pgettext_lazy("compensation", "Awaits approval")
    APPROVED = "approved", pgettext_lazy("compensation", "Approved")
    NOT_APPROVED = "not_approved", pgettext_lazy("compensation", "Not approved")
    OFFERED = "offered", pgettext_lazy("compensation", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("compensation", "Accepted")
    REFUSED = "refused", pgettext_lazy("compensation", "Refused by the customer")
    PAID = "paid", pgettext_lazy("compensation", "Given")
    REVERSED = "reversed", pgettext_lazy("compensation", "Taken back")


REDRESS_MOVES: dict[str, frozenset[str]] = {
    RedressState.PROPOSED: frozenset(
        {RedressState.APPROVED, RedressState.NOT_APPROVED, RedressState.REVERSED}
    ),
    RedressState.APPROVED: frozenset({RedressState.OFFERED, RedressState.REVERSED}),
    RedressState.OFFERED: frozenset({RedressState.ACCEPTED, RedressState.REFUSED, RedressState.REVERSED}),
    RedressState.ACCEPTED: frozenset({RedressState.PAID, RedressState.REVERSED}),
    RedressState.PAID: frozenset({RedressState.REVERSED}),
    RedressState.NOT_APPROVED: frozenset(),
    RedressState.REFUSED: frozenset(),
    RedressState.REVERSED: frozenset(),
}
#: What no longer counts towards the ceiling.
RELEASED = frozenset({RedressState.NOT_APPROVED, RedressState.REFUSED, RedressState.REVERSED})


class CallBackState(TextChoices):
    """Life of a call-back."""

    DUE = "due", pgettext_lazy("call-back", "Due")
    DONE = "done", pgettext_lazy("call-back", "Done")
    GIVEN_UP = "given_up", pgettext_lazy("call-back", "Not reached")
    CANCELLED = "cancelled", pgettext_lazy("call-back", "Called off")


class AttemptResult(TextChoices):
    """What came of one call."""

    REACHED = "reached", pgettext_lazy("call-back", "Reached")
    NO_ANSWER = "no_answer", pgettext_lazy("call-back", "No answer")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("call-back", "Wrong number")
    DECLINED = "declined", pgettext_lazy("call-back", "Does not want to talk")


class AnsweredBy(TextChoices):
    """Through which door the customer answered a call-back."""

    PHONE = "phone", pgettext_lazy("call-back", "By phone")
    LINK = "link", pgettext_lazy("call-back", "By the link")


class Step(TextChoices):
    """Which of the four steps of the first contact a phrase serves, or what else it is for."""

    ACCEPT = "accept", pgettext_lazy("first contact", "Accept")
    EMPATHISE = "empathise", pgettext_lazy("first contact", "Empathise")
    APOLOGISE = "apologise", pgettext_lazy("first contact", "Apologise")
    RESOLVE = "resolve", pgettext_lazy("first contact", "Resolve")
    CONDUCT = "conduct", pgettext_lazy("first contact", "Unreasonable conduct")
    OTHER = "other", pgettext_lazy("first contact", "Other")
