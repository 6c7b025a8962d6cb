"""The status page of a case over the API: a link sent to the complainant, and every link made void."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.status_links import have_link_sent, revoke_links
from complaints.models import StatusAccess
from core.access import require

if TYPE_CHECKING:
    from customers.api.base import VersionedViewSet as _Base
else:
    _Base = object


class StatusMixin(_Base):
    """Links to the status page; the page itself is opened without an account."""

    @extend_schema(request=None, filters=False)
    @action(detail=True, methods=["post"], url_path="send-status-link", url_name="send-status-link")
    def send_status_link(self, request: Request, pk: int) -> Response:
        """Have a link mailed to the complainant. 400 without an address."""
        require(self.actor, "change", StatusAccess)
        case = self.get_object()
        have_link_sent(case)
        return self.answer(self.fresh(case))

    @extend_schema(request=None, filters=False)
    @action(detail=True, methods=["post"], url_path="void-status-links", url_name="void-status-links")
    def void_status_links(self, request: Request, pk: int) -> Response:
        """Let no link that was sent until now open the status page any more."""
        require(self.actor, "change", StatusAccess)
        case = self.get_object()
        revoke_links(case, by=self.actor)
        return self.answer(self.fresh(case))
