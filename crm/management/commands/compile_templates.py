"""Parse every template, so that a typing error is found before a person opens the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    """Compile all templates under `templates/`."""

    help = "Parse every template and fail on the first syntax error of each."

    def handle(self, *args: Any, **options: Any) -> None:
        """Name every template that does not parse."""
        root = Path(settings.BASE_DIR) / "templates"
        broken = []
        for path in sorted(root.rglob("*.*")):
            try:
                get_template(str(path.relative_to(root)))
            except TemplateSyntaxError as error:
                broken.append(f"{path.relative_to(root)}: {error}")
        if broken:
            raise CommandError("\n".join(broken))
