"""The call that a forecast suggests: a task for a person, once for each customer and run."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import LikelyComplainer
from core.models import User
from customers.domain.tasks import create_task
from customers.models import Task

DUE_DAYS = 2


@transaction.atomic
def plan_call(row: LikelyComplainer, *, by: User, at: datetime | None = None) -> Task:
    """Give the customer's owner the task to call, with the reasons; a second call returns the same task.

    Refused as `create_task` refuses: an owner who cannot sign in, a customer in the recycle bin.
    """
    moment = at or timezone.now()
    task = create_task(
        _("Call: may complain soon"),
        customer=row.customer,
        due_on=timezone.localdate(moment) + timedelta(days=DUE_DAYS),
        note=_("A hint from what is known, not a fact: %(reasons)s.") % {"reasons": "; ".join(row.said)},
        dedupe=f"likely-{row.forecast_id}-{row.customer_id}",
        by=by,
    )
    LikelyComplainer.objects.filter(pk=row.pk).update(task=task)
    return task
