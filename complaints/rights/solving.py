"""Rights on investigations, compensations, call-backs and phrases."""

ACTIONS: dict[str, str] = {
    "investigation": "view change approve",
    "cause": "view change export link",
    "complaintcause": "view change",
    "compensation": "view add change approve export",
    "compensationmove": "view",
    "compensationceiling": "view change",
    "callback": "view change export",
    "callbackpolicy": "view change",
    "phrasecard": "view change use",
}
SENSITIVE: dict[str, str] = {}

_READ = {"sales": ("team", "view"), "trainer": ("team", "view"), "analyst": ("all", "view")}
_READ_ALL = {
    role: ("all", "view") for role in ("agent", "sales", "trainer", "manager", "analyst", "integration")
}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "investigation": {
        **_READ,
        "agent": ("team", "view change"),
        "trainer": ("team", "view change"),
        "manager": ("team", "view change approve"),
        "integration": ("all", "view"),
    },
    "cause": {
        **_READ_ALL,
        "agent": ("all", "view link"),
        "analyst": ("all", "view export"),
        "manager": ("all", "view change export link"),
        "integration": ("all", "view link"),
    },
    "complaintcause": {
        **_READ,
        "agent": ("team", "view change"),
        "manager": ("team", "view change"),
        "integration": ("all", "view change"),
    },
    "compensation": {
        **_READ,
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change"),
        "manager": ("team", "view add change approve export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
    "compensationmove": {
        "agent": ("team", "view"),
        "sales": ("team", "view"),
        "manager": ("team", "view"),
        "analyst": ("all", "view"),
        "integration": ("all", "view"),
    },
    "compensationceiling": {**_READ_ALL},
    "callback": {
        **_READ,
        "agent": ("team", "view change"),
        "sales": ("team", "view change"),
        "manager": ("team", "view change export"),
        "analyst": ("all", "view export"),
        # A telephone system notes vain calls, and what was keyed in.
        "integration": ("all", "view change"),
    },
    "callbackpolicy": {**_READ_ALL},
    # Whoever writes in logs says them, and is counted.
    "phrasecard": {
        **_READ_ALL,
        **{role: ("all", "view use") for role in ("agent", "sales", "trainer", "integration")},
        "manager": ("all", "view change use"),
    },
}
