"""manage.py import_orders FILE --user admin [--mapping field=heading,…] [--currency USD]."""

from argparse import ArgumentParser
from typing import Any

from customers.imports.command import ImportCommand


class Command(ImportCommand):
    """Import orders from a file."""

    help = "Import orders and refunds from a CSV or XLSX file; a second run changes nothing."
    target_key = "customers.order"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what only orders have."""
        super().add_arguments(parser)
        parser.add_argument(
            "--currency", help="currency of rows without one; the base currency when left out"
        )
        parser.add_argument(
            "--no-new-customers", action="store_true", help="refuse rows of unknown customers"
        )

    def import_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of the import."""
        chosen = super().import_options(options) | {"create_customers": not options["no_new_customers"]}
        return chosen | ({"currency": options["currency"].upper()} if options["currency"] else {})
