"""The demo company's API tokens. Their secrets are random and thrown away: none of them opens a door."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.tokens import find_token, make_token, revoke_token
from core.models import User

_DAY = timedelta(days=1)


def make_tokens(users: dict[str, User], *, at: datetime) -> None:
    """Make tokens in every state: of a service in use and run out, of people unused, new and revoked."""
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
    manager = users["manager"]
    make_token(
        manager, name="旧报表脚本", expires_at=at + 200 * _DAY, scopes=("*:read",), by=manager, at=began
    )
    lost, _secret = make_token(
        admin, name="Laptop of the contractor", expires_at=at + 30 * _DAY, scopes=("*:read", "*:write"),
        by=admin, at=at - 40 * _DAY,
    )  # fmt: skip
    revoke_token(lost, by=admin, at=at - 6 * _DAY)
