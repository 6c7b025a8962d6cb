"""manage.py import_customers FILE --user admin [--mapping name=客户名称,…] [--dry-run]."""

from customers.imports.command import ImportCommand


class Command(ImportCommand):
    """Import customers from a file."""

    help = "Import customers from a CSV or XLSX file; a second run changes nothing."
    target_key = "customers.customer"
