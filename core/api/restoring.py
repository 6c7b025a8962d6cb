"""Taking records out of the recycle bin over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedViewSet
from core.errors import Conflict
from core.recycling import recyclable

if TYPE_CHECKING:
    _Base = ScopedViewSet
else:
    _Base = object


class RestoreMixin(_Base):
    """`POST …/{id}/restore/` for a kind that goes to the recycle bin; `action_rights` names its right."""

    @extend_schema(request=None, filters=False)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Take the record out of the recycle bin; answers it. 409 where it does not lie there."""
        kind = recyclable(self.model._meta.label_lower)
        if kind is None:
            raise Http404
        row = kind.rows_for(self.caller).filter(pk=pk).first()
        if row is None:
            manager: Any = self.model._default_manager
            if manager.visible_to(self.caller, kind.right).filter(pk=pk).exists():
                raise Conflict("not_deleted", _("It is not in the recycle bin any more."))
            raise Http404
        return self.answer(self.fresh(kind.restore(row, self.caller)))
