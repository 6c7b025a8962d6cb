"""The demo company's saved views: one's own, the team's, everybody's, with words that mean each reader."""

from __future__ import annotations

from typing import Any

from core.choices import ViewScope
from core.domain.views import open_with, save_view
from core.models import User

CUSTOMERS, ORDERS = "customers.customer", "customers.order"
TASKS, CASES = "customers.task", "complaints.complaint"

#: login, list, name, scope, filters, sort, columns
VIEWS: tuple[tuple[str, str, str, str, dict[str, list[str]], str, list[str]], ...] = (
    (
        "sales", CUSTOMERS, "我的高风险客户", ViewScope.PRIVATE, {"owner": ["@me"], "risk": ["high"]}, "-stake",
        ["name", "tier", "silent", "risk", "stake", "next"],
    ),
    (
        "xu", CUSTOMERS, "本团队核心客户", ViewScope.TEAM,
        {"team": ["@my-team"], "tier": ["strategic", "core"]}, "name", [],
    ),
    ("manager", CUSTOMERS, "本季度新客户", ViewScope.PUBLIC, {"created_since": ["@this-quarter"]}, "-created", []),
    ("ana", CUSTOMERS, "Quiet for 90 days", ViewScope.PRIVATE, {"ordered_before": ["@today-90"]}, "", []),
    ("manager", ORDERS, "本季度订单", ViewScope.PUBLIC, {"from": ["@this-quarter"]}, "-amount", []),
    ("sales", ORDERS, "我的上月订单", ViewScope.PRIVATE, {"owner": ["@me"], "from": ["@last-month"], "to": ["@last-month"]}, "-amount", []),
    (
        "sales", TASKS, "我本周到期", ViewScope.PRIVATE,
        {"owner": ["@me"], "state": ["open"], "due_to": ["@this-week"]}, "due", [],
    ),
    (
        "xu", TASKS, "本团队逾期待办", ViewScope.TEAM, {"team": ["@my-team"], "overdue": ["true"]}, "due", [],
    ),
    ("agent", CASES, "我的未结工单", ViewScope.PRIVATE, {"owner": ["@me"], "open": ["true"]}, "due", []),
    (
        "manager", CASES, "本月严重投诉", ViewScope.PUBLIC,
        {"kind": ["complaint"], "grade": ["severe"], "from": ["@this-month"]}, "-received", [],
    ),
)  # fmt: skip


def make_views(users: dict[str, User]) -> None:
    """Keep them; the head of East China opens the customers with the view of the team."""
    for login, key, name, scope, query, sort, columns in VIEWS:
        by = users[login]
        data: dict[str, Any] = {
            "name": name,
            "scope": scope,
            "query": query,
            "sort": sort,
            "columns": columns,
        }
        if scope == ViewScope.TEAM:
            data["team"] = by.team
        view = save_view(key, data, by=by)
        if (login, key) == ("xu", CUSTOMERS):
            open_with(key, view, by=by)
