from __future__ import annotations

from typing import Any

import pytest

from core.errors import DomainError
from core.models import User
from customers.domain.tags import create_tag, delete_tag, rename_tag, resolve_tags
from customers.models import Customer, Tag

pytestmark = pytest.mark.django_db


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_tag_exists_once_in_any_case(seller: User, audit: Any) -> None:
    tag = create_tag("　ＶＩＰ ", by=seller)
    assert tag.name == "VIP"
    assert len(audit(tag)) == 1
    assert code_of(create_tag, "vip", by=seller) == "tag_exists"
    assert code_of(create_tag, " ", by=seller) == "invalid"
    assert code_of(create_tag, "x" * 51, by=seller) == "invalid"


def test_rename_refuses_a_name_that_exists_but_not_another_case(seller: User, audit: Any) -> None:
    tag = create_tag("vip", by=seller)
    create_tag("port", by=seller)
    assert code_of(rename_tag, tag, "Port", by=seller) == "tag_exists"
    assert rename_tag(tag, "VIP", by=seller).name == "VIP"
    rename_tag(tag, "VIP", by=seller)
    assert audit(tag)[-1].changes == {"name": ["vip", "VIP"]}
    assert len(audit(tag)) == 2


def test_delete_takes_the_tag_from_its_customers(customer: Customer, seller: User) -> None:
    tag = create_tag("VIP", by=seller)
    customer.tags.add(tag)
    assert delete_tag(tag, by=seller) == 1
    assert not Tag.objects.exists()
    assert list(customer.tags.all()) == []


def test_names_become_tags_once(seller: User) -> None:
    tag = create_tag("VIP", by=seller)
    found = resolve_tags([tag, "vip", "", "New", "new"], by=seller)
    assert [row.name for row in found] == ["VIP", "New"]
