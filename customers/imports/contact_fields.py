"""The columns that a contact file may have, and the headings that people give them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports.fields import TargetField
from customers.choices import Attitude, DecisionRole, Influence
from customers.imports.customer_fields import until_today
from customers.imports.references import CUSTOMER_FIELDS


def birthdays() -> tuple[date, date]:
    """Days on which people who work today were born."""
    return date(1901, 1, 1), timezone.localdate()


FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "name", _("Name"), max_length=100, is_required=True,
        synonyms="contact, contact name, contact person, person, full name, 姓名, 联系人, 联系人姓名, 名字, 聯繫人, 聯繫人姓名",
    ),
    *CUSTOMER_FIELDS,
    TargetField(
        "title", _("Job title"), max_length=100,
        synonyms="title, position, job, 职务, 职位, 岗位, 头衔, 職稱, 職務, 職位, 崗位, 頭銜, 职称",
    ),
    TargetField("department", _("Department"), max_length=100, synonyms="dept, division, 部门, 所在部门, 科室, 部門, 所在部門"),
    TargetField(
        "mobile", _("Mobile"), "mobile", max_length=36,
        synonyms="mobile phone, cell, cell phone, phone, tel, 手机, 手机号, 手机号码, 移动电话, 电话, 联系电话, 行動電話, 手機, 手機號, 手機號碼, 移動電話, 電話, 聯繫電話, 行动电话",
    ),
    TargetField(
        "email", _("E-mail"), "email", max_length=254,
        synonyms="email, mail, email address, 邮箱, 电子邮件, 邮件, 电子邮箱, 電郵, 信箱, 郵箱, 電子郵件, 郵件, 電子郵箱, 电邮",
    ),
    TargetField("wechat", _("WeChat"), max_length=60, synonyms="wechat id, weixin, 微信, 微信号, 微信號"),
    TargetField(
        "salutation", _("Salutation"), max_length=60, synonyms="form of address, mr, 称呼, 尊称, 稱謂, 稱呼, 尊稱, 称谓"
    ),
    TargetField(
        "role", _("Role in decisions"), "choice", choices=DecisionRole,
        synonyms="role, decision role, 角色, 决策角色, 決策角色",
        words={
            "decider": "decider, 决策者, 決策者, 拍板人, 决策人",
            "influencer": "影响者, 影響者",
            "user": "使用者, 用户, 用戶",
            "gatekeeper": "把关者, 把關者",
            "champion": "支持者, 内部支持者",
            "payer": "付款人, 财务, 財務",
            "trainee": "学员, 學員",
            "other": "其他",
        },
    ),
    TargetField(
        "influence", _("Influence"), "choice", choices=Influence,
        synonyms="influence level, 影响力, 影响程度, 影響力, 影響程度",
        words={"high": "高, 大", "medium": "中", "low": "低, 小"},
    ),
    TargetField(
        "attitude", _("Attitude"), "choice", choices=Attitude,
        synonyms="attitude to us, 态度, 態度",
        words={"supporter": "支持", "neutral": "中立", "critic": "反对, 反對", "unknown": "未知"},
    ),
    TargetField(
        "is_primary", _("Main contact"), "boolean",
        synonyms="primary, is primary, primary contact, 主要联系人, 是否主要联系人, 首要联系人, 主要聯繫人, 是否主要聯繫人, 首要聯繫人",
    ),
    TargetField(
        "started_on", _("Since"), "date", bounds=until_today,
        synonyms="start date, in post since, 任职日期, 到岗日期, 开始日期, 任職日期, 到崗日期, 開始日期",
    ),
    TargetField("birthday", _("Birthday"), "date", bounds=birthdays, synonyms="date of birth, born, 生日, 出生日期"),
    TargetField(
        "do_not_contact", _("Do not contact"), "boolean",
        synonyms="opt out, no contact, 勿扰, 请勿联系, 不要联系, 勿擾, 請勿聯繫, 不要聯繫",
    ),
    TargetField("taboos", _("Avoid"), max_length=300, synonyms="taboo, taboos, 忌讳, 禁忌, 避免, 忌諱"),
    TargetField(
        "decision_style", _("Decision style"), max_length=300, synonyms="style, way of deciding, 决策风格, 决策方式, 決策風格, 決策方式"
    ),
    TargetField(
        "notes", _("Notes"), "long_text", max_length=20000, synonyms="note, remark, remarks, comment, 备注, 说明, 備註, 說明"
    ),
    TargetField(
        "external_id", _("Number of the person"), "identifier", max_length=120, is_key=True,
        synonyms="person id, contact id, employee id, 人员编号, 联系人编号, 工号, 人員編號, 聯繫人編號, 工號",
        help=_("The number in the system the file comes from."),
    ),
)  # fmt: skip
