"""The client in the documentation does what the documentation says."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core.domain.roles import give_role
from core.domain.tokens import make_token
from core.models import Team, User

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_the_documented_client_runs(live_server: Any, capsys: pytest.CaptureFixture[str]) -> None:
    user = User.objects.create_user("erp", full_name="ERP", team=Team.objects.create(name="Office"))
    give_role(user, "administrator")
    now = timezone.now()
    _token, secret = make_token(
        user, name="Client", scopes=["*:read", "*:write"], expires_at=now + timedelta(days=1), by=user, at=now
    )
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    space: dict[str, Any] = {}
    exec(code[1], space)
    space["main"](live_server.url, secret)
    assert capsys.readouterr().out.splitlines() == [
        "created 201",
        "again 409 duplicate",
        "bulk 207 [201, 200, 409]",
        "copy ['渤海银行', '青岛港']",
        "copy ['青岛港']",
        "pages 1",
    ]
