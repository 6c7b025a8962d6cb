"""The targets of this package, made known to the import engine."""

from core.imports.targets import register
from core.imports.words import register_words
from customers.imports.contacts import ContactTarget
from customers.imports.customers import CustomerTarget
from customers.imports.interactions import InteractionTarget
from customers.imports.orders import OrderTarget
from customers.imports.products import ProductTarget
from customers.imports.tasks import TaskTarget
from customers.imports.words import FAULTS, GROUPS


def register_targets() -> None:
    """Offer what people keep in spreadsheets for import, with the words of their faults."""
    for target in (CustomerTarget, ContactTarget, OrderTarget, InteractionTarget, TaskTarget, ProductTarget):
        register(target())
    register_words(FAULTS, GROUPS)
