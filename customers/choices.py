"""Choices of the customer package."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a customer is."""

    ORGANISATION = "organisation", _("Organisation")
    INDIVIDUAL = "individual", _("Individual")


class Stage(TextChoices):
    """Where the relationship stands in its life."""

    PROSPECT = "prospect", _("Prospect")
    INTRODUCTION = "introduction", _("Introduction")
    GROWTH = "growth", _("Growth")
    MATURITY = "maturity", _("Maturity")
    DECLINE = "decline", _("Decline")
    LOST = "lost", _("Lost")
    WONBACK = "wonback", _("Won back")


class Tier(TextChoices):
    """How much a customer is worth keeping, and so which service it gets."""

    STRATEGIC = "strategic", _("Strategic")
    CORE = "core", _("Core")
    GROWTH = "growth", _("Growth customer")
    POTENTIAL = "potential", _("Potential")


class Relationship(TextChoices):
    """What binds the customer to us."""

    TRANSACTIONAL = "transactional", _("Transactional")
    PREFERRED = "preferred", _("Preferred supplier")
    PARTNERSHIP = "partnership", _("Partnership")
    ALLIANCE = "alliance", _("Strategic alliance")


class Axis(TextChoices):
    """The three dated judgements about a customer."""

    STAGE = "stage", _("Stage")
    TIER = "tier", _("Tier")
    RELATIONSHIP = "relationship", _("Relationship")


class Industry(TextChoices):
    """Industries of the customers."""

    BANKING = "banking", _("Banking")
    INSURANCE = "insurance", _("Insurance")
    TELECOM = "telecom", _("Telecommunications")
    PORTS = "ports", _("Ports and logistics")
    ENERGY = "energy", _("Energy and utilities")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    TECHNOLOGY = "technology", _("Technology")
    RETAIL = "retail", _("Retail and food")
    HEALTH = "health", _("Health care")
    EDUCATION = "education", _("Education")
    PUBLIC = "public", _("Public bodies")
    CONSTRUCTION = "construction", _("Construction and property")
    SERVICES = "services", _("Other services")
    OTHER = "other", _("Other")


class Size(TextChoices):
    """How many people an organisation employs."""

    MICRO = "micro", _("Under 20 people")
    SMALL = "small", _("20–299 people")
    MEDIUM = "medium", _("300–999 people")
    LARGE = "large", _("1,000–9,999 people")
    HUGE = "huge", _("10,000 people and more")


class Source(TextChoices):
    """How the customer came to us."""

    REFERRAL = "referral", _("Referral")
    WEBSITE = "website", _("Website")
    EVENT = "event", _("Event")
    CAMPAIGN = "campaign", _("Campaign")
    PARTNER = "partner", _("Partner")
    COLD = "cold", _("Own approach")
    TENDER = "tender", _("Tender")
    IMPORT = "import", _("Import")
    OTHER = "other", _("Other")


class DecisionRole(TextChoices):
    """A person's part in the decision to buy."""

    DECIDER = "decider", _("Decision maker")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", _("User")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")
    CHAMPION = "champion", _("Champion")
    PAYER = "payer", _("Payer")
    TRAINEE = "trainee", _("Trainee")
    OTHER = "other", _("Other role")


class Attitude(TextChoices):
    """How a person stands to us."""

    UNKNOWN = "unknown", _("Unknown")
    SUPPORTER = "supporter", _("Supports us")
    NEUTRAL = "neutral", _("Neutral")
    CRITIC = "critic", _("Against us")


class Influence(TextChoices):
    """How much a person's word counts."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Channel(TextChoices):
    """How people meet."""

    VISIT = "visit", _("Visit")
    COUNTER = "counter", _("Counter")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    APP = "app", _("App")
    SMS = "sms", _("SMS")
    CHAT = "chat", _("Web chat")
    SEMINAR = "seminar", _("Seminar")
    EVENT = "event", _("Event")
    SOCIAL = "social", _("Social media")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")


class Direction(TextChoices):
    """Who began."""

    INBOUND = "inbound", _("From the customer")
    OUTBOUND = "outbound", _("From us")


class TaskState(TextChoices):
    """Life of a task."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(TextChoices):
    """How soon a task matters."""

    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class OrderKind(TextChoices):
    """An order brings money, a refund gives it back."""

    ORDER = "order", _("Order")
    REFUND = "refund", _("Refund")


class OrderState(TextChoices):
    """Life of an order. Only confirmed ones count in figures."""

    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled order")


class ProductKind(TextChoices):
    """What is sold."""

    OPEN_COURSE = "open_course", _("Open course")
    IN_HOUSE = "in_house", _("In-house course")
    PROGRAMME = "programme", _("Programme")
    CERTIFICATION = "certification", _("Certification")
    CONSULTING = "consulting", _("Consulting")
    MATERIAL = "material", _("Material")
    OTHER = "other", _("Other product")


class EventKind(TextChoices):
    """Kinds of lines on a customer's timeline."""

    CREATED = "created", _("Record created")
    CHANGED = "changed", _("Fields changed")
    INTERACTION = "interaction", _("Interaction")
    ORDER = "order", _("Order")
    REFUND = "refund", _("Refund")
    STAGE = "stage", _("Lifecycle")
    CONTACT = "contact", _("Contact")
    TASK = "task", _("Task")
    WARNING = "warning", _("Churn warning")
    DELETED = "deleted", _("Moved to the recycle bin")
    RESTORED = "restored", _("Restored")
    COMPLAINT = "complaint", _("Complaint")
    TRAINING = "training", _("Training")
    SURVEY = "survey", _("Survey")
    OTHER = "other", _("Other event")


#: The rows of the filter above a timeline: each chip shows several kinds.
TIMELINE_GROUPS: dict[str, tuple[str, ...]] = {
    "interactions": (EventKind.INTERACTION,),
    "orders": (EventKind.ORDER, EventKind.REFUND),
    "changes": (
        EventKind.CREATED,
        EventKind.CHANGED,
        EventKind.STAGE,
        EventKind.CONTACT,
        EventKind.DELETED,
        EventKind.RESTORED,
    ),
    "tasks": (EventKind.TASK, EventKind.WARNING),
    "complaints": (EventKind.COMPLAINT,),
}

#: Allowed moves of an order; the only writers are the functions of `domain.orders`.
ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderState.DRAFT: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.CANCELLED}),
    OrderState.CANCELLED: frozenset(),
}

#: Allowed moves of a task.
TASK_MOVES: dict[str, frozenset[str]] = {
    TaskState.OPEN: frozenset({TaskState.DONE, TaskState.CANCELLED}),
    TaskState.DONE: frozenset({TaskState.OPEN}),
    TaskState.CANCELLED: frozenset({TaskState.OPEN}),
}
