"""Saved views of lists, and which columns and view a person has chosen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import ViewScope
from core.models.users import Team
from core.querysets import SavedViewQuerySet


class SavedView(models.Model):
    """Filters, sorting and columns of a list under a name. Filters keep their tokens (`@me`)."""

    list_key = models.CharField(_("list"), max_length=60, editable=False)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        editable=False,
        on_delete=models.CASCADE,
        related_name="saved_views",
    )
    scope = models.CharField(_("for"), max_length=8, choices=ViewScope, default=ViewScope.PRIVATE)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    query = models.JSONField(_("filters"), default=dict, blank=True)
    sort = models.CharField(_("sorting"), max_length=40, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    position = models.PositiveIntegerField(_("place"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                "owner", "list_key", Lower("name"), name="view_name_is_unique_for_its_owner"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(scope=ViewScope.TEAM, team__isnull=False)
                | (~models.Q(scope=ViewScope.TEAM) & models.Q(team__isnull=True)),
                name="only_a_team_view_has_a_team",
            ),
        ]
        indexes = [
            models.Index(fields=["list_key", "scope"], name="saved_view_of_list"),
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """What a person has chosen for a list: columns, and the view that it opens with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_choices")
    list_key = models.CharField(_("list"), max_length=60)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    view = models.ForeignKey(
        SavedView, verbose_name=_("opens with"), null=True, blank=True, on_delete=models.SET_NULL
    )

    class Meta:
        verbose_name = _("choice for a list")
        verbose_name_plural = _("choices for lists")
        constraints = [
            models.UniqueConstraint(fields=["user", "list_key"], name="one_choice_a_person_and_list")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.list_key}"
