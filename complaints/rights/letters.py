"""Rights on decision letters, designations as unreasonable and legal references."""

ACTIONS: dict[str, str] = {
    "lettertemplate": "view change",
    "lettertemplateedition": "view",
    "lettersettings": "view change",
    "decisionletter": "view add change approve export reveal",
    "letterhandover": "view add",
    "conductcriterion": "view change",
    "designation": "view add change approve export reveal",
    "conductevidence": "view",
    "conductobjection": "view add approve",
    "legalreference": "view change export cite",
    "citation": "view add delete",
}
#: Where the customer lives, and what is said about somebody's conduct.
SENSITIVE: dict[str, str] = {"decisionletter": "address", "designation": "reason decision_note end_note"}

_READ_ALL = {
    role: ("all", "view") for role in ("agent", "sales", "trainer", "manager", "analyst", "integration")
}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "lettertemplate": {**_READ_ALL, "manager": ("all", "view change")},
    "lettertemplateedition": _READ_ALL,
    "lettersettings": {**_READ_ALL, "manager": ("all", "view change")},
    "decisionletter": {
        "agent": ("team", "view add change reveal"),
        "sales": ("team", "view add change reveal"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change approve export reveal"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view add change reveal"),
    },
    "letterhandover": {
        "agent": ("team", "view add"),
        "sales": ("team", "view add"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add"),
    },
    "conductcriterion": {role: ("all", "view") for role in ("agent", "sales", "manager", "integration")}
    | {"manager": ("all", "view change")},
    # Discreet: analysts and trainers do not see who is called unreasonable.
    "designation": {
        "agent": ("team", "view add change reveal"),
        "sales": ("team", "view"),
        "manager": ("team", "view add change approve export reveal"),
        "integration": ("all", "view"),
    },
    "conductevidence": {"agent": ("team", "view"), "manager": ("team", "view")},
    "conductobjection": {
        "agent": ("team", "view add"),
        "manager": ("team", "view add approve"),
        "integration": ("all", "view"),
    },
    "legalreference": {
        **_READ_ALL,
        **{role: ("all", "view cite") for role in ("agent", "sales", "integration")},
        "manager": ("all", "view change export cite"),
        "analyst": ("all", "view export"),
    },
    "citation": {
        "agent": ("team", "view add delete"),
        "sales": ("team", "view add delete"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add delete"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add delete"),
    },
}
