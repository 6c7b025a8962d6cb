"""Put the demo company together."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from django.db import transaction

from core.domain.search import fill_all
from core.models import Organisation, User
from crm.demo.activity import make_interactions, make_own_tasks, make_stages, make_tasks
from crm.demo.complaints import make_complaints
from crm.demo.complaints_foresight import make as bring_over_complaints
from crm.demo.complaints_intake import make as make_intake
from crm.demo.complaints_learning import make as make_learning
from crm.demo.complaints_letters import make as make_letters
from crm.demo.complaints_mail import make as make_mail
from crm.demo.complaints_public import make as make_public
from crm.demo.complaints_solving import make as make_solving
from crm.demo.complaints_together import make as make_together
from crm.demo.customers import make_customers, make_people
from crm.demo.files import make_files
from crm.demo.lent import make_lent
from crm.demo.notifications import make_notifications
from crm.demo.orders import make_orders
from crm.demo.people import make_catalogue, make_staff
from crm.demo.picklists import make_picklists
from crm.demo.platform import make_platform

#: Changing it changes every demo installation; the same seed and day give the same company.
SEED = 20_190_301
CUSTOMERS = 600


def is_empty() -> bool:
    """True while nobody can sign in: a fresh database."""
    return not User.objects.exists() and not Organisation.objects.filter(is_demo=True).exists()


@transaction.atomic
def build_company(*, today: date, customers: int = CUSTOMERS, say: Callable[[str], None] = print) -> None:
    """Make staff, customers, orders and what was said and done, in one transaction."""
    rng = random.Random(SEED)
    users = make_staff()
    products = make_catalogue(today.replace(day=1, year=today.year - 3))
    profiles = make_customers(customers, today=today, users=users, rng=rng)
    people = make_people(profiles, today=today, rng=rng)
    say(f"{len(profiles)} customers")
    orders = make_orders(profiles, products, today=today, rng=rng)
    say(f"{sum(len(days) for days in orders.values())} orders")
    talks = make_interactions(profiles, people, orders, today=today, rng=rng)
    say(f"{talks} interactions")
    make_tasks(profiles, today=today, rng=rng)
    make_own_tasks(users, profiles, today=today, rng=rng)
    make_stages(profiles, orders, today=today, by=users["manager"])
    say(f"{make_complaints(users, today=today)} complaints and requests")
    make_solving(users)
    make_learning(users, today=today)
    make_intake(users)
    make_together(users)
    make_letters(users, today=today)
    say(f"{bring_over_complaints(users, today=today)} complaints of the former system")
    make_public(users)
    make_mail(users)
    make_notifications(users, today=today)
    make_picklists(by=users["admin"])
    make_lent(users, today=today)
    make_files(users)
    make_platform(users, today=today)
    # Last: what was made past the verbs is found too.
    fill_all(again=True)
