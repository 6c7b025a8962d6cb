"""Core's rows of the role table.

Shape, the same in every app: model name → role key → (reach, actions). Reach is `own`, `team` (own
team and below) or `all`; actions are words separated by spaces. Administrators need no row: they may
do everything that any row of the model names.
"""

ACTIONS: dict[str, str] = {
    "user": "view add change export import explain",
    "team": "view add change delete export import",
    "organisation": "view change",
    "exchangerate": "view add change delete export import",
    "picklistvalue": "view add change delete",
    "job": "view cancel retry run",
    "schedule": "view change run",
    "auditentry": "view export",
    "notification": "view change",
    "outgoingmail": "view retry",
    "importrun": "view add change",
    "apitoken": "view add delete export",
    "savedview": "view add change delete publish",
    "bulkrun": "view add undo",
    "departure": "view add change",
    "share": "view add delete",
    "absence": "view add delete",
    "attachment": "view add delete",
}

_PEOPLE = ("agent", "sales", "trainer", "manager", "analyst")

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "user": {
        **{role: ("all", "view") for role in ("agent", "sales", "trainer", "analyst", "integration")},
        "manager": ("all", "view explain"),
    },
    "team": {
        role: ("all", "view") for role in ("agent", "sales", "trainer", "manager", "analyst", "integration")
    },
    "organisation": {},
    "exchangerate": {"manager": ("all", "view"), "analyst": ("all", "view"), "sales": ("all", "view")},
    "picklistvalue": {role: ("all", "view") for role in (*_PEOPLE, "integration")},
    "job": {
        "agent": ("own", "view cancel retry"),
        "sales": ("own", "view cancel retry"),
        "trainer": ("own", "view cancel retry"),
        "manager": ("own", "view cancel retry"),
        "analyst": ("own", "view cancel retry run"),
        "integration": ("own", "view"),
    },
    "schedule": {"manager": ("all", "view"), "analyst": ("all", "view run")},
    "auditentry": {},
    "departure": {"manager": ("team", "view add change")},
    "notification": {
        role: ("own", "view change")
        for role in ("agent", "sales", "trainer", "manager", "analyst", "administrator")
    },
    "outgoingmail": {},
    "importrun": {
        "sales": ("own", "view add change"),
        "manager": ("own", "view add change"),
        "analyst": ("own", "view add change"),
        "integration": ("own", "view add change"),
    },
    "apitoken": {role: ("own", "view add delete") for role in ("sales", "manager", "analyst", "integration")},
    "savedview": {
        **{role: ("own", "view add change delete") for role in _PEOPLE},
        "manager": ("own", "view add change delete publish"),
        "analyst": ("own", "view add change delete publish"),
        "integration": ("own", "view"),
    },
    # Beside this, the reach and the right of the record that a file belongs to decide.
    "attachment": {
        "agent": ("team", "view add delete"),
        "sales": ("team", "view add delete"),
        "trainer": ("team", "view add delete"),
        "manager": ("team", "view add delete"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add delete"),
    },
    "bulkrun": {role: ("own", "view add undo") for role in ("agent", "sales", "trainer", "manager")},
    # Who may share which record says the record's own action `share`.
    "share": {
        **{role: ("own", "view") for role in ("agent", "trainer", "analyst", "integration")},
        **{role: ("own", "view add delete") for role in ("sales", "manager")},
    },
    "absence": {
        **{role: ("own", "view add delete") for role in _PEOPLE},
        "manager": ("team", "view add delete"),
    },
}
