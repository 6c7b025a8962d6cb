"""Rights on what is learned from cases: articles, crises, early warnings, improvements, reports."""

ACTIONS: dict[str, str] = {
    "article": "view add change approve export",
    "articleedition": "view",
    "crisis": "view add change",
    "crisisstep": "view change",
    "statement": "view add approve",
    "planstep": "view change",
    "alert": "view change export",
    "callscore": "view add",
    "improvement": "view add change export",
    "dailyreport": "view",
}
SENSITIVE: dict[str, str] = {}

_STAFF = "agent sales trainer manager analyst".split()


def _all(actions: str, **others: str) -> dict[str, tuple[str, str]]:
    """Everybody within the whole house, some with more than the others."""
    return {role: ("all", others.get(role, actions)) for role in _STAFF}


RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "article": {
        "agent": ("own", "view add change"),
        "sales": ("own", "view"),
        "trainer": ("own", "view add change"),
        "manager": ("all", "view add change approve export"),
        "analyst": ("own", "view export"),
        "integration": ("own", "view"),
    },
    "articleedition": {role: ("own", "view") for role in "agent sales trainer analyst integration".split()}
    | {"manager": ("all", "view")},
    "crisis": _all("view", manager="view add change") | {"integration": ("all", "view")},
    "crisisstep": _all("view", manager="view change") | {"integration": ("all", "view")},
    "statement": _all("view", manager="view add approve"),
    "planstep": _all("view", manager="view change"),
    "alert": {
        "agent": ("team", "view change"),
        "sales": ("team", "view change"),
        "manager": ("team", "view change export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
    "callscore": {
        "agent": ("team", "view"),
        "manager": ("team", "view"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add"),
    },
    "improvement": {
        "agent": ("team", "view"),
        "trainer": ("team", "view add change"),
        "manager": ("team", "view add change export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
    "dailyreport": _all("view") | {"integration": ("all", "view")},
}
