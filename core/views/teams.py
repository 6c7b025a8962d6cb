"""Teams as a tree."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.access import can
from core.domain.teams import create_team, delete_team, update_team
from core.forms import TeamForm
from core.models import Team
from core.navigation import settings_crumbs
from core.views.base import ConfirmPage, FormPage, RightsMixin
from core.views.lists import export_address

NAV = "settings"


class TeamList(RightsMixin, TemplateView):
    """All teams, each below the one it belongs to. Teams are few, so the page holds them all."""

    required_right = ("view", Team)
    template_name = "core/team_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the tree, and what the person may do with it."""
        user = self.person
        teams = Team.objects.visible_to(user).select_related("lead")
        teams = teams.annotate(people=Count("members", filter=Q(members__is_active=True)))
        return super().get_context_data(
            teams=tree(teams),
            may_add=can(user, "add", Team),
            may_import=can(user, "import", Team),
            export_url=export_address(user, "core.team", Team),
            may_change=can(user, "change", Team),
            may_delete=can(user, "delete", Team),
            nav_current=NAV,
            **kwargs,
        )


def tree(teams: Any) -> list[Any]:
    """Return the teams in the order of a tree; each gets `depth`, `lines` (for indenting) and `path`."""
    children: dict[int | None, list[Any]] = {}
    for team in teams:
        children.setdefault(team.parent_id, []).append(team)
    found = []
    waiting = [(team, 0) for team in reversed(children.get(None, []))]
    while waiting:
        team, depth = waiting.pop()
        team.depth, team.lines = depth, range(depth)
        found.append(team)
        waiting.extend((child, depth + 1) for child in reversed(children.get(team.pk, [])))
    return found


class TeamCreate(FormPage):
    """A new team."""

    required_right = ("add", Team)
    form_class = TeamForm
    title = gettext_lazy("New team")
    submit_label = gettext_lazy("Create team")
    success_message = gettext_lazy("Team created.")
    nav_current = NAV
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs((_("Teams"), "core:team-list"))

    def cancel_url(self) -> str:
        """Go back to the tree."""
        return reverse("core:team-list")

    def perform(self, form: TeamForm) -> str:
        """Store the team."""
        create_team(form.cleaned_data, by=self.person)
        return self.cancel_url()


class TeamUpdate(TeamCreate):
    """Change a team, or move it in the tree."""

    required_right = ("change", Team)
    submit_label = gettext_lazy("Save team")
    success_message = gettext_lazy("Team saved.")

    @cached_property
    def team(self) -> Team:
        """The team to change."""
        team: Team = get_object_or_404(Team.objects.visible_to(self.person, "change"), pk=self.kwargs["pk"])
        return team

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.team}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the team in the title."""
        return super().get_context_data(**{"title": _("Edit %(name)s") % {"name": self.team.name}, **kwargs})

    def history_record(self) -> Team:
        """The team."""
        return self.team

    def perform(self, form: TeamForm) -> str:
        """Store the changes."""
        update_team(self.team, form.cleaned_data, by=self.person)
        return self.cancel_url()


class TeamDelete(ConfirmPage):
    """Delete a team that nothing refers to."""

    required_right = ("delete", Team)
    success_message = gettext_lazy("Team deleted.")
    nav_current = NAV

    @cached_property
    def team(self) -> Team:
        """The team to delete."""
        team: Team = get_object_or_404(Team.objects.visible_to(self.person, "delete"), pk=self.kwargs["pk"])
        return team

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Delete team “%(name)s”?") % {"name": self.team.name},
            "message": _("A team with members, teams below it or records cannot be deleted."),
            "confirm_label": _("Delete team"),
            "cancel_url": reverse("core:team-list"),
        }

    def perform(self) -> str:
        """Delete it."""
        delete_team(self.team, by=self.person)
        return reverse("core:team-list")
