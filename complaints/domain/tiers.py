"""Open cases that follow the tier of their customer: priority, policy and deadlines, each once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from complaints.domain.refitting import fit_of, refit
from complaints.models import Complaint, Entry
from core.domain.jobs import later, progress
from core.domain.versions import locked
from core.models import User
from customers.choices import Axis
from customers.models import AxisChange, Customer

#: So many cases are done in the transaction of the change; more are left to a job.
AT_ONCE = 5
#: Cases that one look at the table takes.
CHUNK = 100


def follow_tier(customer: Customer, change: AxisChange) -> None:
    """Let the open cases of a customer whose tier was moved follow, or a job if they are many."""
    if change.axis != Axis.TIER:
        return
    found = _open_cases(customer.pk)[: AT_ONCE + 1]
    if len(found) <= AT_ONCE:
        for key in found:
            _follow(key, change)
        return
    later(
        "complaints.tasks.follow_tier",
        title=gettext_noop("Cases follow the tier of their customer"),
        dedupe=f"case-tier-{change.pk}",
        queue="sla",
        by=change.by,
        url=customer.get_absolute_url(),
        change_id=change.pk,
    )


def follow_change(change_id: int) -> int:
    """Do what is left to the job, one case a transaction; return how many moved. Twice changes nothing."""
    change = AxisChange.objects.select_related("by").get(pk=change_id)
    moved = done = last = 0
    while found := _open_cases(change.customer_id, after=last):
        for key in found:
            moved += _follow(key, change)
            done += 1
            progress(done)
        last = found[-1]
    return moved


def _open_cases(customer_id: int, *, after: int = 0) -> list[int]:
    rows = Complaint.objects.open().filter(customer=customer_id, pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _follow(case_id: int, change: AxisChange) -> bool:
    """Refit one case by the tier that its customer has now; the line of the log is unique for the change."""
    case, line = locked(Complaint.objects.get(pk=case_id)), f"tier:{change.pk}:{case_id}"
    customer = case.customer
    if (
        customer is None
        or customer.pk != change.customer_id
        or Entry.objects.filter(message_id=line).exists()
    ):
        return False
    tier, customer.tier = customer.tier, change.old
    before = fit_of(case)
    customer.tier = tier
    by: User | None = change.by
    return refit(case, before, by=by, at=timezone.now(), tier=tier, line=line)
