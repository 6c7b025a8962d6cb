"""Rights on the public form, what came through it, and status pages."""

from complaints.rights.cases import _READ_WITH_THE_CASE, settings_row

ACTIONS: dict[str, str] = {
    "publicform": "view change",
    "formsubmission": "view",
    "statusaccess": "view change",
}
SENSITIVE: dict[str, str] = {}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "publicform": settings_row(changed_by_manager=True) | {"integration": ("all", "view change")},
    "formsubmission": _READ_WITH_THE_CASE,
    "statusaccess": {
        **_READ_WITH_THE_CASE,
        "agent": ("team", "view change"),
        "sales": ("team", "view change"),
        "manager": ("team", "view change"),
    },
}
