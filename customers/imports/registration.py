"""The targets of this package, made known to the import engine."""

from core.imports.targets import register
from core.imports.words import register_words
from customers.imports.customers import CustomerTarget
from customers.imports.orders import OrderTarget
from customers.imports.words import FAULTS, GROUPS


def register_targets() -> None:
    """Offer customers and orders for import, with the words of their faults."""
    register(CustomerTarget())
    register(OrderTarget())
    register_words(FAULTS, GROUPS)
