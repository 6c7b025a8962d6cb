"""Which record an address with arguments is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from analytics.domain.segment_maps import seed_segment_maps
from analytics.models import NightlyRun, ScoringPolicy, SegmentMap
from complaints.domain.crises import open_crisis, write_statement
from complaints.domain.reports import make_report
from complaints.models import (
    BusinessCalendar,
    CalendarDay,
    Category,
    Cause,
    CompensationCeiling,
    ConductCriterion,
    Crisis,
    CrisisStep,
    DailyReport,
    GradingRule,
    Handler,
    LegalReference,
    LetterTemplate,
    Level,
    Mailbox,
    PhraseCard,
    PlanStep,
    Policy,
    Portrait,
    PortraitTrait,
    Queue,
    QuietHours,
    Statement,
)
from core.models import AuditEntry, ExchangeRate, OutgoingMail, Schedule, User
from crm.tests.doors import Door
from crm.tests.world import Belongings, Side
from customers.domain.products import create_product, set_price
from customers.domain.tags import create_tag
from customers.models import Price, Product, Tag

#: A record that belongs to a team (`side.…`), to one person (`own.…`), or to the installation.
Finder = Callable[[Side, Belongings], Any]

_BY_NAME: dict[str, Finder] = {
    "customers:contact-create": lambda side, own: side.customer,
    "customers:interaction-create": lambda side, own: side.customer,
    "customers:customer-restore": lambda side, own: side.deleted_customer,
    "customers:order-restore": lambda side, own: side.deleted_order,
    "customers:order-confirm": lambda side, own: side.draft,
    "customers:price-create": lambda side, own: shared(Product),
    "complaints:article-from-case": lambda side, own: side.complaint,
    "complaints:crisis-step-done": lambda side, own: shared(CrisisStep),
    "complaints:crisis-step-update": lambda side, own: shared(CrisisStep),
    "core:service-token-create": lambda side, own: shared_service(),
    "core:export-download": lambda side, own: own.export,
    "core:session-end": lambda side, own: own.session,
    "core:attachment-list": lambda side, own: side.customer,
    "complaints:for-customer": lambda side, own: side.customer,
    "complaints:like-panel": lambda side, own: side.case,
    "complaints:likely-for-customer": lambda side, own: side.customer,
    "complaints:entry-create": lambda side, own: side.case,
    "complaints:link-create": lambda side, own: side.case,
    "complaints:link-delete": lambda side, own: side.case,
    "complaints:work-order-create": lambda side, own: side.case,
    "complaints:entry-mail": lambda side, own: side.case,
    "complaints:level-update": lambda side, own: shared_level(),
    "complaints:level-delete": lambda side, own: shared_level(),
    "complaints:cause-panel": lambda side, own: side.solved,
    "complaints:compensation-panel": lambda side, own: side.solved,
    "complaints:compensation-create": lambda side, own: side.solved,
    "complaints:callback-panel": lambda side, own: side.solved,
    "complaints:letter-panel": lambda side, own: side.solved,
    "complaints:letter-create": lambda side, own: side.solved,
    "complaints:designation-create": lambda side, own: side.case,
    "complaints:designation-banner": lambda side, own: side.customer,
    "complaints:reference-panel": lambda side, own: side.case,
    "complaints:citation-case": lambda side, own: side.case,
    "complaints:citation-letter": lambda side, own: side.letter,
    "complaints:citation-designation": lambda side, own: side.designation,
    "core:user-leave": lambda side, own: own.departure.user,
}
_BY_NOUN: dict[str, Finder] = {
    "complaints:knowledge": lambda side, own: side.complaint,
    "complaints:article": lambda side, own: side.article,
    "complaints:crisis": lambda side, own: shared(Crisis),
    "complaints:statement": lambda side, own: shared(Statement),
    "complaints:plan": lambda side, own: shared(PlanStep),
    "complaints:mailbox": lambda side, own: shared(Mailbox),
    "complaints:inboundmail": lambda side, own: side.loose_mail,
    "complaints:casemail": lambda side, own: side.case,
    "complaints:alert": lambda side, own: side.alert,
    "complaints:likely": lambda side, own: side.likely,
    "complaints:portrait": lambda side, own: shared(Portrait),
    "complaints:improvement": lambda side, own: side.improvement,
    "complaints:report": lambda side, own: shared(DailyReport),
    "complaints:letter": lambda side, own: side.letter,
    "complaints:lettertemplate": lambda side, own: shared(LetterTemplate),
    "complaints:designation": lambda side, own: side.designation,
    "complaints:objection": lambda side, own: side.objection,
    "complaints:criterion": lambda side, own: shared(ConductCriterion),
    "complaints:reference": lambda side, own: shared(LegalReference),
    "complaints:citation": lambda side, own: side.citation,
    "customers:customer": lambda side, own: side.customer,
    "customers:contact": lambda side, own: side.contact,
    "customers:person": lambda side, own: side.person,
    "customers:interaction": lambda side, own: side.interaction,
    "customers:order": lambda side, own: side.order,
    "customers:task": lambda side, own: side.task,
    "customers:product": lambda side, own: shared(Product),
    "customers:price": lambda side, own: shared(Price),
    "customers:tag": lambda side, own: shared(Tag),
    "analytics:warning": lambda side, own: side.warning,
    "analytics:run": lambda side, own: shared(NightlyRun),
    "analytics:segment": lambda side, own: shared(SegmentMap),
    "complaints:complaint": lambda side, own: side.case,
    "complaints:contact": lambda side, own: side.case,
    "complaints:escalation": lambda side, own: side.escalation,
    "complaints:work": lambda side, own: side.work_order,
    "complaints:queue": lambda side, own: shared(Queue),
    "complaints:handler": lambda side, own: side_handler(side),
    "complaints:category": lambda side, own: shared(Category),
    "complaints:gradingrule": lambda side, own: shared(GradingRule),
    "complaints:policy": lambda side, own: shared(Policy),
    "complaints:quiet": lambda side, own: shared(QuietHours),
    "complaints:calendar": lambda side, own: shared(BusinessCalendar),
    "complaints:investigation": lambda side, own: side.solved,
    "complaints:complaintcause": lambda side, own: side.solved,
    "complaints:cause": lambda side, own: shared(Cause),
    "complaints:compensation": lambda side, own: side.compensation,
    "complaints:ceiling": lambda side, own: shared(CompensationCeiling),
    "complaints:callback": lambda side, own: side.callback,
    "complaints:phrases": lambda side, own: side.case,
    "complaints:status": lambda side, own: side.case,
    "complaints:statusaccess": lambda side, own: side.case,
    "complaints:phrase": lambda side, own: shared(PhraseCard),
    "core:notification": lambda side, own: own.notification,
    "core:mail": lambda side, own: shared(OutgoingMail),
    "core:job": lambda side, own: own.job,
    "core:import": lambda side, own: own.run,
    "core:token": lambda side, own: own.token,
    "core:user": lambda side, own: side.owner,
    "core:team": lambda side, own: side.team,
    "core:rate": lambda side, own: shared(ExchangeRate),
    "core:schedule": lambda side, own: shared(Schedule),
    "core:audit": lambda side, own: AuditEntry.objects.about(side.customer).order_by("pk")[0],
    "core:departure": lambda side, own: own.departure,
    "core:view": lambda side, own: own.view,
    "core:bulk": lambda side, own: own.bulk,
    "core:absence": lambda side, own: own.absence,
    "core:share": lambda side, own: own.share,
    "core:attachment": lambda side, own: side.attachment,
    "core:record": lambda side, own: side.customer,
}
#: Arguments beside the record.
_OTHERS: dict[str, Finder] = {
    "kind": lambda side, own: "customers.customer",
    "axis": lambda side, own: "stage",
    "key": lambda side, own: "customers.customer",
    "picklist": lambda side, own: "customers.industry",
    "what": lambda side, own: "off",
    "topic": lambda side, own: "customers",
    # An action that every role may do that may act on many rows at all.
    "list_key": lambda side, own: "customers.task",
    "action": lambda side, own: "complete",
    "other": lambda side, own: side.acquaintance.pk,
    "target": lambda side, own: "customers.order",
    "line": lambda side, own: 2,
    "version": lambda side, own: 1,
    "card": lambda side, own: shared(PhraseCard).pk,
    "uidb64": lambda side, own: "MQ",
    "name": lambda side, own: "rfm",
    "kpi": lambda side, own: "active",
    "period": lambda side, own: "12m",
    "link": lambda side, own: side.link.pk,
    "letter": lambda side, own: side.case_letter.pk,
    "entry": lambda side, own: side.case_letter.entry_id,
    "contact": lambda side, own: side.first_contact.pk,
    "step": lambda side, own: "accept",
    "policy": lambda side, own: shared_level().policy_id,
    "level": lambda side, own: shared_level().pk,
    "day": lambda side, own: CalendarDay.objects.latest("day").pk,
    "number": lambda side, own: side.case.number,
    "part": lambda side, own: "yes",
    "source_system": lambda side, own: side.customer.source_system,
    "external_id": lambda side, own: side.customer.external_id,
}


def shared(model: type[Model]) -> Model:
    """Return some row of a table that is everybody's; `make_shared` made it."""
    return model._default_manager.order_by("pk")[0]


