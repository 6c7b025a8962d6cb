"""The customer package's rows of the role table: model → role → (reach, actions)."""

ACTIONS: dict[str, str] = {
    "customer": "view add change delete restore export import assign reveal share",
    "person": "view add change export reveal",
    "contact": "view add change delete export import",
    "interaction": "view add change delete export import",
    "product": "view add change delete export import",
    "order": "view add change delete export import refund",
    "task": "view add change export import",
    "timelineevent": "view",
    "metrics": "view export",
    "tag": "view add change delete",
}

#: Masked for roles without `reveal`.
SENSITIVE: dict[str, str] = {"customer": "phone email", "person": "mobile email wechat birthday"}

_STAFF = "agent sales trainer manager analyst".split()

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "customer": {
        "agent": ("team", "view add change reveal"),
        "sales": ("team", "view add change export import reveal share"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change delete restore export import assign reveal share"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view add change import assign reveal"),
    },
    "person": {
        "agent": ("team", "view add change reveal"),
        "sales": ("team", "view add change export reveal"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change export reveal"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add change reveal"),
    },
    "contact": {
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change delete export import"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change delete export import"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add change import"),
    },
    "interaction": {
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change delete export import"),
        "trainer": ("team", "view add"),
        "manager": ("team", "view add change delete export import"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view add import"),
    },
    "product": {
        **{role: ("all", "view") for role in _STAFF},
        "sales": ("all", "view export"),
        "analyst": ("all", "view export"),
        "manager": ("all", "view add change delete export import"),
        "integration": ("all", "view import"),
    },
    "order": {
        "agent": ("team", "view"),
        "sales": ("team", "view add change export import refund"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change delete export import refund"),
        "analyst": ("all", "view export import"),
        "integration": ("all", "view add change import"),
    },
    "task": {
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change import"),
        "trainer": ("team", "view add change"),
        "manager": ("team", "view add change export import"),
        "analyst": ("all", "view"),
    },
    "timelineevent": {
        "agent": ("team", "view"),
        "sales": ("team", "view"),
        "trainer": ("team", "view"),
        "manager": ("team", "view"),
        "analyst": ("all", "view"),
        "integration": ("all", "view"),
    },
    "metrics": {
        "agent": ("team", "view"),
        "sales": ("team", "view"),
        "manager": ("team", "view export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
    "tag": {
        **{role: ("all", "view") for role in [*_STAFF, "integration"]},
        "manager": ("all", "view add change delete"),
        "sales": ("all", "view add"),
    },
}
