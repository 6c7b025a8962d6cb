"""The columns that a file of cases may have, and the headings that people give them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind, Decision, Grade, Intake
from complaints.imports.options import FileState
from core.imports.fields import TargetField
from customers.imports.references import CUSTOMER_FIELDS
from customers.rules import FIRST_DAY

_KINDS = {
    "complaint": "claim, 投诉单, 客诉, 申诉, 投訴單, 客訴, 申訴",
    "request": "service, request, ticket, enquiry, question, 服务, 服务请求, 咨询, 服务单, 服務, 服務請求, 諮詢, 服務單",
}
_INTAKES = {
    "phone": "call, tel, hotline, 电话, 来电, 热线, 客服热线, 電話, 來電, 熱線, 客服熱線",
    "counter": "visit, branch, in person, 柜台, 现场, 上门, 来访, 面谈, 櫃檯, 現場, 上門, 來訪, 面談",
    "email": "mail, 邮件, 邮箱, 郵件, 郵箱", "form": "web, website, online, 官网, 网页, 网站, 官網, 網頁, 網站",
    "wechat": "weixin, 微信, 公众号, 公眾號", "app": "小程序", "chat": "在线客服, 在線客服", "sms": "text, 短信",
    "letter": "post, 来信, 信函, 书面, 來信, 書面", "social": "weibo, 微博, 抖音, 小红书, 小紅書, 社交媒体, 社交媒體",
    "regulator": "authority, ombudsman, 监管, 监管转办, 12378, 监管部门, 監管, 監管轉辦, 監管部門",
    "other": "其他, 其它",
}  # fmt: skip
_GRADES = {
    "severe": "high, critical, major, 重大, 严重, 特大, 高, 嚴重",
    "general": "medium, normal, 一般, 普通, 中",
    "minor": "low, 轻微, 较轻, 低, 輕微, 較輕",
}
_STATES = {
    "open": (
        "new, in progress, working, pending, waiting, waiting for the customer, processing, 新建, 未结案, 未结, 处理中, "
        "待处理, 进行中, 跟进中, 等待客户, 未完成, 未結案, 未結, 處理中, 待處理, 進行中, 跟進中, 等待客戶"
    ),
    "closed": (
        "resolved, solved, done, completed, finished, solution given, 已关闭, 关闭, 已结案, 结案, 已办结, 办结, 已解决, 已完成, "
        "完成, 已給出解決方案, 已給方案, 已关闭单, 已關閉, 關閉, 已結案, 結案, 已辦結, 辦結, 已解決, 已给出解决方案"
    ),
    "withdrawn": "cancelled, canceled, 撤销, 已撤销, 撤诉, 已撤诉, 撤回, 已撤回, 撤銷, 已撤銷, 撤訴, 已撤訴",
}
_DECISIONS = {
    "upheld": "justified, founded, yes, 成立, 属实, 支持, 有责, 屬實, 有責",
    "partly": "partly, partly justified, 部分成立, 部分属实, 部分屬實",
    "rejected": "not upheld, unfounded, unjustified, no, 不成立, 不属实, 无责, 驳回, 不屬實, 無責, 駁回",
    "goodwill": "goodwill, 通融, 不成立但补偿, 不成立但補償",
}


def days_of_history() -> tuple[date, date]:
    """Days on which something that is brought in may have happened."""
    return FIRST_DAY, timezone.localdate()


FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "external_id", _("Number in the former system"), "identifier", max_length=120, is_required=True, is_key=True,
        also=(_("External ID"), _("Number")),
        synonyms="id, no, number, case no, case number, complaint no, ticket no, 编号, 投诉编号, 工单号, 工单编号, 单号, 流水号, 編號, 投訴編號, 工單號, 工單編號, 單號, 流水號",
    ),
    TargetField(
        "kind", _("Kind"), "choice", choices=CaseKind, words=_KINDS,
        synonyms="type, case type, ticket type, 类型, 工单类型, 案件类型, 類型, 工單類型, 案件類型",
        help=_("Empty: as chosen for the file."),
    ),
    TargetField(
        "title", _("In one sentence"), max_length=200, is_required=True,
        synonyms="title, subject, summary, headline, 标题, 主题, 摘要, 投诉标题, 事由, 标题摘要, 標題, 主題, 投訴標題, 標題摘要",
    ),
    TargetField(
        "description", _("What happened"), "long_text", max_length=20_000,
        synonyms="description, details, content, complaint text, 描述, 内容, 投诉内容, 详情, 经过, 问题描述, 事情经过, 內容, 投訴內容, 詳情, 經過, 問題描述, 事情經過",
    ),
    TargetField(
        "remedy_sought", _("What the customer asks for"), max_length=300,
        synonyms="remedy, demand, request of the customer, 诉求, 客户诉求, 客户要求, 訴求, 客戶訴求, 客戶要求",
    ),
    *CUSTOMER_FIELDS,
    TargetField(
        "person", _("Complainant"), max_length=200, also=(_("Contact"),),
        synonyms="contact, contact person, 联系人, 客户联系人, 聯繫人, 客戶聯繫人, 聯絡人, 联络人",
        help=_("Name, mobile or e-mail of a contact of the customer."),
    ),
    TargetField(
        "contact_name", _("Name given"), max_length=120,
        synonyms="name of complainant, complainant name, caller, 投诉人, 投诉人姓名, 来电人, 反映人, 投訴人, 投訴人姓名, 來電人",
        help=_("Where the complainant is no contact that is known here."),
    ),
    TargetField(
        "contact_phone", _("Phone given"), "phone", max_length=40,
        synonyms="phone, tel, caller number, 电话, 联系电话, 投诉人电话, 来电号码, 電話, 聯繫電話, 投訴人電話, 來電號碼",
    ),
    TargetField(
        "contact_email", _("E-mail given"), "email", max_length=254,
        synonyms="email, mail, 邮箱, 电子邮件, 投诉人邮箱, 郵箱, 電子郵件, 投訴人郵箱, 电子邮箱, 電子郵箱",
    ),
    TargetField(
        "category", _("Category"), max_length=80,
        synonyms="category code, reason, topic, 分类, 类别, 投诉分类, 投诉类别, 投诉原因, 问题分类, 分類, 類別, 投訴分類, 投訴類別, 投訴原因, 問題分類",
        help=_("Code or name, also one that was in use when the case was received."),
    ),
    TargetField(
        "intake", _("Received by"), "choice", choices=Intake, words=_INTAKES,
        synonyms="channel, source, medium, 渠道, 来源, 投诉渠道, 受理渠道, 來源, 投訴渠道, 管道, 投诉管道, 投訴管道, 受理管道",
        help=_("Empty: other channel."),
    ),
    TargetField(
        "grade", _("Grade"), "choice", choices=Grade, words=_GRADES,
        synonyms="severity, level, 等级, 级别, 投诉等级, 投诉级别, 严重程度, 等級, 級別, 投訴等級, 投訴級別, 嚴重程度",
        help=_("Empty: the grading rules decide. Service requests have none."),
    ),
    TargetField(
        "occurred_on", _("Happened on"), "date", bounds=days_of_history,
        synonyms="incident date, date of incident, 发生日期, 发生时间, 事发日期, 發生日期, 發生時間, 事發日期",
    ),
    TargetField(
        "received_at", _("Received"), "datetime", is_required=True,
        synonyms="received at, received on, date, created, created at, opened, 受理时间, 受理日期, 收到时间, 投诉时间, 投诉日期, 登记时间, 创建时间, 受理時間, 收到時間, 投訴時間, 投訴日期, 登記時間, 創建時間",
    ),
    TargetField(
        "acknowledged_at", _("Acknowledged"), "datetime",
        synonyms="acknowledged at, confirmed at, 确认时间, 回执时间, 確認時間, 回執時間",
    ),
    TargetField(
        "responded_at", _("First response"), "datetime",
        synonyms="responded at, first reply, first contact, 首次响应时间, 首次回复时间, 首次联系时间, 首次響應時間, 首次回覆時間, 首次回復時間, 首次聯繫時間",
    ),
    TargetField(
        "state", _("State"), "choice", choices=FileState, words=_STATES,
        synonyms="status, stage, 状态, 处理状态, 工单状态, 是否结案, 狀態, 處理狀態, 工單狀態, 是否結案",
        help=_("Empty: closed where a day of its end is given, else open."),
    ),
    TargetField(
        "solved_at", _("Solution given"), "datetime",
        synonyms="solved at, resolved at, resolution date, 解决时间, 解决日期, 答复时间, 答复日期, 解決時間, 解決日期, 答覆時間, 答覆日期, 答復時間, 答復日期",
        help=_("Empty: when the case was closed."),
    ),
    TargetField(
        "ended_at", _("Ended"), "datetime",
        synonyms="ended at, closed at, closed on, closing date, end date, 结案时间, 结案日期, 关闭时间, 关闭日期, 办结时间, 办结日期, 完成时间, 結案時間, 結案日期, 關閉時間, 關閉日期, 辦結時間, 辦結日期, 完成時間",
        help=_("A day without a time of day counts to its end."),
    ),
    TargetField(
        "decision", _("Decision"), "choice", choices=Decision, words=_DECISIONS,
        synonyms="outcome, result, verdict, 处理结果, 结果, 结论, 裁定, 认定结果, 是否成立, 處理結果, 結果, 結論, 認定結果",
    ),
    TargetField(
        "solution", _("Solution"), "long_text", max_length=10_000,
        synonyms="resolution, answer, measures, 处理意见, 解决方案, 处理措施, 答复内容, 处理情况, 處理意見, 解決方案, 處理措施, 答覆內容, 答復內容, 處理情況",
        help=_("Of an open case it becomes an internal note."),
    ),
    TargetField(
        "owner", _("Handler"), max_length=254,
        synonyms="assignee, agent, responsible, 处理人, 经办人, 负责人, 客服, 受理人, 處理人, 經辦人, 負責人",
        help=_("Full name, login name or e-mail. Whoever has left may stand with cases that ended."),
    ),
    TargetField(
        "queue", _("Queue"), max_length=80, synonyms="group, line, 队列, 处理组, 受理组, 隊列, 處理組, 受理組, 佇列, 伫列",
        help=_("Empty: that of the category."),
    ),
    TargetField(
        "amount_at_stake", _("Amount at stake"), "money",
        synonyms="amount, sum, claim amount, 涉及金额, 涉诉金额, 金额, 索赔金额, 涉及金額, 涉訴金額, 金額, 索賠金額",
    ),
)  # fmt: skip
