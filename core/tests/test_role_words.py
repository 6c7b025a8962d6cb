"""The words of the role table, as pages say them."""

from __future__ import annotations

from core.access import role_table
from core.views.users import _ACTIONS


def test_every_action_of_the_role_table_has_a_name() -> None:
    words = {word for row in role_table().values() for _reach, actions in row.values() for word in actions}
    assert words - set(_ACTIONS) == set()
