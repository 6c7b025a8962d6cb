"""Rows of the role table for grading: everybody reads how complaints are graded, managers change it."""

from complaints.rights.cases import settings_row

ACTIONS: dict[str, str] = {
    "gradingrule": "view add change delete",
    "gradingsetting": "view change",
    "policyapplying": "view",
}
SENSITIVE: dict[str, str] = {}

RIGHTS: dict[str, dict[str, tuple[str, str]]] = {
    "gradingrule": {**settings_row(), "manager": ("all", "view add change delete")},
    "gradingsetting": {**settings_row(), "manager": ("all", "view change")},
    "policyapplying": settings_row(),
}
