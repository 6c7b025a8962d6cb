"""Choices of grading rules: what a rule may look at, and how it may ask."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices.cases import Impact


class Fact(TextChoices):
    """What a grading rule may look at. The set is closed: each fact has its own kind of value."""

    IMPACT = "impact", _("Reach of the trouble")
    TIER = "tier", _("Tier of the customer")
    REPEATS = "repeats", _("Earlier complaints of the customer")
    SAFETY = "is_safety", _("Somebody's safety is at stake")
    MEDIA = "is_media", _("Media or public attention")
    LEGAL = "is_legal", _("Legal steps or a regulator")
    EMOTION = "emotion", _("Emotion at intake")
    CATEGORY = "category", _("Category")
    INTAKE = "intake", _("Received by")
    AMOUNT = "amount", _("Amount at stake")
    WORDS = "words", _("Words of title and text")


class Operator(TextChoices):
    """How a condition compares."""

    AT_LEAST = "at_least", pgettext_lazy("condition", "is at least")
    ONE_OF = "one_of", pgettext_lazy("condition", "is one of")
    IS_SO = "is_so", pgettext_lazy("condition", "is so")
    WITHIN = "within", pgettext_lazy("condition", "lies within")
    ANY_OF = "any_of", pgettext_lazy("condition", "has any of")


#: The ways of asking that make sense for each fact.
OPERATORS: dict[str, tuple[str, ...]] = {
    Fact.IMPACT: (Operator.AT_LEAST, Operator.ONE_OF),
    Fact.TIER: (Operator.ONE_OF,),
    Fact.REPEATS: (Operator.AT_LEAST,),
    Fact.SAFETY: (Operator.IS_SO,),
    Fact.MEDIA: (Operator.IS_SO,),
    Fact.LEGAL: (Operator.IS_SO,),
    Fact.EMOTION: (Operator.AT_LEAST,),
    Fact.CATEGORY: (Operator.WITHIN,),
    Fact.INTAKE: (Operator.ONE_OF,),
    Fact.AMOUNT: (Operator.AT_LEAST,),
    Fact.WORDS: (Operator.ANY_OF,),
}
#: From near to far.
IMPACT_ORDER: dict[str, int] = {
    Impact.ONE: 1,
    Impact.SEVERAL: 2,
    Impact.ORGANISATION: 3,
    Impact.PUBLIC: 4,
}


class ApplyState(TextChoices):
    """Life of one applying of a policy to open cases."""

    RUNNING = "running", pgettext_lazy("applying", "Running")
    DONE = "done", pgettext_lazy("applying", "Done")
    STOPPED = "stopped", pgettext_lazy("applying", "Stopped")
