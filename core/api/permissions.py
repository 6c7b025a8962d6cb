"""The role table, read by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from rest_framework.permissions import BasePermission

from core.access import can
from core.api_scopes import allows, scope_of
from core.models import ApiToken

if TYPE_CHECKING:  # the settings name this module: REST framework loads it while it loads itself
    from rest_framework.request import Request
    from rest_framework.views import APIView

#: What an action of a ViewSet asks of the role table; a ViewSet adds its own in `action_rights`.
ACTION_RIGHTS = {
    "list": "view",
    "retrieve": "view",
    "create": "add",
    "update": "change",
    "partial_update": "change",
    "destroy": "delete",
    "metadata": "view",
}


def right_of(view: Any) -> str:
    """Return the right that the current action needs; an action nobody thought of needs the widest."""
    action = getattr(view, "action", None) or "list"
    rights = {**ACTION_RIGHTS, **getattr(view, "action_rights", {})}
    return str(rights.get(action, "change"))


def rights_of(view: Any) -> tuple[str, ...]:
    """Return the rights of which the current action needs one; each of many things asks for its own."""
    if getattr(view, "action", "") == "bulk" and "bulk" not in view.action_rights:
        found: tuple[str, ...] = view.operation_rights()
        return found
    return (right_of(view),)


class RightsPermission(BasePermission):
    """Signed in, allowed the action by a role, and within the reach of that role."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Check the action; a view without a `model` is open to whoever is signed in.

        Refusals count, too: the usual limit counts only what passes here.
        """
        if self._may(request, view):
            return True
        from core.api.throttles import hold_up, who_asks

        hold_up(request, who_asks(request))
        return False

    def _may(self, request: Request, view: APIView) -> bool:
        user = request.user
        if user is None or not user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken) and not self._in_scope(request.auth, request, view):
            return False
        model = getattr(view, "model", None)
        return model is None or any(can(user, right, model) for right in rights_of(view))

    def _in_scope(self, token: ApiToken, request: Request, view: APIView) -> bool:
        """Tell whether the token covers the resource; a view that names none is closed to tokens."""
        resource = getattr(view, "scope_resource", "")
        self.message = gettext("This token lacks the scope %(scope)s.") % {
            "scope": scope_of(resource or "?", request.method or "GET")
        }
        return bool(resource) and allows(token.scopes, resource, request.method or "GET")

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Check that the row, which the person may see, is also within reach of the action."""
        right = right_of(view)
        if right == "view" or getattr(view, "model", None) is None:
            return True
        return bool(type(obj)._default_manager.in_reach(request.user, right).filter(pk=obj.pk).exists())
