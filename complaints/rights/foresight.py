"""Rights on what is foreseen: limits of falling satisfaction, portraits, forecasts and their rows.

Portraits are figures over the whole house: managers and analysts read them whole, cells of fewer than five
complainants hidden; the lists behind their figures show what the reader may see. Likely complainers are
seen by who sees the customer. How good a forecast is may be read by whoever reads its rows.
"""

ACTIONS: dict[str, str] = {
    "satisfactionpolicy": "view change",
    "portrait": "view export",
    "portraittrait": "view export",
    "forecast": "view",
    "likelycomplainer": "view export",
}
SENSITIVE: dict[str, str] = {}

_READERS = ("agent", "sales", "manager", "analyst", "integration")
_WHOLE = {
    "manager": ("all", "view export"),
    "analyst": ("all", "view export"),
    "integration": ("all", "view"),
}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "satisfactionpolicy": {role: ("all", "view") for role in ("manager", "analyst")},
    "portrait": {**_WHOLE},
    "portraittrait": {**_WHOLE},
    "forecast": {role: ("all", "view") for role in _READERS},
    "likelycomplainer": {
        "agent": ("team", "view"),
        "sales": ("team", "view"),
        "manager": ("team", "view export"),
        "analyst": ("all", "view export"),
        "integration": ("all", "view"),
    },
}
