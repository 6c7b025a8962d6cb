"""The demo company's messages: mentions and tasks that wait for their owners."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from core.domain.notifications import mark_read
from core.mentions import markup_of
from core.models import Notification, User
from core.zones import zone_named
from customers.domain.interactions import record_interaction
from customers.domain.reminders import remind_of_tasks
from customers.models import Customer

#: Messages of a kind that a person has not read.
UNREAD = 1

_MENTIONS = (
    ("manager", "sales", "客户想把秋季班的名额从 20 个加到 30 个", "{who} 报价由你跟进，本周内答复他们。"),
    ("agent", "sales", "Asked who signs the framework contract", "{who} can you call them before Friday?"),
    ("sales", "manager", "对方要求分期付款", "{who} 这个折扣需要你批准。"),
    ("agent", "manager", "投诉教室空调", "{who} 供参考，场地组已经去看了。"),
)


def make_notifications(users: dict[str, User], *, today: date) -> None:
    """Let colleagues mention each other, and remind owners of what is due; some of it is read already."""
    for number, (author, receiver, summary, body) in enumerate(_MENTIONS):
        customer = Customer.objects.visible_to(users[receiver]).order_by("pk")[number]
        who = users[receiver]
        text = body.format(who=markup_of(who.pk, who.display_name))
        at = timezone.now() - timedelta(hours=3 * number + 2)
        record_interaction(
            customer,
            {"channel": "note", "summary": summary, "body": text, "occurred_at": at},
            by=users[author],
        )
        told = Notification.objects.filter(user=who, kind="core.mention").latest("pk")
        Notification.objects.filter(pk=told.pk).update(created_at=at)
    remind_of_tasks(at=datetime.combine(today, time(9), tzinfo=zone_named("")))
    for user in users.values():
        _read_old_ones(user)


def _read_old_ones(user: User) -> None:
    """Let the person have read all but the last message of each kind: who opens the demo sees a few."""
    of_kind: dict[str, list[int]] = defaultdict(list)
    for kind, pk in Notification.objects.filter(user=user).order_by("pk").values_list("kind", "pk"):
        of_kind[kind].append(pk)
    old = [pk for keys in of_kind.values() for pk in keys[:-UNREAD]]
    mark_read(user, at=timezone.now(), ids=old)
