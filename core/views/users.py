"""Users: list, record, form, in and out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.access import can, reach_of, role_table
from core.audit_lines import kind_name
from core.domain.absences import absences_of, may_arrange
from core.domain.departures import leavers_of
from core.domain.sessions import sessions_of
from core.domain.users import create_user, deactivate_user, reactivate_user, update_user
from core.filters import UserFilterSet
from core.forms import NewUserForm, UserForm
from core.models import ApiToken, AuditEntry, Departure, SecondFactor, User
from core.navigation import settings_crumbs
from core.roles import Reach, Role
from core.user_list import USER_SORTS
from core.views.base import ConfirmPage, FormPage, RightsMixin
from core.views.lists import ListPage
from core.views.one_user import OneUser
from core.views.proofs import AsksAgain

NAV = "settings"


class UserList(ListPage):
    """Everybody who works here, and the services."""

    model = User
    filterset_class = UserFilterSet
    template_name = "core/user_list.html"
    nav_current = NAV
    sort_keys = USER_SORTS
    export_key = "core.user"
    default_sort = "name"

    def extra_context(self) -> dict[str, Any]:
        """Offer what the person may do."""
        rights = {f"may_{action}": can(self.person, action, User) for action in ("add", "import")}
        return {**rights, "role_labels": dict(Role.choices)}


class UserDetail(RightsMixin, TemplateView):
    """One user: who it is, what they may do, what they did."""

    required_right = ("view", User)
    template_name = "core/user_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show rights and tokens to who administers, and the last lines of the audit table."""
        viewer = self.person
        rows = User.objects.visible_to(viewer).for_list()
        shown: User = get_object_or_404(rows, pk=self.kwargs["pk"])
        may_change = can(viewer, "change", User)
        context: dict[str, Any] = {
            "shown": shown,
            "roles": [Role(group.name).label for group in shown.groups.all() if group.name in Role.values],
            "may_change": may_change,
            "absences": absences_of(shown, on=timezone.localdate()),
            "may_be_absent": may_arrange(viewer, shown),
            "may_explain": can(viewer, "explain", User),
            "may_offboard": can(viewer, "add", Departure) and leavers_of(viewer).filter(pk=shown.pk).exists(),
            "nav_current": NAV,
        }
        if may_change or shown.pk == viewer.pk:
            context["rights"] = rights_of(shown)
        if may_change:
            tokens = ApiToken.objects.visible_to(viewer).filter(user=shown, revoked_at__isnull=True)
            lines = AuditEntry.objects.visible_to(viewer).about(shown).for_list()
            context |= {"tokens": list(tokens), "lines": list(lines[:10])}
            context |= {
                "factor": SecondFactor.objects.of(shown).first(),
                "sessions": sessions_of(shown, at=timezone.now()),
            }
        return super().get_context_data(**context, **kwargs)


def rights_of(user: Any) -> list[dict[str, Any]]:
    """Return what the user may do, by kind of record: the effective rights of all roles together."""
    shown = []
    for label, row in role_table().items():
        actions = in_order({action for _reach, words in row.values() for action in words})
        model = apps.get_model(label)
        found = [(action, reach_of(user, model, action)) for action in actions]
        granted = [
            {"action": action_label(action), "reach": Reach(reach).label} for action, reach in found if reach
        ]
        if granted:
            shown.append({"kind": kind_name(label), "granted": granted})
    return sorted(shown, key=lambda right: right["kind"])


