"""The demo company's API tokens. Their secrets are random and thrown away: none of them opens a door."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.tokens import find_token, make_token
from core.models import User

_DAY = timedelta(days=1)


def make_tokens(users: dict[str, User], *, at: datetime) -> None:
    """Make one of a service that is in use, one of it that ran out, one of a person that was never used."""
    admin, erp, analyst = users["admin"], users["erp"], users["analyst"]
    began = at - 120 * _DAY
    orders = ("orders:read", "orders:write", "customers:read")
    _token, secret = make_token(
        erp, name="订单接口（旧）", expires_at=at - 9 * _DAY, scopes=orders, by=admin, at=began
    )
    find_token(secret, at=at - 10 * _DAY, address="192.0.2.17")
    _token, secret = make_token(
        erp, name="订单接口", expires_at=at + 300 * _DAY, scopes=orders, by=admin, at=at - 12 * _DAY
    )
    find_token(secret, at=at - timedelta(minutes=20), address="192.0.2.17")
    scopes = ("customers:read", "orders:read", "complaints:read")
    make_token(
        analyst, name="Monthly report", expires_at=at + 80 * _DAY, scopes=scopes, by=analyst, at=at - _DAY
    )
