"""The complaint package's rows of the role table: model → role → (reach, actions)."""

ACTIONS: dict[str, str] = {
    "complaint": "view add change assign grade approve export import reveal",
    "entry": "view add",
    "clock": "view",
    "escalation": "view change",
    "assignment": "view",
    "pause": "view",
    "firstcontact": "view add change",
    "caselink": "view add delete",
    "workorder": "view add change",
    "queue": "view change",
    "category": "view change",
    "handler": "view change",
    "policy": "view change",
    "businesscalendar": "view change",
    "calendarday": "view export import",
    "quiethours": "view change",
}

#: Masked for roles without `reveal`.
SENSITIVE: dict[str, str] = {"complaint": "contact_phone contact_email"}

_STAFF = "agent sales trainer manager analyst".split()


def settings_row(*, changed_by_manager: bool = False) -> dict[str, tuple[str, str]]:
    """Everybody reads what cases refer to; administrators, and sometimes managers, change it."""
    row = {role: ("all", "view") for role in [*_STAFF, "integration"]}
    if changed_by_manager:
        row["manager"] = ("all", "view change")
    return row


_READ_WITH_THE_CASE = {role: ("team", "view") for role in ("agent", "sales", "trainer", "manager")} | {
    "analyst": ("all", "view"),
    "integration": ("all", "view"),
}

# Other systems register, add and read; what a person decides (who handles a case, its grade, approvals) is
# left to people. See docs/rights.md.
RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "complaint": {
        "agent": ("team", "view add change grade reveal"),
        "sales": ("team", "view add change reveal"),
        "trainer": ("team", "view add"),
        "manager": ("team", "view add change assign grade approve export import reveal"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view add change import reveal"),
    },
    "entry": {
        "agent": ("team", "view add"),
        "sales": ("team", "view add"),
        "trainer": ("team", "view add"),
        "manager": ("team", "view add"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add"),
    },
    "clock": _READ_WITH_THE_CASE,
    # Whoever may be told of a case takes it up.
    "escalation": {
        **_READ_WITH_THE_CASE,
        "trainer": ("team", "view change"),
        "agent": ("team", "view change"),
        "sales": ("team", "view change"),
        "manager": ("team", "view change"),
    },
    "assignment": _READ_WITH_THE_CASE,
    "pause": _READ_WITH_THE_CASE,
    "firstcontact": {
        **_READ_WITH_THE_CASE,
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change"),
        "manager": ("team", "view add change"),
    },
    "caselink": {
        **_READ_WITH_THE_CASE,
        "agent": ("team", "view add delete"),
        "sales": ("team", "view add delete"),
        "manager": ("team", "view add delete"),
        "integration": ("all", "view add delete"),
    },
    "workorder": {
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change"),
        "trainer": ("team", "view change"),
        "manager": ("team", "view add change"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add change"),
    },
    "queue": settings_row(),
    "category": settings_row(changed_by_manager=True),
    "handler": {
        "manager": ("team", "view change"),
        "agent": ("team", "view"),
        "analyst": ("all", "view"),
        "integration": ("all", "view"),
    },
    "policy": settings_row(),
    "businesscalendar": settings_row(),
    "calendarday": settings_row(),
    "quiethours": settings_row(),
}
