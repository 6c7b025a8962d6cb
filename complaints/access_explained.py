"""Why somebody may see or change a case: it is theirs, the customer is, or they have work to do for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import (
    Alert,
    Article,
    ArticleEdition,
    Assignment,
    CallBack,
    CallScore,
    CaseLetter,
    CaseLink,
    Citation,
    Clock,
    Compensation,
    CompensationMove,
    Complaint,
    ComplaintCause,
    ConductEvidence,
    ConductObjection,
    DecisionLetter,
    Designation,
    Entry,
    Escalation,
    FirstContact,
    FormSubmission,
    InboundMail,
    Investigation,
    LetterHandover,
    Pause,
    StatusAccess,
    WorkOrder,
)
from core.access import teams_in_reach
from core.access_explained import Answer, Row, explain, grants, register_explainer
from core.models import Absence, User
from core.roles import Reach


class CaseExplained:
    """By the case itself, by its customer, or by what they have to do for it."""

    def __init__(self, case: Complaint) -> None:
        self.case, self.row = case, Row.of(case)
        self.customer = Row.of(case.customer) if case.customer is not None else None

    def explain(self, user: User, action: str) -> Answer:
        """The first reason that holds."""
        own = self.row.explain(user, action)
        if own.allowed or not explain(user, action, Complaint).allowed:
            return own
        reaches = {reach for _role, reach in grants(user, action, Complaint)}
        if self._has_customer(user, reaches):
            return Answer(True, (_("The customer is theirs, or of their teams."),))
        if action == "view" and self._has_work(user, reaches):
            return Answer(True, (_("There is a work order for them, or for their teams."),))
        if action == "view" and self._stands_in_for_work(user):
            return Answer(True, (_("They stand in for somebody who has a work order for it."),))
        if action == "view" and Escalation.objects.told_to(user).filter(complaint=self.case.pk).exists():
            return Answer(True, (_("An escalation of it told them."),))
        if action == "view" and CallBack.objects.due().filter(complaint=self.case.pk, owner=user.pk).exists():
            return Answer(True, (_("They have a call-back to make for it."),))
        return own

    def _has_customer(self, user: User, reaches: set[Any]) -> bool:
        customer = self.case.customer
        if customer is None:
            return False
        return customer.owner_id == user.pk or (
            Reach.TEAM in reaches and customer.team_id in teams_in_reach(user)
        )

    def _has_work(self, user: User, reaches: set[Any]) -> bool:
        mine = Q(owner=user.pk)
        if Reach.TEAM in reaches:
            mine |= Q(team__in=teams_in_reach(user))
        return WorkOrder.objects.filter(mine, complaint=self.case.pk).exists()

    def _stands_in_for_work(self, user: User) -> bool:
        absent = Absence.objects.running(timezone.localdate()).filter(deputy=user).values("user")
        return WorkOrder.objects.filter(complaint=self.case.pk, owner__in=absent).exists()


class BelowCaseExplained:
    """What belongs to a case is seen with it."""

    def __init__(self, row: Any) -> None:
        self.model: type[Model] = type(row)
        self.case = CaseExplained(row.source if isinstance(row, CaseLink) else row.complaint)

    def explain(self, user: User, action: str) -> Answer:
        """By the right on such rows, and by seeing the case."""
        right = explain(user, action, self.model)
        reaches = {reach for _role, reach in grants(user, action, self.model)}
        if not right.allowed or Reach.ALL in reaches:
            return right
        seen = self.case.explain(user, "view")
        return Answer(seen.allowed, (*right.reasons, *seen.reasons))


class LedgerExplained(BelowCaseExplained):
    """A line of a ledger is seen with the case of its compensation."""

    def __init__(self, row: CompensationMove) -> None:
        self.model = CompensationMove
        self.case = CaseExplained(row.compensation.complaint)


class HandoverExplained(BelowCaseExplained):
    """A handing over is seen with the case of its letter."""

    def __init__(self, row: LetterHandover) -> None:
        self.model = LetterHandover
        self.case = CaseExplained(row.letter.complaint)


class DesignationExplained:
    """A designation is seen with its case; one of conduct with the customer, and with other cases."""

    def __init__(self, row: Designation | ConductEvidence | ConductObjection) -> None:
        self.model: type[Model] = type(row)
        self.row = row if isinstance(row, Designation) else row.designation
        self.case = BelowCaseExplained(self.row)

    def explain(self, user: User, action: str) -> Answer:
        """By the right on such rows, and by one of the ways to see it."""
        right = explain(user, action, self.model)
        reaches = {reach for _role, reach in grants(user, action, self.model)}
        if not right.allowed or Reach.ALL in reaches:
            return right
        seen = self.case.explain(user, "view")
        if seen.allowed or not Designation.objects.visible_to(user).filter(pk=self.row.pk).exists():
            return Answer(seen.allowed, (*right.reasons, *seen.reasons))
        return Answer(
            True, (*right.reasons, _("They serve the customer or complainant whose conduct it is."))
        )


class WorkExplained:
    """A work order is of the team that does it, and of who sees the case."""

    def __init__(self, order: WorkOrder) -> None:
        self.row, self.case = Row.of(order), BelowCaseExplained(order)

    def explain(self, user: User, action: str) -> Answer:
        """By its own team, else with the case."""
        own = self.row.explain(user, action)
        return own if own.allowed else self.case.explain(user, action)


class PublishedExplained:
    """What is published is everybody's whose role reads articles; a draft is its author's."""

    def __init__(self, row: Any) -> None:
        self.row = Row.of(row)
        article = row.article if isinstance(row, ArticleEdition) else row
        self.is_published = article.edition > 0

    def explain(self, user: User, action: str) -> Answer:
        """By authorship, else because it is published."""
        own = self.row.explain(user, action)
        if own.allowed or not self.is_published or not grants(user, action, self.row.model):
            return own
        return Answer(True, (_("The article is published."),))


class AlertExplained:
    """An early warning is of its owner and team, and of who owns the customer."""

    def __init__(self, alert: Alert) -> None:
        self.row, self.customer = Row.of(alert), alert.customer

    def explain(self, user: User, action: str) -> Answer:
        """By its own owner or team, else by the customer."""
        own = self.row.explain(user, action)
        customer = self.customer
        if own.allowed or customer is None:
            return own
        reaches = {reach for _role, reach in grants(user, action, Alert)}
        theirs = bool(reaches) and customer.owner_id == user.pk
        if theirs or (Reach.TEAM in reaches and customer.team_id in teams_in_reach(user)):
            return Answer(True, (_("The customer is theirs, or of their teams."),))
        return own


class MailExplained:
    """A received mail is seen with its case; without one by the team of the mailbox's queue."""

    def __init__(self, mail: InboundMail) -> None:
        self.case = BelowCaseExplained(mail) if mail.complaint is not None else None
        self.team_id = mail.mailbox.queue.team_id

    def explain(self, user: User, action: str) -> Answer:
        """With the case, or by the team."""
        if self.case is not None:
            return self.case.explain(user, action)
        right = explain(user, action, InboundMail)
        reaches = {reach for _role, reach in grants(user, action, InboundMail)}
        if not right.allowed or Reach.ALL in reaches:
            return right
        theirs = self.team_id is None or self.team_id in teams_in_reach(user)
        words = _("The mailbox is of their teams.") if theirs else _("The mailbox is of another team.")
        return Answer(Reach.TEAM in reaches and theirs, (*right.reasons, words))


def register_explainers() -> None:
    """Declare them."""
    for article_model in (Article, ArticleEdition):
        register_explainer(article_model, PublishedExplained)
    register_explainer(Alert, AlertExplained)
    register_explainer(InboundMail, MailExplained)
    register_explainer(Complaint, CaseExplained)
    register_explainer(WorkOrder, WorkExplained)
    register_explainer(CompensationMove, LedgerExplained)
    register_explainer(LetterHandover, HandoverExplained)
    for conduct_model in (Designation, ConductEvidence, ConductObjection):
        register_explainer(conduct_model, DesignationExplained)
    below = (
        Entry,
        Clock,
        Escalation,
        Assignment,
        Pause,
        Investigation,
        ComplaintCause,
        Compensation,
        CallBack,
        FirstContact,
        CaseLink,
        CaseLetter,
        CallScore,
        DecisionLetter,
        Citation,
        FormSubmission,
        StatusAccess,
    )
    for model in below:
        register_explainer(model, BelowCaseExplained)
