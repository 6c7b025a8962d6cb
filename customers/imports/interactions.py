"""Interaction files: calls, visits and messages as people note them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports.declared import DeclaredSession, DeclaredTarget, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.models import User
from customers.choices import Channel, Direction
from customers.domain.interactions import delete_interaction, record_interaction, update_interaction
from customers.imports.options import SourceOptionsForm
from customers.imports.references import (
    CUSTOMER_FIELDS,
    CUSTOMER_KEYS,
    CustomerReference,
    PersonReference,
    UserReference,
)
from customers.models import Interaction

_CHANNELS = {
    "visit": "visited, 拜访, 走访, 上门, 拜訪", "counter": "柜台, 櫃檯, 到店", "phone": "call, tel, telephone, 电话, 電話, 通话",
    "email": "mail, 邮件, 郵件, 邮箱", "wechat": "weixin, 微信, 企业微信, 企業微信", "app": "小程序", "sms": "短信, 簡訊, text",
    "chat": "在线客服, 線上客服", "seminar": "研讨会, 研討會, 讲座", "event": "活动, 活動", "social": "社交媒体, 社群媒體",
    "meeting": "会议, 會議, 面谈", "note": "备注, 備註, 记录",
}  # fmt: skip

FIELDS: tuple[TargetField, ...] = (
    *CUSTOMER_FIELDS,
    TargetField(
        "occurred_at", _("When"), "datetime", is_required=True,
        synonyms="date, time, datetime, occurred at, day, 时间, 日期, 发生时间, 跟进时间, 拜访时间, 拜访日期, 互动时间, 联系时间, 時間, 發生時間, 跟進時間, 拜訪時間, 拜訪日期, 互動時間, 聯繫時間",
    ),
    TargetField(
        "summary", _("Summary"), max_length=200, is_required=True,
        synonyms="subject, topic, what, title, 摘要, 主题, 概要, 跟进内容, 沟通内容, 标题, 主題, 跟進內容, 溝通內容, 標題",
    ),
    TargetField(
        "body", _("Details"), "long_text", max_length=20000,
        synonyms="content, description, notes, 详情, 内容, 详细内容, 备注, 说明, 詳情, 內容, 詳細內容, 備註, 說明",
    ),
    TargetField(
        "channel", _("Channel"), "choice", choices=Channel, words=_CHANNELS,
        synonyms="type, medium, way, 渠道, 方式, 跟进方式, 沟通方式, 联系方式, 管道, 跟進方式, 溝通方式, 聯繫方式",
    ),
    TargetField(
        "direction", _("Began"), "choice", choices=Direction,
        synonyms="direction, inbound or outbound, initiated by, 方向, 发起方, 由谁发起, 發起方, 由誰發起",
        words={"inbound": "in, incoming, customer, 客户, 客戶, 来电, 來電", "outbound": "out, outgoing, us, 我方, 去电, 去電"},
    ),
    TargetField(
        "person", _("With"), max_length=200,
        synonyms="contact, contact person, person, 联系人, 对方联系人, 客户联系人, 聯絡人, 聯繫人, 對方聯繫人, 客戶聯繫人, 联络人",
        help=_("Name, mobile or e-mail of a contact of the customer."),
    ),
    TargetField(
        "by", _("By"), max_length=254, synonyms="owner, staff, sales, 跟进人, 负责人, 记录人, 销售, 业务员, 由谁, 跟進人, 負責人, 記錄人, 銷售, 業務員, 由誰",
        help=_("Who of us it was: full name, login name or e-mail. You, when empty."),
    ),
    TargetField("minutes", _("Minutes"), "integer", synonyms="duration, length, 时长, 分钟, 时长（分钟）, 時長, 分鐘, 時長（分鐘）"),
    TargetField(
        "expectation", _("The customer expects"), max_length=200,
        synonyms="expectation, request, wish, 客户期望, 客户要求, 期望, 客戶期望, 客戶要求",
    ),
    TargetField("expected_by", _("Expected by"), "date", synonyms="deadline, 期望日期, 期望完成日期, 截止日期"),
    TargetField(
        "next_step", _("Next step"), max_length=200, synonyms="next action, follow up, 下一步, 后续行动, 下次跟进内容, 後續行動, 下次跟進內容"
    ),
    TargetField(
        "next_step_on", _("Next step on"), "date",
        synonyms="next date, follow up date, 下次联系日期, 下次跟进时间, 下一步日期, 下次聯繫日期, 下次跟進時間",
    ),
    TargetField(
        "external_id", _("Number"), "identifier", max_length=120, is_key=True,
        synonyms="id, no, activity id, record id, 编号, 记录编号, 流水号, 編號, 記錄編號, 流水號",
    ),
)  # fmt: skip


class InteractionTarget(DeclaredTarget):
    """What was said and done with a customer."""

    key = "customers.interaction"
    title = _("Interactions")
    group = ImportGroup.WORK
    order = 10
    fields = FIELDS
    plain = (
        "occurred_at", "summary", "body", "channel", "direction", "minutes", "expectation", "expected_by",
        "next_step", "next_step_on", "external_id",
    )  # fmt: skip
    identity = (
        ("external_id",),
        *((key, "occurred_at", "summary") for key in CUSTOMER_KEYS),
    )
    require_any = (CUSTOMER_KEYS,)
    references = (
        lambda session: CustomerReference(session, Interaction),
        lambda session: PersonReference("person"),
        lambda session: UserReference(session, "by"),
    )
    options_form = SourceOptionsForm
    list_url_name = "customers:interaction-list"
    model = Interaction

    def page_of(self, record: Any) -> str:
        """The page of the customer."""
        return str(record.customer.get_absolute_url())

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """What is to come is a task, no interaction."""
        if plan.values["occurred_at"] > timezone.now() + timedelta(days=1):
            plan.row.refuse("date_in_future", "occurred_at", last=timezone.localdate().isoformat())
        if plan.values.get("external_id"):
            plan.values["source_system"] = str(session.options.get("source_system") or "file")

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The interaction of that number, else the one of this customer, minute and summary."""
        source = str(session.options.get("source_system") or "file")
        numbers = {plan.values["external_id"] for plan in plans if plan.values.get("external_id")}
        ids = {plan.values["customer"].pk for plan in plans}
        same = models.Q(
            customer__in=ids, summary__in={plan.values["summary"] for plan in plans}, deleted_at__isnull=True
        )
        known: dict[Any, Interaction] = {}
        rows = Interaction.objects.filter(models.Q(source_system=source, external_id__in=numbers) | same)
        for row in rows.select_related("customer", "person", "by").order_by("-pk"):
            known[row.customer_id, row.occurred_at.replace(second=0, microsecond=0), row.summary] = row
            if row.external_id and row.source_system == source:
                known[row.external_id] = row
        for plan in plans:
            said = plan.values
            minute = said["occurred_at"].replace(second=0, microsecond=0)
            plan.record = known.get(said.get("external_id")) or known.get(
                (said["customer"].pk, minute, said["summary"])
            )
            if plan.record is not None and plan.record.deleted_at is not None:
                plan.row.refuse("in_recycle_bin", "external_id")
            elif plan.record is not None and plan.record.customer_id != said["customer"].pk:
                plan.row.refuse("out_of_reach", "external_id")

    def differences(self, plan: Plan) -> dict[str, Any]:
        """A moment within the stored minute is the same moment."""
        changes = super().differences(plan)
        stored = plan.record.occurred_at.replace(second=0, microsecond=0)
        if "occurred_at" in changes and changes["occurred_at"].replace(second=0, microsecond=0) == stored:
            del changes["occurred_at"]
        return changes

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Keep what happened."""
        data = {key: value for key, value in values.items() if key != "customer"}
        return record_interaction(values["customer"], data, by=session.by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Correct it."""
        return update_interaction(record, changes, by=by)

    def remove(self, record: Any, by: User) -> None:
        """Put it into the recycle bin."""
        delete_interaction(record, by=by)
