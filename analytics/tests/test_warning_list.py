"""The list of warnings: views, columns, and what is done to many warnings at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from analytics.models import ChurnWarning
from analytics.tests.factories import ChurnWarningFactory
from core.choices import BulkOutcome
from core.domain.bulk import request_bulk, run_bulk
from core.errors import DomainError
from core.models import BulkRow, User
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
LIST = "analytics:warning-list"


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales")


def warning_of(owner: User, **values: object) -> ChurnWarning:
    made: ChurnWarning = ChurnWarningFactory(customer=CustomerFactory(owner=owner), owner=owner, **values)
    return made


def do(by: User, action: str, query: str, data: str) -> dict[str, int]:
    run = request_bulk("analytics.warning", action, query=query, ids=None, data=QueryDict(data), by=by)
    return run_bulk(run.pk)


def test_many_warnings_are_marked_as_contacted(sales: User) -> None:
    rows = [warning_of(sales), warning_of(sales)]
    done = warning_of(sales, state="contacted")
    other = ChurnWarningFactory()
    found = do(sales, "contacted", "state=open&state=contacted", "note=By+mail")
    assert found == {BulkOutcome.CHANGED: 2, BulkOutcome.SAME: 1}
    for row in (*rows, done, other):
        row.refresh_from_db()
    assert [(row.state, row.note) for row in rows] == [("contacted", "By mail")] * 2
    assert (done.note, other.state) == ("", "open")


def test_many_warnings_are_dismissed_with_a_reason(sales: User) -> None:
    row = warning_of(sales)
    closed = warning_of(sales, state="saved", closed_at=row.opened_at)
    with pytest.raises(DomainError):
        do(sales, "dismiss", "", "note=x")
    assert do(sales, "dismiss", "", "reason=known_pause&note=x") == {
        BulkOutcome.CHANGED: 1,
        BulkOutcome.REFUSED: 1,
    }
    row.refresh_from_db()
    assert (row.state, row.dismiss_reason) == ("dismissed", "known_pause")
    assert BulkRow.objects.get(object_id=closed.pk).reason.startswith("This warning is")


def test_the_page_has_views_columns_and_actions(sales: User, client_of: Callable[[User], Client]) -> None:
    warning_of(sales)
    client = client_of(sales)
    page = client.get(reverse(LIST), {"owner": "@me", "state": ["open", "contacted"]})
    tabs = {tab["label"]: tab["current"] for tab in page.context["view_tabs"]}
    assert tabs["Mine"]
    assert not tabs["Unclosed"]
    assert reverse("core:bulk-start", args=["analytics.warning", "dismiss"]) in page.content.decode()
    columns = reverse("core:list-columns", args=["analytics.warning"])
    sent = {"columns": ["customer_name", "tier", "note"]}
    client.post(columns, sent)
    shown = client.get(reverse(LIST)).context["columns"]
    assert [column.key for column in shown] == ["customer_name", "tier", "note"]


def test_who_only_reads_changes_nothing(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    analyst = user_in("analyst")
    ChurnWarningFactory()
    page = client_of(analyst).get(reverse(LIST))
    assert page.context["bulk_actions"] == []
    assert client_of(analyst).post(
        reverse("core:bulk-start", args=["analytics.warning", "dismiss"]), {"everything": "1"}
    ).status_code in {403, 404}
