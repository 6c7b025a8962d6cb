"""The analytics package's rows of the role table: model → role → (reach, actions)."""

ACTIONS: dict[str, str] = {
    "kpivalue": "view export",
    "casetally": "view export run",
    "modelfit": "view",
    "churnwarning": "view change export",
    "nightlyrun": "view run",
    "scoringpolicy": "view change",
    "segmentmap": "view change",
}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "kpivalue": {
        "manager": ("team", "view export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
    # Who handles cases sees how the own ones went; a lead those of the teams.
    "casetally": {
        "agent": ("own", "view"),
        "sales": ("own", "view"),
        "manager": ("team", "view export run"),
        "analyst": ("all", "view export run"),
        "integration": ("all", "view"),
    },
    "modelfit": {"manager": ("all", "view"), "analyst": ("all", "view")},
    "churnwarning": {
        "agent": ("team", "view change"),
        "sales": ("team", "view change"),
        "manager": ("team", "view change export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view change"),
    },
    "nightlyrun": {"manager": ("all", "view run"), "analyst": ("all", "view run")},
    "scoringpolicy": {"manager": ("all", "view"), "analyst": ("all", "view change")},
    "segmentmap": {
        "manager": ("all", "view"),
        "analyst": ("all", "view"),
        "integration": ("all", "view"),
    },
}
