"""Task files: what people have to do, from their spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import AuditAction
from core.domain.audit import record as audit
from core.errors import Conflict
from core.imports.declared import DeclaredSession, DeclaredTarget, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.models import User
from customers.choices import Priority, TaskState
from customers.domain.tasks import create_task, update_task
from customers.imports.references import (
    CUSTOMER_FIELDS,
    CUSTOMER_KEYS,
    CustomerReference,
    TeamReference,
    UserReference,
)
from customers.models import Task

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "title", _("Title"), max_length=200, is_required=True,
        synonyms="task, subject, what, to do, todo, 标题, 待办, 任务, 待办事项, 事项, 任务名称, 標題, 待辦, 任務, 待辦事項, 事項, 任務名稱",
    ),
    *CUSTOMER_FIELDS,
    TargetField(
        "owner", _("Owner"), max_length=254,
        synonyms="assignee, assigned to, responsible, who, 负责人, 执行人, 经办人, 责任人, 承辦人, 負責人, 執行人, 經辦人, 責任人, 承办人",
    ),
    TargetField("team", _("Team"), max_length=100, synonyms="department, branch, 团队, 部门, 團隊, 部門"),
    TargetField(
        "due_on", _("Due"), "date",
        synonyms="due date, due on, deadline, date, 截止日期, 到期日, 期限, 完成期限, 到期",
    ),
    TargetField(
        "priority", _("Priority"), "choice", choices=Priority, synonyms="urgency, importance, 优先级, 紧急程度, 优先, 優先級, 緊急程度, 優先",
        words={"high": "urgent, 1, 紧急, 緊急, 重要", "normal": "medium, 2, 一般, 普通, 中", "low": "3, 不急"},
    ),
    TargetField(
        "note", _("Note"), "long_text", max_length=20000,
        synonyms="notes, remark, description, details, 备注, 说明, 描述, 内容, 備註, 說明, 內容",
    ),
)  # fmt: skip


class TaskTarget(DeclaredTarget):
    """Open tasks."""

    key = "customers.task"
    title = _("Tasks")
    group = ImportGroup.WORK
    order = 20
    fields = FIELDS
    plain = ("title", "due_on", "priority", "note")
    identity = tuple((key, "title", "due_on") for key in CUSTOMER_KEYS)
    references = (
        lambda session: CustomerReference(session, Task),
        lambda session: UserReference(session, "owner"),
        lambda session: TeamReference(session, "team"),
    )
    list_url_name = "customers:task-list"
    model = Task

    def page_of(self, record: Any) -> str:
        """The page of the customer, if the task has one."""
        return str(record.customer.get_absolute_url()) if record.customer is not None else ""

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The task of this title, customer and day; open ones first."""
        rows = Task.objects.visible_to(session.by, "import").filter(
            title__in={plan.values["title"] for plan in plans}
        )
        known: dict[Any, Task] = {}
        for row in rows.select_related("customer", "owner", "team").order_by("-pk"):
            key = (row.title, row.customer_id, row.due_on)
            if key not in known or row.state == TaskState.OPEN:
                known[key] = row
        for plan in plans:
            customer = plan.values.get("customer")
            key = (plan.values["title"], customer.pk if customer else None, plan.values.get("due_on"))
            plan.record = known.get(key)

    def differences(self, plan: Plan) -> dict[str, Any]:
        """A task that is closed stays as it is."""
        return super().differences(plan) if plan.record.state == TaskState.OPEN else {}

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Give the task."""
        return create_task(**values, by=session.by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change it."""
        return update_task(record, changes, by=by)

    def remove(self, record: Any, by: User) -> None:
        """Delete a task that nobody closed: tasks have no recycle bin."""
        if record.state != TaskState.OPEN:
            raise Conflict("changed_since", record.get_state_display())
        audit(AuditAction.DELETED, by=by, subject=record)
        Task.objects.filter(pk=record.pk).delete()
