"""One team with everything a team has: what the tests that cross packages walk over."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext_lazy

from analytics.models import CaseTally, ChurnWarning, WarningMove
from analytics.tests.factories import ChurnWarningFactory
from complaints.domain.alerts import raise_alert, take_call_score
from complaints.domain.articles import write_article
from complaints.domain.causes import Bone, create_cause, link_cause, write_investigation
from complaints.domain.compensation import propose
from complaints.domain.conduct import Evidence, decide_designation, propose_designation
from complaints.domain.entries import add_note
from complaints.domain.escalation import fire_case
from complaints.domain.first_contact import begin_first_contact
from complaints.domain.improvements import plan_improvement
from complaints.domain.letter_issue import issue_letter
from complaints.domain.letters import approve_letter, draft_letter, edit_letter, submit_letter
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.mail.receiving import receive
from complaints.domain.mail.taking import take
from complaints.domain.merging import link_cases
from complaints.domain.moves import answer, assign, solve
from complaints.domain.objections import receive_objection
from complaints.domain.references import cite
from complaints.domain.registering import register_case
from complaints.domain.work_orders import create_work_order
from complaints.models import (
    Alert,
    Article,
    CallBack,
    CallScore,
    CaseLetter,
    CaseLink,
    Citation,
    Compensation,
    Complaint,
    ConductCriterion,
    ConductObjection,
    DecisionLetter,
    Designation,
    Escalation,
    FirstContact,
    Forecast,
    FormSubmission,
    Handler,
    Improvement,
    InboundMail,
    LegalReference,
    LetterHandover,
    LikelyComplainer,
    Mailbox,
    Queue,
    WorkOrder,
)
from complaints.tests.factories import ComplaintFactory
from core.domain.attachments import add_attachment, make_preview
from core.domain.departures import arrange_departure
from core.domain.exports import request_export
from core.domain.imports import start_run
from core.domain.jobs import later
from core.domain.notifications import notify
from core.domain.tokens import make_token
from core.models import (
    Absence,
    ApiToken,
    Attachment,
    BulkRun,
    Departure,
    ImportRun,
    Job,
    Notification,
    Organisation,
    SavedView,
    Share,
    Team,
    User,
    UserSession,
)
from core.tests.factories import TeamFactory, UserFactory
from core.tests.files import picture
from customers.domain.axes import move_axis
from customers.domain.contacts import add_contact, create_person, link_people
from customers.domain.customers import create_customer, delete_customer, update_customer
from customers.domain.interactions import record_interaction
from customers.domain.order_states import delete_order, refund_order
from customers.domain.orders import create_order
from customers.domain.tasks import create_task
from customers.models import Contact, Customer, Interaction, Metrics, Order, Person, Task

Text = Callable[[str], str]


def plain(word: str) -> str:
    """Text of a customer that nobody looks for."""
    return f"Ordinary {word}"


@dataclass
class Side:
    """One team, its people by role, and one of each record that belongs to the team."""

    team: Team
    owner: User
    customer: Customer
    deleted_customer: Customer
    person: Person
    acquaintance: Person
    contact: Contact
    interaction: Interaction
    order: Order
    refund: Order
    draft: Order
    deleted_order: Order
    task: Task
    warning: ChurnWarning
    attachment: Attachment
    case: Complaint
    work_order: WorkOrder
    escalation: Escalation
    first_contact: FirstContact
    link: CaseLink
    solved: Complaint
    compensation: Compensation
    callback: CallBack
    complaint: Complaint
    article: Article
    alert: Alert
    improvement: Improvement
    likely: LikelyComplainer
    call_score: CallScore
    letter: DecisionLetter
    handover: LetterHandover
    designation: Designation
    objection: ConductObjection
    citation: Citation
    mail: InboundMail
    loose_mail: InboundMail
    case_letter: CaseLetter
    tally: CaseTally
    people: dict[str, User] = field(default_factory=dict)

    def person_in(self, role: str) -> User:
        """A member of the team who holds just this role."""
        if role not in self.people:
            user = UserFactory(
                team=self.team, username=f"{role}-{self.team.pk}", is_service=role == "integration"
            )
            user.groups.add(Group.objects.get(name=role))
            self.people[role] = user
        return self.people[role]


@dataclass
class Belongings:
    """What belongs to one person and to nobody else."""

    job: Job
    run: ImportRun
    notification: Notification
    export: str
    token: ApiToken | None
    departure: Departure
    session: UserSession
    view: SavedView
    bulk: BulkRun
    share: Share
    absence: Absence


def make_side(
    name: str,
    text: Text = plain,
    *,
    phone: str = "021 5555 0101",
    mark: str = "ordinary",
    amount: Decimal = Decimal(12_000),
) -> Side:
    """Make a team and let its manager work for a day, through the domain as the pages would."""
    team = TeamFactory(name=name)
    by = UserFactory(team=team, username=f"boss-{team.pk}")
    by.groups.add(Group.objects.get(name="manager"))
    customer = _customer(text, phone, mark, by)
    person, acquaintance, contact = _people(customer, text, phone, mark, by)
    orders = _orders(customer, text, mark, amount, by)
    task = create_task(text("task"), customer=customer, owner=by, note=text("task note"), by=by)
    side = Side(
        team=team,
        owner=by,
        customer=customer,
        deleted_customer=delete_customer(create_customer({"name": text("deleted")}, by=by), by=by),
        person=person,
        acquaintance=acquaintance,
        contact=contact,
        interaction=_interaction(customer, person, text, mark, by),
        task=task,
        warning=_warning(customer, task, text, by),
        attachment=_attachment(customer, text, by),
        **_cases(customer, text, phone, mark, by),
        **_solved(customer, text, by),
        **_learned(customer, text, by),
        **_told(customer, text, by),
        tally=CaseTally.objects.create(
            grain="day", on=timezone.localdate(), kind="complaint", scope=f"team:{team.pk}", team=team
        ),
        **orders,
    )
    for record in (side.task, side.work_order, side.improvement):
        # What holds code is taken for a page, and not under the name of a text.
        source = io.BytesIO(text("file").replace("<", "").encode())
        add_attachment(record, source, name=f"{text('file')}.txt", note=text("file note"), by=by)
    return side


def _cases(customer: Customer, text: Text, phone: str, mark: str, by: User) -> dict[str, Any]:
    """A complaint with everything that a case has, and another that belongs to it."""
    values = {
        "title": text("complaint")[:200],
        "description": text("what happened"),
        "remedy_sought": text("remedy")[:300],
        "customer": customer,
        "contact_name": text("caller")[:120],
        "contact_phone": phone,
        "contact_email": f"{mark}@company.test",
        "received_at": timezone.now() - timedelta(days=30),
        **_known_as(mark, text),
    }
    case = assign(register_case(values, by=by), by, by=None)
    add_note(case, text("case note"), by=by, at=timezone.now())
    given = {"organisation": text("organisation"), "reference": text("number given")[:60]}
    FormSubmission.objects.create(complaint=case, key=f"form-{case.pk}", consent_version=1, **given)
    contact = begin_first_contact(case, emotion="4", by=by)
    fire_case(case.pk, at=timezone.now())
    answer(case, text("answer"), by=by)
    order = create_work_order(case, text("work order")[:200], team=by.team, note=text("order note"), by=by)
    other = register_case({"title": text("request")[:200], "kind": "request", "customer": customer}, by=by)
    Handler.objects.create(user=by, skills=[text("skill")[:40]])
    case.refresh_from_db()
    return {
        "case": case,
        **_mails(case, text, mark, by),
        "work_order": order,
        "escalation": Escalation.objects.filter(complaint=case, state="fired").order_by("pk")[0],
        "first_contact": contact,
        "link": link_cases(case, other, "related", by=by),
    }


def _mails(case: Complaint, text: Text, mark: str, by: User) -> dict[str, Any]:
    """What came by mail: with the case, and without any; and an answer that could not be sent."""
    queue = Queue.objects.create(name_en=f"Mail {by.team_id}", team=by.team, is_automatic=False)
    box = Mailbox.objects.create(
        name=f"Mail {by.team_id}", address=f"box{by.team_id}@perennial.test", queue=queue
    )
    letter = answer_by_mail(case, text("mailed answer"), by=by).letter
    CaseLetter.objects.filter(pk=letter.pk).update(state="failed", error=text("refused"))

    def taken(name: str, **headers: str) -> InboundMail:
        message = EmailMessage()
        message["From"] = f"{mark} <{mark}@company.test>"
        message["Subject"] = text(name)
        message["Message-ID"] = f"<{mark}-{len(name)}-{case.pk}@company.test>"
        for header, value in headers.items():
            message[header] = value
        message.set_content(text("mail"))
        mail = receive(box, message.as_bytes())
        take(mail.pk)
        mail.refresh_from_db()
        return mail

    return {
        "mail": taken("answer of the customer", References=letter.message_id),
        "loose_mail": taken("newsletter", Precedence="junk"),
        "case_letter": letter,
    }


def _known_as(mark: str, text: Text) -> dict[str, str]:
    """The number under which another system knows a record."""
    return {"source_system": "legacy", "external_id": f"{mark}-{text('external').replace(' ', '-')}"}


def _customer(text: Text, phone: str, mark: str, by: User) -> Customer:
    data = {
        "name": text("name"),
        "short_name": text("short"),
        "region": text("region"),
        "city": text("city"),
        "address": text("address"),
        "phone": phone,
        "email": f"{mark}@company.test",
        "website": f"https://{mark}.company.test/",
        "preferences": text("preferences"),
        "notes": text("notes"),
        **_known_as(mark, text),
    }
    customer = create_customer(data, by=by)
    customer = update_customer(customer, {"notes": text("notes, changed")}, by=by)
    move_axis(customer, "stage", "growth", reason=text("reason"), by=by)
    customer.refresh_from_db()
    Metrics.objects.filter(customer=customer).update(
        as_of=date(2026, 11, 22), segment="champions", churn_risk=0.8, value_at_stake=Decimal(90_000)
    )
    return customer


def _people(
    customer: Customer, text: Text, phone: str, mark: str, by: User
) -> tuple[Person, Person, Contact]:
    data = {
        "name": text("person"),
        "mobile": phone.replace("0101", "0202"),
        "email": f"{mark}.person@company.test",
        "wechat": text("wechat").replace(" ", "_"),
        "taboos": text("taboos"),
        "notes": text("person notes"),
        **_known_as(mark, text),
    }
    contact = add_contact(customer, data, {"title": text("title"), "department": text("department")}, by=by)
    other = create_person({"name": text("acquaintance")}, by=by)
    add_contact(customer, other, {}, by=by)
    link_people(contact.person, other, text("nature"), by=by)
    return contact.person, other, contact


def _interaction(customer: Customer, person: Person, text: Text, mark: str, by: User) -> Interaction:
    data = {
        "person": person,
        "channel": "phone",
        "direction": "outbound",
        "summary": text("summary"),
        "body": text("body"),
        "occurred_at": timezone.now() - timedelta(hours=2),
        "expectation": text("expectation"),
        "next_step": text("next step"),
        **_known_as(mark, text),
    }
    return record_interaction(customer, data, by=by)


def _orders(customer: Customer, text: Text, mark: str, amount: Decimal, by: User) -> dict[str, Order]:
    def order(day: int, value: Decimal, state: str = "confirmed", **more: str) -> Order:
        values = {
            "ordered_on": date(2026, 3, day),
            "amount": value,
            "state": state,
            "note": text(f"order note {day}"),
            **more,
        }
        return create_order(customer, values, by=by)

    first = order(1, amount, **_known_as(mark, text))
    return {
        "order": first,
        "refund": refund_order(first, Decimal(500), note=text("refund note"), by=by),
        "draft": order(2, Decimal(3_000), "draft"),
        "deleted_order": delete_order(order(3, Decimal(700)), by=by),
    }


def _warning(customer: Customer, task: Task, text: Text, by: User) -> ChurnWarning:
    day = date(2026, 11, 22)
    warning: ChurnWarning = ChurnWarningFactory(
        customer=customer, opened_on=day, as_of=day, owner=by, task=task, note=text("warning note")
    )
    warning.evidence["inputs"]["last_day"] = "2026-03-01"  # else the night takes the order for a reply
    warning.save()
    WarningMove.objects.create(warning=warning, new="open", note=text("move note"))
    return warning


def _solved(customer: Customer, text: Text, by: User) -> dict[str, Any]:
    """A complaint that is solved, with what was found out, what is given, and who calls back."""
    received = {"title": text("complaint"), "description": text("what happened"), "customer": customer}
    case = assign(register_case(received, by=by), by, by=None)
    # The register of causes is everybody's: nobody writes customers into it.
    cause = create_cause({"code": f"cause-{case.pk}", "name_en": f"Cause {case.pk}"}, by=by)
    link_cause(case, cause, by=by)
    write_investigation(
        case,
        {"summary": text("findings")},
        whys=[("", text("because"))],
        bones=[Bone("man", text("bone"))],
        by=by,
    )
    given = {"measure": "refund", "amount": Decimal(500), "currency": Organisation.load().base_currency}
    compensation = propose(case, given, by=by)
    solved = solve(case, text("solution"), decision="upheld", by=by)
    return {"solved": solved, "compensation": compensation, "callback": solved.callbacks.get()}


def _attachment(customer: Customer, text: Text, by: User) -> Attachment:
    """A picture with a small one, so that every door to it opens."""
    source = io.BytesIO(picture())
    made = add_attachment(customer, source, name=f"{text('picture')}.png", note=text("file note"), by=by)
    make_preview(made.pk)
    made.refresh_from_db()
    return made


def _learned(customer: Customer, text: Text, by: User) -> dict[str, Any]:
    """A solved complaint, the draft of an article, an early warning and an improvement."""
    now = timezone.now()
    case = ComplaintFactory(
        customer=customer,
        owner=by,
        title=text("complaint"),
        description=text("what happened"),
        state="closed",
        ended_at=now,
        solved_at=now,
        solution=text("solution"),
    )
    # Articles are everybody's who reads them: nobody writes customers into them.
    article = write_article({"title": f"Article {case.pk}", "body": "What helped"}, by=by)
    alert = raise_alert(
        "negative", f"of-{case.pk}", at=now, complaint=case, customer=customer, evidence={"score": -5.0}
    )
    plan = {
        "title": text("improvement"),
        "owner": by,
        "due_on": date(2099, 1, 1),
        "cause_note": text("cause"),
    }
    return {
        "complaint": case,
        "article": article,
        "alert": alert,
        "call_score": take_call_score(
            case, {"source_system": "cti", "external_id": str(case.pk), "anger": 0.1}, at=now
        ),
        "improvement": plan_improvement(plan, by=by),
        "likely": _likely(customer),
    }


def _told(customer: Customer, text: Text, by: User) -> dict[str, Any]:
    """A solved complaint with an issued letter, a rule for contacts with an objection, and a citation."""
    received = {"title": text("complaint"), "description": text("what happened"), "customer": customer}
    case = assign(register_case({**received, "person": None}, by=by), by, by=None)
    case = solve(case, text("solution"), decision="upheld", by=by)
    letter = draft_letter(case, language="en", by=by)
    said = {"recipient": text("recipient")[:200], "address": text("address"), "body": text("letter")}
    second = UserFactory(username=f"second-{by.pk}")
    second.groups.add(Group.objects.get(name="manager"))
    letter = edit_letter(letter, said, by=by)
    if letter.needs_approval:
        letter = approve_letter(submit_letter(letter, by=by), by=second)
    issued = issue_letter(letter, way="post", by=by)
    proposal = propose_designation(
        case,
        {"scope": "customer", "reason": text("reason"), "in_writing": True, "months": 6},
        criteria=ConductCriterion.objects.all()[:1],
        evidence=Evidence(entries=case.entries.filter(kind="inbound")),
        by=by,
    )
    held = decide_designation(proposal, agrees=True, note=text("decision note"), by=second)
    day = timezone.localdate()
    return {
        "letter": issued,
        "handover": issued.handovers.get(),
        "designation": held,
        "objection": receive_objection(held, text("objection"), on=day, by=by),
        "citation": cite(case, LegalReference.objects.order_by("pk")[0], by=by),
    }


def _likely(customer: Customer) -> LikelyComplainer:
    """A place in tonight's forecast."""
    forecast, _first = Forecast.objects.get_or_create(day=timezone.localdate(), defaults={"method": "points"})
    return LikelyComplainer.objects.create(
        forecast=forecast,
        customer=customer,
        place=customer.pk,
        score=3,
        reasons=[{"sign": "open", "value": 1, "weight": 3}],
        signs="|open|",
    )


