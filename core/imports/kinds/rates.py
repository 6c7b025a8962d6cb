"""Files of exchange rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.domain.rates import delete_rate, set_rate, update_rate
from core.imports.declared import DeclaredSession, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.imports.targets import ImportOptionsForm
from core.imports.unversioned import UnversionedTarget
from core.models import ExchangeRate, Organisation, User

_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
_STEP = Decimal(1).scaleb(-8)
_MOST = Decimal(10) ** 10
#: What binary numbers of workbooks add by themselves.
_NOISE = Decimal("0.0000000001")

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "currency", _("Currency"), "choice", choices=Currency, is_required=True, is_key=True, unknown_code="unknown_choice",
        synonyms="currency code, code, from, 币种, 货币, 币别, 外币, 货币代码, 幣種, 貨幣, 幣別, 外幣, 貨幣代碼",
        words={
            "CNY": "RMB, 人民币, 人民幣", "USD": "US dollar, 美元, 美金", "EUR": "欧元, 歐元", "GBP": "英镑, 英鎊",
            "HKD": "港币, 港元, 港幣", "JPY": "日元, 日圆, 日圓", "SGD": "新加坡元, 新币, 新幣",
        },
    ),
    TargetField(
        "valid_from", _("Valid from"), "date", is_required=True, is_key=True, bounds=lambda: (_FIRST_DAY, _LAST_DAY),
        synonyms="date, day, from, effective date, 日期, 生效日期, 起始日期, 汇率日期, 匯率日期, 报价日期, 報價日期",
    ),
    TargetField(
        "rate", _("Rate"), "number", is_required=True,
        synonyms="exchange rate, middle rate, fixing, value, 汇率, 中间价, 折算价, 基准价, 匯率, 中間價, 折算價, 基準價",
        help=_("Units of the base currency for one unit, or for as many as chosen for the file."),
    ),
)  # fmt: skip


class RateOptionsForm(ImportOptionsForm):
    """Options of a file of rates."""

    units = forms.ChoiceField(
        label=_("Rates are for"),
        choices=[("1", _("1 unit")), ("100", _("100 units, as banks quote them"))],
        initial="1",
    )


class RateTarget(UnversionedTarget):
    """What currencies are worth in the base currency, from a day on. Stored amounts keep their rate."""

    key = "core.exchangerate"
    title = _("Exchange rates")
    group = ImportGroup.ORGANISATION
    order = 30
    fields = FIELDS
    plain = ("currency", "valid_from", "rate")
    identity = (("currency", "valid_from"),)
    watched = ("currency", "valid_from", "rate")
    options_form = RateOptionsForm
    list_url_name = "core:rate-list"
    model = ExchangeRate

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Judge the rate, for one unit."""
        if "base" not in session.memo:
            session.memo["base"] = Organisation.load().base_currency
        if plan.values["currency"] == session.memo["base"]:
            plan.row.refuse("rate_of_base", "currency")
        rate = plan.values["rate"] / int(session.options.get("units") or 1)
        if rate <= 0:
            plan.row.refuse("rate_not_positive", "rate")
        elif rate >= _MOST:
            plan.row.refuse("too_large", "rate", most=f"{_MOST - 1:,}")
        elif abs(rate - (stored := rate.quantize(_STEP))) > _NOISE or stored <= 0:
            plan.row.refuse("rate_too_fine", "rate")
        else:
            plan.values["rate"] = stored

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The rate of that currency and day."""
        rows = ExchangeRate.objects.filter(
            currency__in={plan.values["currency"] for plan in plans},
            valid_from__in={plan.values["valid_from"] for plan in plans},
        )
        known = {(row.currency, row.valid_from): row for row in rows}
        for plan in plans:
            plan.record = known.get((plan.values["currency"], plan.values["valid_from"]))

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Enter the rate."""
        return set_rate(values["currency"], values["valid_from"], values["rate"], by=session.by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Correct it."""
        return update_rate(record, changes, by=by)

    def remove(self, record: Any, by: User) -> None:
        """Delete it."""
        delete_rate(record, by=by)
