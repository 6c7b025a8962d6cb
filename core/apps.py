"""Core: the platform under every other package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Users, rights, jobs, imports, notifications: nothing that knows a customer."""

    name = "core"
    verbose_name = _("Platform")

    def ready(self) -> None:
        """Give the seven roles their Django permissions after each migration."""
        from core.domain.roles import grant_roles

        post_migrate.connect(grant_roles, dispatch_uid="core.grant_roles")