_ACTIONS = {
    "view": gettext_lazy("see"),
    "add": gettext_lazy("create"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
    "restore": gettext_lazy("restore"),
    "export": gettext_lazy("export"),
    "import": gettext_lazy("import"),
    "assign": gettext_lazy("assign"),
    "reveal": gettext_lazy("see sensitive fields"),
    "refund": gettext_lazy("refund"),
    "cancel": gettext_lazy("cancel"),
    "retry": gettext_lazy("start again"),
    "run": gettext_lazy("run"),
    "move": gettext_lazy("move"),
    "publish": gettext_lazy("share with everybody"),
    "undo": gettext_lazy("undo"),
    "share": gettext_lazy("share single records"),
    "approve": gettext_lazy("approve"),
    "cite": gettext_lazy("cite"),
    "grade": gettext_lazy("grade"),
    "link": gettext_lazy("link"),
    "use": gettext_lazy("use"),
    "explain": gettext_lazy("see who may do what, and why"),
}


def in_order(actions: Iterable[str]) -> list[str]:
    """Return actions in the order in which people think of them."""
    places = {action: place for place, action in enumerate(_ACTIONS)}
    return sorted(actions, key=lambda action: (places.get(action, len(places)), action))


def action_label(action: str) -> Any:
    """Return an action of the role table as a verb."""
    return _ACTIONS.get(action, action)


class UserCreate(AsksAgain, FormPage):
    """A new user."""

    always_weighty = False

    required_right = ("add", User)
    form_class = NewUserForm
    title = gettext_lazy("New user")
    submit_label = gettext_lazy("Create user")
    success_message = gettext_lazy("User created.")
    nav_current = NAV

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs((_("Users"), "core:user-list"))

    def cancel_url(self) -> str:
        """Go back to the list."""
        return reverse("core:user-list")

    def needs_proof(self, form: NewUserForm) -> bool:
        """Ask again before rights are given."""
        return bool(form.cleaned_data["roles"])

    def perform(self, form: NewUserForm) -> str:
        """Store the user."""
        data = {**form.cleaned_data}
        roles, password = data.pop("roles"), data.pop("password") or None
        user = create_user(data, roles=roles, password=password, by=self.person)
        return reverse("core:user-detail", args=[user.pk])


#: What decides how somebody signs in, and on whose records they act.
_WEIGHTY = ("email", "username", "team", "is_service")


class UserUpdate(AsksAgain, FormPage):
    """Change a user and the roles."""

    always_weighty = False

    required_right = ("change", User)
    form_class = UserForm
    success_message = gettext_lazy("User saved.")
    nav_current = NAV

    @cached_property
    def shown(self) -> User:
        """The user to change."""
        rows = User.objects.visible_to(self.person, "change")
        user: User = get_object_or_404(rows, pk=self.kwargs["pk"])
        return user

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.shown}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the user in the title."""
        title = _("Edit %(name)s") % {"name": self.shown.display_name}
        return super().get_context_data(**{"title": title, **kwargs})

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs((_("Users"), "core:user-list"))

    def cancel_url(self) -> str:
        """Go back to the record."""
        return reverse("core:user-detail", args=[self.shown.pk])

    def conflict_record(self) -> User:
        """The user."""
        return self.shown

    def needs_proof(self, form: UserForm) -> bool:
        """Ask again before rights change, or by what the person signs in, or whether at all."""
        data, shown = form.cleaned_data, self.shown
        roles = {group.name for group in shown.groups.all()}
        changed = {name for name in _WEIGHTY if data[name] != getattr(shown, name)}
        return bool(changed) or set(data["roles"]) != roles

    def perform(self, form: UserForm) -> str:
        """Store the changes."""
        data = {**form.cleaned_data}
        roles, version = data.pop("roles"), data.pop("version")
        update_user(self.shown, data, roles=roles, by=self.person, version=version)
        return self.cancel_url()


class UserDeactivate(OneUser, ConfirmPage):
    """Keep a user out."""

    required_right = ("change", User)
    success_message = gettext_lazy("User switched off.")
    nav_current = NAV

    def question(self) -> dict[str, Any]:
        """Ask, and say what follows."""
        return {
            "title": _("Switch off %(name)s?") % {"name": self.shown.display_name},
            "message": _("The person is signed out at once and cannot sign in again."),
            "consequences": [
                _("API tokens are revoked for good."),
                _("Customers and tasks keep their owner until you assign them to somebody else."),
                _("Does the person leave? “Leaves the company” hands everything over in one job."),
            ],
            "confirm_label": _("Switch off user"),
            "cancel_url": reverse("core:user-detail", args=[self.shown.pk]),
        }

    def perform(self) -> str:
        """Switch off."""
        deactivate_user(self.shown, by=self.person, at=timezone.now())
        return reverse("core:user-detail", args=[self.shown.pk])


class UserReactivate(UserDeactivate):
    """Let a user in again."""

    success_message = gettext_lazy("User switched on.")

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Switch on %(name)s?") % {"name": self.shown.display_name},
            "message": _("The person may sign in again with the same roles. Revoked tokens stay revoked."),
            "confirm_label": _("Switch on user"),
            "cancel_url": reverse("core:user-detail", args=[self.shown.pk]),
            "danger": False,
        }

    def perform(self) -> str:
        """Switch on."""
        reactivate_user(self.shown, by=self.person)
        return reverse("core:user-detail", args=[self.shown.pk])
