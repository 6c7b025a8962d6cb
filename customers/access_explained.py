"""Why somebody sees a person: through one of the customers that the person has a place at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.access_explained import Answer, Row, explain, grants, register_explainer
from core.models import User
from core.roles import Reach
from customers.models import Contact, Person


class PersonExplained:
    """A person is reached through places at customers; without any, by who made the record."""

    def __init__(self, person: Person) -> None:
        self.person = person
        places = list(Contact.objects.filter(person=person).select_related("customer"))
        self.unplaced = not places
        live: Any = Contact.objects.live().filter(person=person).select_related("customer")
        self.places = [(place.customer, Row.of(place)) for place in live]

    def explain(self, user: User, action: str) -> Answer:
        """Answer by the places; with the reach `all` none is needed."""
        right = explain(user, action, Person)
        if not right.allowed or any(reach == Reach.ALL for _role, reach in grants(user, action, Person)):
            return right
        for customer, row in self.places:
            found = row.explain_as(user, "view", Contact, lent_for=action)
            if found.allowed:
                through = _("Through %(customer)s") % {"customer": customer}
                return Answer(True, (through, *found.reasons))
        if self.unplaced and self.person.created_by_id == user.pk:
            return Answer(True, (_("Made the record"),))
        return Answer(False, (*right.reasons, _("No customer of this person is within reach.")))


def register_explainers() -> None:
    """Declare it."""
    register_explainer(Person, PersonExplained)