def make_belongings(user: User, text: Text = plain) -> Belongings:
    """Let a person ask for work, upload a file, get a message and make a token, where the role allows."""
    job = later("core.tasks.tick", title=text("job"), by=user, dedupe=f"of-{user.pk}")
    notify(
        [user],
        kind="churn_warnings",
        title=gettext_lazy("%(text)s"),
        params={"text": text("message")},
        url="/",
    )
    admin = _administrator()
    export = request_export("customers.customer", query="", file_format="csv", by=admin)
    Job.objects.filter(pk=export.pk).update(created_by=user)
    run = start_run(
        "customers.order",
        io.BytesIO(f"customer_name,ordered_on,amount\n{text('row')},2026-05-05,10\n".encode()),
        filename=f"{text('file')}.csv",
        by=admin,
    )
    ImportRun.objects.filter(pk=run.pk).update(created_by=user)
    token, _secret = make_token(
        admin,
        name=text("token"),
        expires_at=timezone.now() + timedelta(days=9),
        scopes=["*:read"],
        by=admin,
        at=timezone.now(),
    )
    ApiToken.objects.filter(pk=token.pk).update(user=user)
    departure = arrange_departure(
        UserFactory(team=user.team, full_name="Leaver"), last_day=date(2099, 1, 1), plan={}, by=admin
    )
    for row in (job, run, token):
        row.refresh_from_db()
    return Belongings(
        job=job,
        run=run,
        notification=Notification.objects.filter(user=user).latest("pk"),
        export=export.url.rstrip("/").rsplit("/", 1)[-1],
        token=token,
        departure=departure,
        session=UserSession.objects.create(user=user, session_key=uuid4().hex, browser=text("browser")),
        view=SavedView.objects.create(list_key="customers.customer", name=text("view")[:60], owner=user),
        bulk=BulkRun.objects.create(
            list_key="customers.customer", action="fields", query=text("query"), created_by=user
        ),
        # Of nothing that exists: it is about whose share it is, not about what it opens.
        share=Share.objects.create(
            subject_type="customers.customer",
            subject_id=10**9 + user.pk,
            subject_label=text("shared"),
            user=admin,
            by=user,
            note=text("share note"),
        ),
        absence=Absence.objects.create(
            user=user,
            deputy=admin if user.pk != admin.pk else departure.user,
            starts_on=date(2099, 1, 1),
            ends_on=date(2099, 1, 2),
            note=text("absence note"),
            by=admin,
        ),
    )


def _administrator() -> User:
    found = User.objects.filter(is_superuser=True).first()
    return found or UserFactory(username="root-of-all", is_superuser=True)
