"""Which customer and person a stranger is, told only where nothing else fits.

What is typed into a public form proves nothing of who typed it. So nothing of what is found is ever shown
there, and staff see by what it was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from complaints.choices.public_form import Match
from customers import standardise
from customers.models import Contact, Customer, Person

#: Two that fit are as good as none: more need not be read.
_ENOUGH = 20


@dataclass(frozen=True)
class Given:
    """What the form says of its sender, as it was typed."""

    name: str = ""
    email: str = ""
    phone: str = ""
    organisation: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Found:
    """Who it is; nobody where it is not certain."""

    customer: Customer | None = None
    person: Person | None = None
    match: str = Match.NONE


def find_sender(given: Given) -> Found:
    """Return the one person with this e-mail or phone and the one place there, else the one customer."""
    email, phone = standardise.email(given.email), standardise.phone(given.phone)
    # Numbers that came in past the verbs stand as somebody once wrote them.
    written = {phone, phone.removeprefix("+86"), standardise.half_width(given.phone)}
    for match, value, of_person, of_customer in (
        (Match.EMAIL, email, Q(email=email), Q(email=email)),
        (Match.PHONE, phone, Q(mobile__in=written), Q(phone__in=written)),
    ):
        if not value:
            continue
        person = _only_person(of_person, given)
        if person is not None:
            return Found(_place_of(person, given), person, match)
        customer = _only(Customer.objects.live().filter(of_customer))
        if customer is not None:
            return Found(customer, None, match)
    customer = _by_number(given)
    return Found(customer, None, Match.NUMBER) if customer is not None else Found()


def _only_person(condition: Q, given: Given) -> Person | None:
    """Return the one person; of several behind one address, the one of that name."""
    rows = list(Person.objects.live().filter(condition)[:_ENOUGH])
    if len(rows) > 1:
        name = standardise.name_key(given.name)
        rows = [row for row in rows if standardise.name_key(row.name) == name]
    return rows[0] if len(rows) == 1 else None


def _place_of(person: Person, given: Given) -> Customer | None:
    """Return where the person is now; of several places, the one that the form names."""
    places = Contact.objects.filter(
        person=person, ended_on__isnull=True, customer__deleted_at__isnull=True
    ).select_related("customer")
    rows = [place.customer for place in places[:_ENOUGH]]
    if len(rows) > 1:
        rows = [row for row in rows if _is_named(row, given)]
    return rows[0] if len(rows) == 1 else None


def _is_named(customer: Customer, given: Given) -> bool:
    key = standardise.name_key(given.organisation) if given.organisation else ""
    return (bool(key) and standardise.name_key(customer.name) == key) or (
        bool(given.reference) and customer.code == given.reference.strip()
    )


def _by_number(given: Given) -> Customer | None:
    """A number alone may be anybody's, and so may a name; together they are one customer's."""
    if not (given.reference and given.organisation):
        return None
    row = _only(Customer.objects.live().filter(code=given.reference.strip()))
    key = standardise.name_key(given.organisation)
    return row if row is not None and standardise.name_key(row.name) == key else None


def _only(rows: object) -> Customer | None:
    found = list(rows[:2])  # type: ignore[index]
    return found[0] if len(found) == 1 else None
