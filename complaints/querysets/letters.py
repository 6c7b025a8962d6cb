"""Querysets of decision letters, designations and legal references."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Exists, OuterRef, Q

from complaints.choices.conduct import DesignationState, Scope
from complaints.choices.letters import LetterState
from complaints.querysets.cases import BelowComplaint, SentQuerySet, SettingQuerySet, cases_for

if TYPE_CHECKING:
    from complaints.models import Complaint
    from core.models import User


class TemplateQuerySet(SettingQuerySet):
    """Templates of letters."""

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self


class LetterQuerySet(SentQuerySet):
    """Decision letters."""

    def awaiting_approval(self) -> Self:
        """Those that a second person has to read."""
        return self.filter(state=LetterState.SUBMITTED)

    def issued(self) -> Self:
        """Those that the customer has, or shall have."""
        return self.filter(state=LetterState.ISSUED)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related(
            "complaint", "complaint__customer", "written_by", "approved_by", "replaces", "replaced_by"
        )

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list().prefetch_related("handovers", "citations__reference")


class HandoverQuerySet(BelowComplaint):
    """How letters were handed over."""

    complaint_path = "letter__complaint"


class DesignationQuerySet(BelowComplaint):
    """Designations: seen with the case; those of conduct with every case of the same customer or person."""

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        from customers.models import Customer

        cases = cases_for(user, action).order_by()
        customers = Customer.objects.visible_to(user).order_by().values("pk")
        return (
            super()._held_by(user, reach, action)
            | Q(scope=Scope.CUSTOMER, customer__in=customers)
            | (Q(scope=Scope.CUSTOMER) & Exists(cases.filter(customer=OuterRef("customer"))))
            | (Q(scope=Scope.PERSON) & Exists(cases.filter(person=OuterRef("person"))))
        )

    def in_force(self, on: date) -> Self:
        """Those that hold on a day, whether or not the job of the night has run."""
        return self.filter(state=DesignationState.IN_FORCE, starts_on__lte=on, expires_on__gt=on)

    def closing(self, case: Complaint, on: date) -> Self:
        """Those by which the matter of a case is not answered any more on a day."""
        rows = self.in_force(on).filter(scope=Scope.MATTER, no_further_answer=True)
        return rows.filter(complaint=case.pk)

    def run_out(self, on: date) -> Self:
        """Those whose day has come."""
        return self.filter(state=DesignationState.IN_FORCE, expires_on__lte=on)

    def about(self, case: Complaint) -> Self:
        """Those that concern a case: of the matter, of its customer, of its complainant."""
        found = Q(scope=Scope.MATTER, complaint=case.pk)
        if case.customer_id is not None:
            found |= Q(scope=Scope.CUSTOMER, customer=case.customer_id)
        if case.person_id is not None:
            found |= Q(scope=Scope.PERSON, person=case.person_id)
        return self.filter(found)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related(
            "complaint", "complaint__owner", "customer", "person", "proposed_by", "decided_by", "contact"
        ).prefetch_related("criteria")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list().prefetch_related("evidence", "objections")


class BelowDesignation(BelowComplaint):
    """Evidence and objections are seen with their designation."""

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        from complaints.models import Designation

        rows: DesignationQuerySet = Designation.objects.all()
        # Whoever may do this to the objection need not have that right on the designation.
        held = rows.filter(rows._held_by(user, reach, action))
        return Q(designation__in=held.order_by().values("pk"))

    def open(self) -> Self:
        """Objections that nobody has reviewed."""
        return self.filter(outcome="")


class ReferenceQuerySet(SettingQuerySet):
    """The library of legal references."""

    def in_force_on(self, day: date) -> Self:
        """The versions that hold on a day."""
        return self.filter(in_force_from__lte=day).filter(
            Q(in_force_until__isnull=True) | Q(in_force_until__gte=day)
        )

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.annotate(n_cited=Count("citations"))

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self


class CitationQuerySet(BelowComplaint):
    """Citations are seen with what cites: each names the case that it belongs to."""

    def for_screen(self) -> Self:
        """Everything a panel shows."""
        return self.select_related("reference", "by").order_by("reference__code", "id")
