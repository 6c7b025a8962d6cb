"""The demo company's own words in the lists to pick from."""

from __future__ import annotations

from core.domain.picklists import add_value, change_value
from core.models import PicklistValue, User
from customers.picklists import INDUSTRY, SOURCE


def make_picklists(*, by: User) -> None:
    """Rename one value, add two, switch one off: what an administrator does in the first week."""
    add_value(INDUSTRY, {"name_en": "Law and accounting firms", "name_zh_hans": "律师与会计师事务所"}, by=by)
    add_value(SOURCE, {"name_en": "Former trainee", "name_zh_hans": "往期学员"}, by=by)
    industries = PicklistValue.objects.filter(picklist=INDUSTRY.key)
    change_value(
        industries.get(code="public"), {"name_en": "Government", "name_zh_hans": "政府与公共机构"}, by=by
    )
    change_value(PicklistValue.objects.get(picklist=SOURCE.key, code="tender"), {"is_active": False}, by=by)
