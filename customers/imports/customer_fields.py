"""The columns that a customer file may have, and the headings that people give them."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.imports.fields import TargetField
from customers.choices import Channel, Kind, Size, Stage, Tier
from customers.picklists import INDUSTRY, SOURCE
from customers.rules import FIRST_DAY


def until_today() -> tuple[date, date]:
    """Days a relationship may have begun on: 1900 is a typing error, tomorrow is for other time zones."""
    return FIRST_DAY, timezone.localdate() + timedelta(days=1)


FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "external_id",
        _("Customer number"),
        "identifier",
        also=(_("External ID"),),
        is_key=True,
        max_length=120,
        synonyms=(
            "external id, customer id, customer no, customer number, client id, account id, id, erp id, "
            "crm id, 客户编号, 客户号, 客户ID, 客戶編號, 客戶號, 外部编号, 编号, 編號, 系统编号, 客戶ID, 外部編號, 系統編號"
        ),
        help=_("The number in the system the file comes from."),
    ),
    TargetField(
        "credit_code",
        _("Unified social credit code"),
        "credit_code",
        is_key=True,
        max_length=18,
        synonyms=(
            "credit code, uscc, 统一社会信用代码, 統一社會信用代碼, 信用代码, 信用代碼, 税号, 稅號, "
            "纳税人识别号, 納稅人識別號"
        ),
    ),
    TargetField(
        "code",
        _("Customer code"),
        "identifier",
        also=(_("Code"),),
        is_key=True,
        max_length=30,
        synonyms="customer code, perennial code, 客户代码, 客户编码, 客戶代碼, 客戶編碼",
        help=_("The code this system gave, such as C-000123."),
    ),
    TargetField(
        "name",
        _("Name"),
        max_length=200,
        synonyms=(
            "customer name, company name, company, account name, organisation, organization, client name, "
            "customer, 客户名称, 客户, 公司名称, 公司, 单位名称, 单位, 企业名称, 名称, 客戶名稱, 客戶, "
            "公司名稱, 單位名稱, 企業名稱, 名稱, 客户姓名, 單位, 客戶姓名"
        ),
    ),
    TargetField(
        "short_name",
        _("Short name"),
        max_length=60,
        synonyms="abbreviation, 简称, 客户简称, 簡稱, 客戶簡稱",
    ),
    TargetField(
        "kind",
        _("Kind"),
        "choice",
        choices=Kind,
        synonyms="type, customer type, 类型, 客户类型, 類型, 客戶類型, 性质, 性質",
        words={
            "organisation": "company, enterprise, organization, 企业, 公司, 机构, 单位, 組織, 组织, 企業",
            "individual": "person, private, 个人, 個人",
        },
    ),
    TargetField(
        "industry",
        _("Industry"),
        "choice",
        choices=INDUSTRY,
        synonyms="sector, 行业, 所属行业, 行業, 所屬行業",
        words={
            "banking": "银行, 銀行, bank, 金融, finance",
            "insurance": "保险, 保險",
            "telecom": "电信, 電信, 通信",
            "ports": "港口与物流, 港口, 物流, logistics, port",
            "energy": "能源, utilities",
            "manufacturing": "制造, 制造业, 製造業",
            "technology": "科技, 互联网, it, software",
            "retail": "零售, 餐饮, food",
            "health": "医疗, 醫療, healthcare",
            "education": "教育",
            "public": "政府, government",
            "construction": "建筑, 建築, 房地产",
            "services": "服务, 服務",
            "other": "其他",
        },
    ),
    TargetField(
        "size",
        _("Size"),
        "choice",
        choices=Size,
        synonyms="company size, employees, 规模, 企业规模, 人数, 規模, 員工人數, 员工人数, 企業規模, 人數",
        words={
            "micro": "微型",
            "small": "小型, 20-299",
            "medium": "中型, 300-999",
            "large": "大型, 1000-9999",
            "huge": "特大型",
        },
    ),
    TargetField(
        "region",
        _("Region"),
        max_length=60,
        synonyms="province, state, 省份, 省, 地区, 区域, 大区, 地區, 區域, 大區",
    ),
    TargetField(
        "city",
        _("City"),
        max_length=60,
        synonyms="town, 城市, 市, 所在城市",
    ),
    TargetField(
        "address",
        _("Address"),
        max_length=300,
        synonyms="street, 地址, 详细地址, 詳細地址, 联系地址, 聯繫地址",
    ),
    TargetField(
        "phone",
        _("Phone"),
        "phone",
        max_length=36,
        synonyms=(
            "telephone, tel, phone number, 电话, 联系电话, 公司电话, 座机, 電話, 聯絡電話, 聯繫電話, 公司電話, 座機, 联络电话"
        ),
    ),
    TargetField(
        "email",
        _("E-mail"),
        "email",
        max_length=254,
        synonyms="email, mail, email address, 邮箱, 电子邮件, 電郵, 電子郵件, 邮件, 郵箱, 电邮, 郵件",
    ),
    TargetField(
        "website",
        _("Website"),
        "website",
        max_length=200,
        synonyms="web, url, homepage, 网址, 网站, 官网, 網址, 網站, 官網",
    ),
    TargetField(
        "source",
        _("Source"),
        "choice",
        choices=SOURCE,
        synonyms="lead source, channel of acquisition, 来源, 客户来源, 來源, 客戶來源",
        words={
            "referral": "转介绍, 推荐, 推薦",
            "website": "网站, 網站",
            "event": "活动, 活動",
            "campaign": "市场活动",
            "partner": "合作伙伴, 合作夥伴",
            "cold": "陌拜, 电话营销",
            "tender": "招标, 招標",
            "import": "导入",
            "other": "其他",
        },
    ),
    TargetField(
        "since",
        _("Customer since"),
        "date",
        bounds=until_today,
        synonyms=(
            "since, first order, start date, created, 首次合作, 合作日期, 合作开始日期, 成为客户日期, "
            "合作開始日期, 成為客戶日期"
        ),
    ),
    TargetField(
        "stage",
        _("Stage"),
        "choice",
        choices=Stage,
        synonyms="lifecycle, lifecycle stage, 生命周期, 客户阶段, 阶段, 生命週期, 階段, 客戶階段",
        words={
            "prospect": "潜在, 潛在",
            "introduction": "引入期, 引入",
            "growth": "成长期, 成長期",
            "maturity": "成熟期, 成熟",
            "decline": "衰退期, 衰退",
            "lost": "流失",
            "wonback": "赢回, 贏回",
        },
    ),
    TargetField(
        "tier",
        _("Tier"),
        "choice",
        choices=Tier,
        synonyms=(
            "level, grade, customer level, 等级, 客户等级, 客户分级, 级别, 等級, 客戶等級, 客戶分級, 級別"
        ),
        words={
            "strategic": "战略, 战略客户, 戰略, 戰略客戶",
            "core": "核心, 核心客户, 核心客戶",
            "growth": "成长, 成长客户, 成長, 成長客戶",
            "potential": "潜力, 潜力客户, 潛力, 潛力客戶",
        },
    ),
    TargetField(
        "parent",
        _("Part of"),
        max_length=200,
        synonyms="parent, parent company, parent customer, group, 上级客户, 上級客戶, 母公司, 所属集团, 所屬集團, 总公司, 總公司",
        help=_("Code or name of the customer it is a branch of; it may stand further up in the file."),
    ),
    TargetField(
        "owner",
        _("Owner"),
        max_length=254,
        synonyms=(
            "account manager, sales rep, responsible, 负责人, 客户经理, 销售, 負責人, 客戶經理, 業務, 銷售, 业务"
        ),
    ),
    TargetField(
        "team",
        _("Team"),
        max_length=100,
        synonyms="department, branch, 团队, 部门, 團隊, 部門",
    ),
    TargetField(
        "tags",
        _("Tags"),
        "words",
        synonyms="labels, 标签, 標籤, 客户标签, 客戶標籤",
    ),
    TargetField(
        "preferred_channel",
        _("Preferred channel"),
        "choice",
        choices=Channel,
        synonyms="channel, contact channel, 偏好渠道, 联系方式偏好, 偏好管道, 聯繫方式偏好",
        words={
            "phone": "电话, 電話",
            "wechat": "微信",
            "email": "邮件",
            "visit": "拜访",
            "sms": "短信",
        },
    ),
    TargetField(
        "preferences",
        _("Preferences"),
        "long_text",
        max_length=5000,
        synonyms="preference, likes, 偏好, 客户偏好, 客戶偏好",
    ),
    TargetField(
        "notes",
        _("Notes"),
        "long_text",
        max_length=20000,
        synonyms="remark, remarks, comment, 备注, 說明, 说明, 備註",
    ),
    TargetField(
        "contact_name",
        _("Main contact"),
        max_length=100,
        synonyms=(
            "contact, contact name, contact person, 联系人, 联系人姓名, 主要联系人, 聯絡人, 聯繫人,"
            " 聯絡人姓名, 聯繫人姓名, 主要聯繫人, 联络人, 联络人姓名"
        ),
    ),
    TargetField(
        "contact_title",
        _("Job title of the main contact"),
        max_length=100,
        synonyms="job title, title, position, 职务, 职位, 联系人职务, 職務, 職位, 聯繫人職務",
    ),
    TargetField(
        "contact_mobile",
        _("Mobile of the main contact"),
        "mobile",
        max_length=36,
        synonyms=(
            "mobile, mobile phone, cell, contact mobile, 手机, 手机号, 联系人手机, 手機, 手機號, 聯絡人手機, "
            "移动电话, 聯繫人手機, 联络人手机, 移動電話"
        ),
    ),
    TargetField(
        "contact_email",
        _("E-mail of the main contact"),
        "email",
        max_length=254,
        synonyms="contact email, contact e-mail, 联系人邮箱, 聯絡人電郵, 联系人电子邮件, 聯繫人郵箱, 联络人电邮, 聯繫人電子郵件",
    ),
)
