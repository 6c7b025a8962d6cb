"""Product files: the price list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.imports.declared import DeclaredSession, DeclaredTarget, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.imports.undo import kept_values
from core.models import Organisation, User
from customers import standardise
from customers.choices import ProductKind
from customers.domain.products import (
    PRODUCT_FIELDS,
    create_product,
    delete_price,
    delete_product,
    set_price,
    update_product,
)
from customers.imports.order_fields import FIELDS as ORDER_FIELDS
from customers.models import Price, Product
from customers.rules import FIRST_DAY, LAST_DAY

_CURRENCY = next(field for field in ORDER_FIELDS if field.key == "currency")
_PRICE = ("price", "currency", "valid_from")

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "code", _("Code"), "identifier", max_length=40, is_required=True, is_key=True,
        synonyms="product code, course code, sku, item no, article, 代码, 产品代码, 产品编码, 课程代码, 编码, 编号, 产品编号, 代碼, 產品代碼, 產品編碼, 課程代碼, 編碼, 編號, 產品編號",
    ),
    TargetField(
        "name", _("Name"), max_length=200, is_required=True,
        synonyms="product, product name, course, course name, title, item, 名称, 产品, 产品名称, 课程, 课程名称, 商品名称, 名稱, 產品, 產品名稱, 課程, 課程名稱, 商品名稱",
    ),
    TargetField(
        "kind", _("Kind"), "choice", choices=ProductKind, synonyms="type, category, product type, 类型, 类别, 产品类型, 分类, 類型, 類別, 產品類型, 分類",
        words={
            "open_course": "open, public course, 公开课, 公開課", "in_house": "in house, 内训, 內訓",
            "programme": "program, 项目, 項目, 培训项目", "certification": "certificate, 认证, 認證, 证书",
            "consulting": "咨询, 諮詢, 顾问", "material": "教材, 资料", "other": "其他",
        },
    ),
    TargetField("unit", _("Unit"), max_length=30, synonyms="unit of measure, uom, per, 单位, 计量单位, 计价单位, 單位, 計量單位, 計價單位"),
    TargetField(
        "description", _("Description"), "long_text", max_length=20000,
        synonyms="details, notes, remark, 描述, 说明, 简介, 备注, 产品说明, 說明, 簡介, 備註, 產品說明",
    ),
    TargetField("is_active", _("On sale"), "boolean", synonyms="active, for sale, 在售, 是否在售, 上架, 启用, 是否启用, 啟用, 是否啟用"),
    TargetField(
        "price", _("List price"), "money",
        synonyms="price, unit price, amount, fee, tuition, 价格, 单价, 标价, 目录价, 费用, 学费, 定价, 價格, 單價, 標價, 目錄價, 費用, 學費, 定價",
    ),
    TargetField(
        "currency", _CURRENCY.label, "choice", choices=Currency, words=_CURRENCY.words,
        unknown_code="unknown_currency", synonyms=_CURRENCY.synonyms,
    ),
    TargetField(
        "valid_from", _("Valid from"), "date", bounds=lambda: (FIRST_DAY, LAST_DAY),
        synonyms="from, price date, effective date, valid, 生效日期, 起始日期, 价格日期, 價格日期",
        help=_("From when the price holds; today when empty."),
    ),
)  # fmt: skip


class ProductTarget(DeclaredTarget):
    """Products with their list prices; a file may name one product in several rows, for several prices."""

    key = "customers.product"
    title = _("Price list")
    group = ImportGroup.CUSTOMERS
    order = 40
    fields = FIELDS
    plain = (*(key for key in PRODUCT_FIELDS), *_PRICE)
    identity = (("code", "currency", "valid_from"), ("code", "valid_from"), ("code", "currency"), ("code",))
    list_url_name = "customers:product-list"
    detail_url_name = "customers:product-detail"
    model = Product

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Complete the price: today, in base currency."""
        for key in ("code", "name", "unit"):
            if key in plan.values:
                plan.values[key] = standardise.half_width(plan.values[key])
        if "price" in plan.values:
            if plan.values["price"] < 0:
                plan.row.refuse("negative_number", "price")
            if "base" not in session.memo:
                session.memo["base"] = Organisation.load().base_currency
            plan.values.setdefault("currency", session.memo["base"])
            plan.values.setdefault("valid_from", timezone.localdate())
        elif "currency" in plan.values or "valid_from" in plan.values:
            plan.row.refuse("price_needs_amount", "price")

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The product of that code, with its prices."""
        codes = {plan.values["code"] for plan in plans}
        known = {row.code: row for row in Product.objects.filter(code__in=codes).prefetch_related("prices")}
        for plan in plans:
            plan.record = known.get(plan.values["code"])

    def differences(self, plan: Plan) -> dict[str, Any]:
        """What the product lacks; a price only where another one holds on that day."""
        values = plan.values
        changes = {
            key: values[key]
            for key in PRODUCT_FIELDS
            if key in values and getattr(plan.record, key) != values[key]
        }
        if (
            "price" in values
            and _price_on(plan.record, values["currency"], values["valid_from"]) != values["price"]
        ):
            changes |= {key: values[key] for key in _PRICE}
        return changes

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Make the product and its price; another row may have made the product a moment ago."""
        product: Any = Product.objects.filter(code=values["code"]).first()
        is_known = product is not None
        if product is None:
            product = create_product({k: v for k, v in values.items() if k in PRODUCT_FIELDS}, by=session.by)
        if "price" in values:
            price = _set_price(product, values, session.by)
            product.undo_extra = {"price": price} if is_known else {}
        made: Product = product
        return made

    def undo_of(self, record: Any) -> dict[str, Any]:
        """A row that brought a further price of a product made above takes back that price only."""
        return getattr(record, "undo_extra", {})

    def remove_with(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Delete the product, or the price alone."""
        if "price" in undo:
            self.change_back(record, undo, by)
        else:
            self.remove(record, by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change product and price; keeps what undoing the price takes."""
        own = {key: value for key, value in changes.items() if key in PRODUCT_FIELDS}
        stored: Any = update_product(record, own, by=by) if own else Product.objects.get(pk=record.pk)
        if "price" in changes:
            stored.undo_extra = {"price": _set_price(stored, changes, by)}
        return stored

    def remove(self, record: Any, by: User) -> None:
        """Delete a product that was never sold."""
        delete_product(record, by=by)

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Give product and price what they had."""
        if price := undo.get("price"):
            found = Price.objects.filter(pk=price["id"]).first()
            if found is not None and not price["old"]:
                delete_price(found, by=by)
            elif found is not None:
                amount = Price._meta.get_field("amount").to_python(price["old"]["amount"])
                set_price(record, currency=found.currency, amount=amount, valid_from=found.valid_from, by=by)
        super().change_back(record, undo, by)


def _price_on(product: Any, currency: str, day: date) -> Any:
    held = [p for p in product.prices.all() if p.currency == currency and p.valid_from <= day]
    return max(held, key=lambda price: price.valid_from).amount if held else None


def _set_price(product: Product, values: Mapping[str, Any], by: User) -> dict[str, Any]:
    before = Price.objects.filter(
        product=product, currency=values["currency"], valid_from=values["valid_from"]
    ).first()
    old = kept_values(before, ["amount"]) if before is not None else None
    price = set_price(
        product, currency=values["currency"], amount=values["price"], valid_from=values["valid_from"], by=by
    )
    return {"id": price.pk, "old": old}
