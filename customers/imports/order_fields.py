"""The columns that an order file may have, and the headings that people give them."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.imports.fields import TargetField
from customers.choices import OrderState
from customers.rules import FIRST_DAY


def until_tomorrow() -> tuple[date, date]:
    """Days an order may have: orders are facts, and it may be tomorrow already where it was placed."""
    return FIRST_DAY, timezone.localdate() + timedelta(days=1)


FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "customer_external_id",
        _("Customer number"),
        "identifier",
        is_key=True,
        max_length=120,
        synonyms=(
            "customer id, customer no, customer number, client id, account id, buyer id, member id, user id, "
            "客户编号, 客户号, 客户ID, 会员号, 客戶編號, 客戶號, 會員號, 买家ID, 客戶ID, 買家ID"
        ),
        help=_("The customer's number in the system the file comes from."),
    ),
    TargetField(
        "customer_code",
        _("Customer code"),
        "identifier",
        is_key=True,
        max_length=30,
        synonyms="customer code, 客户代码, 客户编码, 客戶代碼, 客戶編碼",
        help=_("The code this system gave, such as C-000123."),
    ),
    TargetField(
        "customer_credit_code",
        _("Unified social credit code"),
        "credit_code",
        is_key=True,
        max_length=18,
        synonyms="credit code, uscc, 统一社会信用代码, 統一社會信用代碼, 信用代码, 税号, 稅號, 信用代碼",
    ),
    TargetField(
        "customer_name",
        _("Customer name"),
        max_length=200,
        synonyms=(
            "customer, company, company name, client, client name, account name, buyer, 客户名称, 客户, "
            "公司名称, 公司, 单位名称, 购买方, 買方, 客戶名稱, 客戶, 公司名稱, 單位名稱, 客户姓名, 購買方, 买方, 客戶姓名"
        ),
    ),
    TargetField(
        "number",
        _("Order number"),
        "identifier",
        also=(_("Number"),),
        is_key=True,
        max_length=120,
        synonyms=(
            "order id, order no, order number, invoice no, invoice number, transaction id, 订单号, 订单编号, "
            "单号, 合同编号, 訂單號, 訂單編號, 單號, 合同號, 发票号, 合同編號, 合同号, 發票號"
        ),
        help=_("Without numbers the rows themselves tell orders apart."),
    ),
    TargetField(
        "ordered_on",
        _("Date"),
        "date",
        is_required=True,
        bounds=until_tomorrow,
        synonyms=(
            "order date, ordered on, purchase date, transaction date, invoice date, day, 日期, 订单日期, "
            "下单日期, 下单时间, 成交日期, 购买日期, 签约日期, 訂單日期, 下單日期, 購買日期, 下單時間, 簽約日期"
        ),
    ),
    TargetField(
        "amount",
        _("Amount"),
        "money",
        is_required=True,
        synonyms=(
            "total, value, price, revenue, sales, turnover, order amount, order value, total amount, "
            "dollar value, 金额, 订单金额, 总金额, 成交金额, 实付金额, 合同金额, 销售额, 金額, 訂單金額, "
            "總金額, 成交金額, 合同金額, 銷售額, 實付金額"
        ),
    ),
    TargetField(
        "currency",
        _("Currency"),
        "choice",
        choices=Currency,
        unknown_code="unknown_currency",
        synonyms="ccy, 币种, 货币, 幣種, 貨幣, 币别, 幣別",
        words={
            "CNY": "rmb, 人民币, 人民幣, 元, cn¥, ¥",
            "USD": "us$, $, 美元, 美金",
            "EUR": "€, 欧元, 歐元",
            "GBP": "£, 英镑, 英鎊",
            "HKD": "港币, 港元, 港幣, hk$",
            "MOP": "澳门元, 澳門元",
            "TWD": "台币, 新台币, 新臺幣, 新台幣, nt$",
            "JPY": "日元, 日圓",
            "SGD": "新加坡元",
            "KRW": "韩元, 韓元",
        },
    ),
    TargetField(
        "seats",
        _("Seats"),
        "integer",
        synonyms=(
            "quantity, qty, units, number of seats, participants, 人数, 名额, 席位, 数量, 人數, 名額, 數量"
        ),
    ),
    TargetField(
        "is_refund",
        _("Refund"),
        "boolean",
        also=(_("Kind"),),
        synonyms="is refund, refunded, return, type, kind, 类型, 類型, 退款, 是否退款, 退款标志, 退货, 退貨, 單據類型, 退款標誌, 单据类型",
        help=_("Which rows give money back: yes or no, 是 or 否, 退款."),
    ),
    TargetField(
        "refund_of",
        _("Refund of order"),
        "identifier",
        also=(_("Refund of"),),
        max_length=120,
        synonyms="refund of, original order, refunded order, 原订单号, 退款订单, 原訂單號, 退款訂單",
        help=_("Number of the order that is given back."),
    ),
    TargetField(
        "product",
        _("Product"),
        max_length=200,
        synonyms=(
            "product name, product code, course, programme, program, sku, item, 产品, 产品名称, 课程, "
            "课程名称, 商品, 產品, 產品名稱, 課程, 課程名稱"
        ),
        help=_("Code or name on the price list."),
    ),
    TargetField(
        "state",
        _("State"),
        "choice",
        choices=OrderState,
        synonyms="status, order status, 状态, 订单状态, 狀態, 訂單狀態",
        words={
            "confirmed": "paid, complete, completed, closed, done, 已确认, 已完成, 已付款, 成交, 已確認",
            "cancelled": "canceled, void, 已取消, 取消, 作废, 作廢",
            "draft": "open, 草稿, 待确认, 待確認",
        },
    ),
    TargetField(
        "note",
        _("Note"),
        max_length=500,
        synonyms="remark, remarks, comment, description, 备注, 說明, 说明, 備註",
    ),
)
