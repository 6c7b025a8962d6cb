"""Every task that the source asks for by name exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

# Importing the tasks runs Django's checks, which read the choices of fields: some are rows.
pytestmark = pytest.mark.django_db
PACKAGES = ("core", "customers", "surveys", "complaints", "training", "analytics", "crm")


def names_in(path: Path) -> Iterator[tuple[str, int]]:
    """Yield (task name, line) of every `later("…")` and `ensure_schedule(…, task="…")`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called == "later":
            asked = node.args[0]
        elif called == "ensure_schedule":
            asked = next(keyword.value for keyword in node.keywords if keyword.arg == "task")
        else:
            continue
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            yield asked.value, node.lineno


def asked_for() -> list[tuple[str, str]]:
    found = []
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            if "tests" not in path.parts:
                place = path.relative_to(settings.BASE_DIR)
                found += [(name, f"{place}:{line}") for name, line in names_in(path)]
    return found


def test_something_is_asked_for():
    assert "core.tasks.delete_old_jobs" in {name for name, _ in asked_for()}


@pytest.mark.parametrize(("name", "place"), asked_for(), ids=lambda value: value)
def test_the_task_exists(name, place):
    current_app.loader.import_default_modules()

    assert name in current_app.tasks, f"{place} asks for {name}, which no package registers"
