"""Early warnings: each raised once, settled by a person, and looked back on after thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import Grade, State
from complaints.choices.learning import ALERT_MOVES, AlertKind, AlertState
from complaints.models import Alert, CallScore, Complaint
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import write_changes
from customers.models import Customer

REPEATS = 3
REPEAT_WITHIN = timedelta(days=90)
FOLLOWED_WITHIN = timedelta(days=30)
#: From this score of the telephone system on a call counts as angry.
ANGRY_CALL = 0.7


def raise_alert(kind: str, key: str, *, at: datetime, **values: Any) -> Alert | None:
    """Raise a warning once for each key and tell its owner; None where it was raised before."""
    customer, case = values.get("customer"), values.get("complaint")
    owner = values.get("owner") or (case.owner if case else None) or (customer.owner if customer else None)
    team = values.get("team") or (case.team if case else None) or (customer.team if customer else None)
    defaults = {**values, "kind": kind, "owner": owner, "team": team, "raised_at": at}
    with transaction.atomic():
        alert, first = Alert.objects.get_or_create(key=f"{kind}:{key}"[:120], defaults=defaults)
        if not first:
            return None
        record(AuditAction.CREATED, by=None, subject=alert)
        if owner is not None:
            notify(
                [owner],
                kind="complaint_alert",
                title=gettext_lazy("Early warning: %(kind)s"),
                params={"kind": AlertKind(kind).label},
                url=alert.get_absolute_url(),
                subject=alert,
                dedupe=f"alert-{alert.pk}",
            )
    return alert


@transaction.atomic
def move_alert(alert: Alert, state: str, *, by: User, outcome: str = "", at: datetime | None = None) -> Alert:
    """Take a warning up, or settle it with what was done or why it is nothing.

    Refused: a move that its state does not allow (also when somebody was faster), settling without words.
    """
    moment, text = at or timezone.now(), outcome.strip()[:500]
    stored = locked(alert)
    if state not in ALERT_MOVES[stored.state]:
        raise Conflict(
            "alert_moved", _("This warning is “%(state)s”.") % {"state": stored.get_state_display()}
        )
    values: dict[str, Any] = {"state": state}
    if state == AlertState.ACKNOWLEDGED:
        values["owner"] = by
    elif not text:
        words = _("Say what was done, or why it is nothing.")
        raise DomainError("outcome_needed", words, fields={"outcome": words})
    else:
        values |= {"outcome": text, "closed_at": moment}
    write_changes(stored, values, by=by, at=moment, note=text)
    return stored


# ---- what is looked for -----------------------------------------------------------------------------
def look_for_repeats(at: datetime) -> int:
    """Warn of customers with three or more complaints in ninety days; again only with a newer one."""
    rows = Complaint.objects.complaints().filter(
        received_at__gt=at - REPEAT_WITHIN, received_at__lte=at, customer__isnull=False
    )
    rows = rows.exclude(state=State.MERGED).order_by()
    counts = dict(
        rows.values("customer").annotate(n=Count("pk")).filter(n__gte=REPEATS).values_list("customer", "n")
    )
    raised = 0
    for customer in Customer.objects.live().filter(pk__in=counts).select_related("owner", "team"):
        numbers = list(
            rows.filter(customer=customer).order_by("received_at").values_list("number", flat=True)
        )
        evidence = {"count": counts[customer.pk], "days": REPEAT_WITHIN.days, "cases": numbers[-10:]}
        latest = numbers[-1]
        made = raise_alert(
            AlertKind.REPEAT, f"{customer.pk}:{latest}", at=at, customer=customer, evidence=evidence
        )
        raised += made is not None
    return raised


@transaction.atomic
def take_call_score(case: Complaint, data: Mapping[str, Any], *, at: datetime | None = None) -> CallScore:
    """Keep how angry the telephone system found a call; an angry one warns. The same call is kept once.

    Refused: a score outside 0 to 1, and a call without the number it has in the telephone system.
    """
    moment, anger = at or timezone.now(), data.get("anger")
    if not isinstance(anger, int | float) or not 0 <= anger <= 1:
        text = _("Between 0 and 1.")
        raise DomainError("bad_score", text, fields={"anger": text})
    identity = {name: str(data.get(name, "")).strip() for name in ("source_system", "external_id")}
    if not all(identity.values()):
        text = _("Name the system and its number of the call.")
        raise DomainError("identity_needed", text, fields={"external_id": text})
    try:
        with transaction.atomic():
            score: CallScore = CallScore.objects.create(
                **identity, complaint=case, anger=float(anger), at=data.get("at") or moment
            )
    except IntegrityError:
        known: CallScore = CallScore.objects.get(**identity)
        return known
    if score.anger >= ANGRY_CALL:
        evidence = {"score": score.anger}
        raise_alert(
            AlertKind.CALL, str(case.pk), at=moment, complaint=case, customer=case.customer, evidence=evidence
        )
    return score


# ---- was it right? ----------------------------------------------------------------------------------
def look_back(at: datetime) -> int:
    """Note of each warning about a customer whose thirty days are over which severe complaint followed."""
    due = Alert.objects.filter(
        looked_at__isnull=True, customer__isnull=False, raised_at__lte=at - FOLLOWED_WITHIN
    )
    looked = 0
    for alert in due.order_by("raised_at", "id")[:500]:
        severe = Complaint.objects.complaints().filter(
            customer=alert.customer_id,
            grade=Grade.SEVERE,
            received_at__gt=alert.raised_at,
            received_at__lte=alert.raised_at + FOLLOWED_WITHIN,
        )
        first = severe.order_by("received_at", "id").first()
        rows = Alert.objects.filter(pk=alert.pk, looked_at__isnull=True)
        looked += rows.update(looked_at=at, followed_by=first)
    return looked
