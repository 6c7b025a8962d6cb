"""The REST endpoints of the package."""

from customers.api.customers import CustomerViewSet, MetricsViewSet
from customers.api.orders import OrderViewSet, ProductViewSet
from customers.api.people import ContactViewSet, PersonViewSet
from customers.api.tags import TagViewSet
from customers.api.work import InteractionViewSet, TaskViewSet

routes = [
    ("customers", CustomerViewSet, "customer"),
    ("persons", PersonViewSet, "person"),
    ("contacts", ContactViewSet, "contact"),
    ("interactions", InteractionViewSet, "interaction"),
    ("orders", OrderViewSet, "order"),
    ("metrics", MetricsViewSet, "metrics"),
    ("tasks", TaskViewSet, "task"),
    ("products", ProductViewSet, "product"),
    ("tags", TagViewSet, "tag"),
]
