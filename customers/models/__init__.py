"""Models of the customer package."""

from customers.models.activity import Interaction, Task, TimelineEvent
from customers.models.customers import AxisChange, Customer, Tag
from customers.models.metrics import Metrics, MonthlySnapshot
from customers.models.orders import Order, OrderDay, OrderLine, OrderTotals
from customers.models.people import Acquaintance, Contact, Person
from customers.models.products import Price, Product

__all__ = [
    "Acquaintance",
    "AxisChange",
    "Contact",
    "Customer",
    "Interaction",
    "Metrics",
    "MonthlySnapshot",
    "Order",
    "OrderDay",
    "OrderLine",
    "OrderTotals",
    "Person",
    "Price",
    "Product",
    "Tag",
    "Task",
    "TimelineEvent",
]
