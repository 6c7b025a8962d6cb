"""Core: the platform under every other package."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Users, rights, jobs, imports, notifications: nothing that knows a customer."""

    name = "core"
    verbose_name = _("Platform")

    def ready(self) -> None:
        """Fill the registries, listen to sign-ins, and keep roles and schedules up to date."""
        import core.api.schema
        import core.checks  # noqa: F401 (registers itself)
        from core import sign_ins
        from core.access_explainers import register_platform_explainers
        from core.domain.bulk import tell_when_ended
        from core.domain.changed import register_follower
        from core.domain.handing_over import register_responsibilities
        from core.domain.health import register_platform_parts
        from core.domain.imports import follow_jobs
        from core.domain.picklists import ensure_values
        from core.domain.roles import grant_roles
        from core.domain.search import follow
        from core.domain.sequence import fill_sequence, note_changes
        from core.help import register_topics
        from core.help_topics import groups
        from core.imports.kinds.registration import register_targets
        from core.lists import register_list
        from core.models import PicklistValue, Team, User
        from core.notices import register_platform_kinds
        from core.rate_list import RATE_EXPORT
        from core.record_history import register_history
        from core.search_types import register_search
        from core.shell import register_shell
        from core.team_list import TEAM_EXPORT
        from core.token_list import TOKENS
        from core.user_list import USER_EXPORT
        from core.views.audit import AUDIT_EXPORT

        register_platform_kinds()
        register_platform_explainers()
        register_shell()
        for heading, topics in groups():
            register_topics(topics, group=heading)
        register_platform_parts()
        register_list(AUDIT_EXPORT)
        register_list(USER_EXPORT)
        register_list(TOKENS)
        register_list(TEAM_EXPORT)
        register_list(RATE_EXPORT)
        register_targets()
        register_responsibilities()
        register_history(Team)
        register_history(PicklistValue, action="change")
        # Roles and sign-ins of others are for who administers them.
        register_history(User, action="change")
        sign_ins.listen()
        register_follower("core.search", follow)
        register_follower("core.sequence", note_changes)
        tell_when_ended()
        follow_jobs()
        register_search()
        post_migrate.connect(grant_roles, dispatch_uid="core.grant_roles")
        post_migrate.connect(_guard_audit, sender=self, dispatch_uid="core.guard_audit")
        post_migrate.connect(ensure_values, dispatch_uid="core.ensure_picklists")
        post_migrate.connect(_ensure_schedules, sender=self, dispatch_uid="core.ensure_schedules")
        post_migrate.connect(fill_sequence, sender=self, dispatch_uid="core.fill_sequence")
        post_migrate.connect(_ensure_search, dispatch_uid="core.ensure_search")


def _guard_audit(using: str = "default", **kwargs: Any) -> None:
    """Put the triggers of the audit table up again: SQLite loses those of a table that it alters."""
    from django.db import connections

    from core import audit_guard

    connection = connections[using]
    if set(audit_guard.TABLES) <= set(connection.introspection.table_names()):
        audit_guard.install(connection)


def _ensure_schedules(**kwargs: Any) -> None:
    from core.domain.schedules import ensure_schedule

    ensure_schedule(
        "core.delete-old-jobs",
        title=_("Delete jobs that ended long ago"),
        task="core.tasks.delete_old_jobs",
        daily_at=time(3, 40),
    )
    ensure_schedule(
        "core.forget-forms",
        title=_("Forget forms that were sent long ago"),
        task="core.tasks.forget_forms",
        daily_at=time(3, 45),
    )
    ensure_schedule(
        "core.forget-sights",
        title=_("Forget who has seen which record in the days before"),
        task="core.tasks.forget_sights",
        daily_at=time(3, 47),
    )
    ensure_schedule(
        "core.delete-old-exports",
        title=_("Delete exported files that nobody fetched in time"),
        task="core.tasks.delete_old_exports",
        daily_at=time(3, 50),
    )
    ensure_schedule(
        "core.purge-bin",
        title=_("Delete for good what has lain in the recycle bin for long enough"),
        task="core.tasks.purge_bin",
        daily_at=time(3, 30),
    )
    ensure_schedule(
        "core.forget-runs",
        title=_("Forget files and rows of imports and actions that ended long ago"),
        task="core.tasks.forget_runs",
        daily_at=time(3, 35),
    )
    ensure_schedule(
        "core.sweep-files",
        title=_("Delete files that were removed long ago"),
        task="core.tasks.sweep_files",
        daily_at=time(3, 52),
    )
    ensure_schedule(
        "core.delete-old-notifications",
        title=_("Delete notifications that were read long ago"),
        task="core.tasks.delete_old_notifications",
        daily_at=time(3, 55),
    )
    ensure_schedule(
        "core.forget-idempotency-keys",
        title=_("Forget answers of the API that nobody asks for again"),
        task="core.tasks.forget_idempotency_keys",
        daily_at=time(4, 0),
    )
    ensure_schedule(
        "core.warn-of-expiring-tokens",
        title=_("Tell who uses a token that it runs out soon"),
        task="core.tasks.warn_of_expiring_tokens",
        daily_at=time(6, 0),
    )
    ensure_schedule(
        "core.seal-audit",
        title=_("Seal audit lines"),
        task="core.tasks.seal_audit",
        every_seconds=300,
    )
    ensure_schedule(
        "core.verify-audit",
        title=_("Check the seals of the audit lines"),
        task="core.tasks.verify_audit",
        daily_at=time(4, 10),
    )
    ensure_schedule(
        "core.forget-sign-ins",
        title=_("Forget failed sign-ins and sessions that ran out"),
        task="core.tasks.forget_sign_ins",
        daily_at=time(4, 5),
    )
    ensure_schedule(
        "core.sweep-shares",
        title=_("Remove shares whose last day is over"),
        task="core.tasks.sweep_shares",
        daily_at=time(0, 30),
    )
    ensure_schedule(
        "core.start-departures",
        title=_("Hand over what people held who left"),
        task="core.tasks.start_departures",
        daily_at=time(0, 20),
    )


def _ensure_search(sender: AppConfig, **kwargs: Any) -> None:
    """After the last app's turn: an installation from before search gets its terms by a job."""
    from django.apps import apps

    from core.domain.search import ensure_filled

    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if sender is last and apps.get_model("core", "searchterm")._meta.db_table in _tables():
        ensure_filled()


def _tables() -> list[str]:
    """What exists: nothing of search after a migration back to before it."""
    from django.db import connection

    return connection.introspection.table_names()
