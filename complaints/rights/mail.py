"""Rights on mailboxes, received mails and mails to customers."""

ACTIONS: dict[str, str] = {
    "mailbox": "view add change",
    "mailpolicy": "view change",
    "inboundmail": "view change reveal",
    "caseletter": "view add change",
}
#: Masked for roles without `reveal`.
SENSITIVE: dict[str, str] = {"inboundmail": "sender"}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "mailbox": {"manager": ("all", "view")},
    "mailpolicy": {"manager": ("all", "view")},
    "inboundmail": {
        "agent": ("team", "view reveal"),
        "manager": ("team", "view change reveal"),
        "integration": ("all", "view change reveal"),
    },
    "caseletter": {
        "agent": ("team", "view add change"),
        "sales": ("team", "view add change"),
        "trainer": ("team", "view"),
        "manager": ("team", "view add change"),
        "analyst": ("all", "view"),
        "integration": ("all", "view add change"),
    },
}
