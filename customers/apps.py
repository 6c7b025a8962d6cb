"""Customers: who they are and what we do with them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Customers, contacts, interactions, products, orders, tasks and their computed figures."""

    name = "customers"
    verbose_name = _("Customers")