def shared_level() -> Level:
    """Return a level of the ladder of some policy."""
    return Level.objects.order_by("pk")[0]


def side_handler(side: Side) -> Handler:
    """Return the handler of the team."""
    return Handler.objects.get(user=side.owner)


def shared_service() -> User:
    """Return a service user."""
    return User.objects.filter(is_service=True).order_by("pk")[0]


def subject_of(door: Door, side: Side, own: Belongings) -> Any:
    """Return what the address is about; None where it is about no record."""
    if not set(door.arguments) - set(_OTHERS):
        return None
    app, _colon, name = door.name.partition(":")
    finder = _BY_NAME.get(door.name) or _BY_NOUN.get(f"{app}:{name.split('-')[0]}")
    if finder is not None:
        return finder(side, own)
    found = _by_model(door, side, own)
    if found is None:
        raise LookupError(
            f"crm/tests/arguments.py does not know which record {door.name} ({door.template}) is about."
            " Name it in _BY_NAME (this address), in _BY_NOUN (every address of that noun), or, if the"
            " argument is no record, in _OTHERS; let crm/tests/world.py make one where there is none."
        )
    return found


def _by_model(door: Door, side: Side, own: Belongings) -> Any:
    """Return the record of a new address by the model of its view: the team's, the person's, or any."""
    _action, declared = door.right or ("", None)
    model = getattr(door.view, "model", None) or declared
    if model is None:
        return None
    known = [*vars(side).values(), *vars(own).values()]
    return next((row for row in known if type(row) is model), None) or (
        model._default_manager.order_by("pk").first()
    )


