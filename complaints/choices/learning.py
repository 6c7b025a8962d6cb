"""Choices of what is learned from cases: articles, crises, alerts, improvements."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticleState(TextChoices):
    """Life of the working text of an article; a published edition stays readable while a newer is written."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    REVIEW = "review", pgettext_lazy("article", "In review")
    PUBLISHED = "published", pgettext_lazy("article", "Published")
    RETIRED = "retired", pgettext_lazy("article", "Retired")


ARTICLE_MOVES: dict[str, frozenset[str]] = {
    ArticleState.DRAFT: frozenset({ArticleState.REVIEW, ArticleState.RETIRED}),
    ArticleState.REVIEW: frozenset({ArticleState.DRAFT, ArticleState.PUBLISHED, ArticleState.RETIRED}),
    ArticleState.PUBLISHED: frozenset({ArticleState.DRAFT, ArticleState.RETIRED}),
    ArticleState.RETIRED: frozenset({ArticleState.DRAFT}),
}


class CrisisKind(TextChoices):
    """What kind of crisis; each has its plan."""

    PRODUCT = "product", pgettext_lazy("crisis", "Product")
    SERVICE = "service", pgettext_lazy("crisis", "Service")
    BRAND = "brand", pgettext_lazy("crisis", "Brand")
    COMPLIANCE = "compliance", pgettext_lazy("crisis", "Compliance")


class KindReason(TextChoices):
    """Why a proposed crisis was taken for one of its kind."""

    LEGAL = "legal", _("legal steps or a regulator")
    MEDIA = "media", _("media or public attention")
    SAFETY = "safety", _("somebody's safety is at stake")
    CAUSE = "cause", _("the causes of its cases")
    CATEGORY = "category", _("the category of its cases")


class CrisisState(TextChoices):
    """Life of a crisis: proposed by the scan, opened by a person, contained, closed."""

    PROPOSED = "proposed", pgettext_lazy("crisis", "Proposed")
    OPEN = "open", pgettext_lazy("crisis", "Open")
    CONTAINED = "contained", pgettext_lazy("crisis", "Contained")
    CLOSED = "closed", pgettext_lazy("crisis", "Closed")
    DISMISSED = "dismissed", pgettext_lazy("crisis", "No crisis")


CRISIS_MOVES: dict[str, frozenset[str]] = {
    CrisisState.PROPOSED: frozenset({CrisisState.OPEN, CrisisState.DISMISSED}),
    CrisisState.OPEN: frozenset({CrisisState.CONTAINED, CrisisState.CLOSED}),
    CrisisState.CONTAINED: frozenset({CrisisState.OPEN, CrisisState.CLOSED}),
    CrisisState.CLOSED: frozenset({CrisisState.OPEN}),
    CrisisState.DISMISSED: frozenset(),
}
#: Somebody still has to act.
CRISIS_UNCLOSED = (CrisisState.PROPOSED, CrisisState.OPEN, CrisisState.CONTAINED)
#: Over: it says when.
CRISIS_ENDED = (CrisisState.CLOSED, CrisisState.DISMISSED)


class StatementState(TextChoices):
    """Life of a statement: written by one person, approved by another, then published."""

    DRAFT = "draft", pgettext_lazy("statement", "Draft")
    APPROVED = "approved", pgettext_lazy("statement", "Approved")
    PUBLISHED = "published", pgettext_lazy("statement", "Published")


class AlertKind(TextChoices):
    """Why somebody is warned before it grows."""

    SATISFACTION = "satisfaction", _("Satisfaction falls")
    SURGE = "surge", _("More complaints than usual")
    REPEAT = "repeat", _("Complains again and again")
    NEGATIVE = "negative", _("Text sounds angry")
    CALL = "call", _("Telephone system heard anger")


class AlertState(TextChoices):
    """Life of an alert."""

    OPEN = "open", pgettext_lazy("alert", "Open")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "Taken up")
    ACTED = "acted", pgettext_lazy("alert", "Acted on")
    DISMISSED = "dismissed", pgettext_lazy("alert", "Dismissed")


ALERT_MOVES: dict[str, frozenset[str]] = {
    AlertState.OPEN: frozenset({AlertState.ACKNOWLEDGED, AlertState.ACTED, AlertState.DISMISSED}),
    AlertState.ACKNOWLEDGED: frozenset({AlertState.ACTED, AlertState.DISMISSED}),
    AlertState.ACTED: frozenset(),
    AlertState.DISMISSED: frozenset(),
}
ALERT_UNCLOSED = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


class ImprovementState(TextChoices):
    """The circle of an improvement: plan, do, check, act, then closed; a check may lead back to the plan."""

    PLAN = "plan", pgettext_lazy("improvement", "Plan")
    DO = "do", pgettext_lazy("improvement", "Do")
    CHECK = "check", pgettext_lazy("improvement", "Check")
    ACT = "act", pgettext_lazy("improvement", "Act")
    CLOSED = "closed", pgettext_lazy("improvement", "Closed")


IMPROVEMENT_MOVES: dict[str, frozenset[str]] = {
    ImprovementState.PLAN: frozenset({ImprovementState.DO, ImprovementState.CLOSED}),
    ImprovementState.DO: frozenset({ImprovementState.CHECK, ImprovementState.PLAN, ImprovementState.CLOSED}),
    ImprovementState.CHECK: frozenset({ImprovementState.ACT, ImprovementState.PLAN}),
    ImprovementState.ACT: frozenset({ImprovementState.CLOSED, ImprovementState.PLAN}),
    ImprovementState.CLOSED: frozenset({ImprovementState.PLAN}),
}