def kwargs_of(door: Door, side: Side, own: Belongings) -> dict[str, Any]:
    """Return the arguments of the address for the records of this team and this person."""
    subject = subject_of(door, side, own)
    found: dict[str, Any] = {}
    for name in door.arguments:
        if name in _OTHERS:
            found[name] = _OTHERS[name](side, own)
        else:
            found[name] = getattr(subject, "pk", subject)
    return found


def make_shared(by: User) -> None:
    """Make a row of every table that is everybody's."""
    product = create_product({"code": "OPEN-1", "name": "Open course"}, by=by)
    set_price(product, currency="CNY", amount=Decimal(1_000), valid_from=date(2026, 1, 1), by=by)
    create_tag("renewal", by=by)
    ExchangeRate.objects.get_or_create(
        currency="USD", valid_from=date(2026, 1, 1), defaults={"rate": Decimal("7.1")}
    )
    OutgoingMail.objects.create(
        key="shared", user=by, kind="core.test", state="failed", due_at=timezone.now(), message_id="<x@y>"
    )
    crisis = open_crisis({"title": "Servers down"}, by=by)
    write_statement(crisis, "We are on it.", audience="Customers", by=by)
    make_report(date(2026, 11, 22))
    portrait = Portrait.objects.create(kind="all", day=date(2026, 11, 22), cases=20, customers=12, active=90)
    PortraitTrait.objects.create(
        portrait=portrait,
        attribute="tier",
        value="core",
        n=6,
        cases=9,
        total=12,
        share=0.5,
        low=0.25,
        high=0.75,
        base_n=30,
        base_total=90,
        lift=1.5,
        is_clear=True,
    )
    seed_segment_maps()
    ScoringPolicy.load()
