import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.choices import DismissReason, WarningState
from analytics.domain.nightly import run_now_here
from analytics.domain.runs import local_today
from analytics.domain.warnings import move_warning
from analytics.models import ChurnWarning, ModelFit, NightlyRun
from analytics.tests.factories import (
    AS_OF,
    ChurnWarningFactory,
    give_orders,
    silent_customer,
    simulated_base,
)
from core.models import AuditEntry, Team
from customers.models import Tag, Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
DASHBOARD = "/analytics/"


@pytest.fixture
def sales(user_in):
    return user_in("sales", full_name="Chen Siyuan")


@pytest.fixture
def analyst(user_in):
    return user_in("analyst")


@pytest.fixture
def computed(sales):
    simulated_base(70, owner=sales, team=sales.team)
    silent_customer(owner=sales, team=sales.team)
    return run_now_here(AS_OF)


def warning_of(user, **fields) -> ChurnWarning:
    return ChurnWarningFactory(customer=CustomerFactory(owner=user, team=user.team), owner=user, **fields)


def text_of(answer) -> str:
    return answer.content.decode()


# ---- dashboard --------------------------------------------------------------------------------------
def test_without_orders_the_page_says_what_to_do(analyst, client_of):
    page = client_of(analyst).get(DASHBOARD)

    assert page.status_code == 200
    assert "import a file of them" in text_of(page)


def test_before_the_first_computation_the_page_offers_it(analyst, sales, client_of):
    give_orders(CustomerFactory(owner=sales), [AS_OF])

    page = text_of(client_of(analyst).get(DASHBOARD))

    assert "The orders are here" in page
    assert 'data-dialog-open="run-now"' in page


def test_the_dashboard_shows_tiles_charts_and_owners(computed, analyst, client_of):
    page = client_of(analyst).get(DASHBOARD)

    assert len(page.context["tiles"]) == 6
    assert [chart["id"] for chart in page.context["charts"]] == [
        "rfm",
        "concentration",
        "p_alive",
        "segment",
        "revenue",
    ]
    assert page.context["owners"]["rows"][0]["name"] == "Chen Siyuan"
    assert page.context["card"]["fit"].window_days
    assert "Computed" in text_of(page)


def test_the_dashboard_costs_the_same_for_any_number_of_warnings(computed, analyst, sales, client_of):
    client = client_of(analyst)
    client.get(DASHBOARD)
    with CaptureQueriesContext(connection) as few:
        client.get(DASHBOARD)
    for _turn in range(3):
        warning_of(sales)
    with CaptureQueriesContext(connection) as many:
        client.get(DASHBOARD)

    assert len(few) == len(many) <= 30


def test_no_request_sums_up_orders(computed, analyst, client_of):
    client = client_of(analyst)
    with CaptureQueriesContext(connection) as seen:
        client.get(DASHBOARD)

    for query in seen.captured_queries:
        if "customers_orderday" in query["sql"] or "customers_metrics" in query["sql"]:
            assert "SUM(" not in query["sql"]
            assert "COUNT(" not in query["sql"]


@pytest.mark.parametrize("period", ["3m", "6m", "12m", "ytd"])
def test_every_period_has_figures(computed, analyst, client_of, period):
    page = client_of(analyst).get(DASHBOARD, {"period": period})

    assert page.status_code == 200
    assert page.context["board"].values["active", ""].period == period


@pytest.mark.parametrize("query", [{"period": "5w"}, {"team": "x"}, {"team": 10**9}, {"tag": 10**9}])
def test_unknown_choices_do_not_exist(computed, analyst, client_of, query):
    assert client_of(analyst).get(DASHBOARD, query).status_code == 404


def test_a_manager_sees_the_own_team(computed, user_in, sales, client_of):
    manager = user_in("manager", team=sales.team)

    page = client_of(manager).get(DASHBOARD)

    assert page.context["scope"].team_id == sales.team_id
    assert page.context["board"].values["customers", ""].scope == f"team:{sales.team_id}"
    assert "All teams" not in text_of(page)


def test_a_manager_of_another_team_sees_nothing_of_it(computed, user_in, sales, client_of):
    manager = user_in("manager", team=Team.objects.create(name="Elsewhere"))
    client = client_of(manager)

    assert "Nobody in this choice has ordered" in text_of(client.get(DASHBOARD))
    assert client.get(DASHBOARD, {"team": sales.team_id}).status_code == 404


@pytest.mark.parametrize("role", ["sales", "agent", "trainer", "integration"])
def test_others_do_not_see_the_dashboard(user_in, client_of, role):
    allowed = {"integration"}
    status = client_of(user_in(role)).get(DASHBOARD).status_code
    assert status == (200 if role in allowed else 403)


def test_a_tag_narrows_the_dashboard(computed, analyst, client_of):
    tag = Tag.objects.create(name="Key")
    ChurnWarning.objects.first().customer.tags.add(tag)
    run_now_here(AS_OF)

    page = client_of(analyst).get(DASHBOARD, {"tag": tag.pk})

    assert page.context["board"].values["customers", ""].value == 1


def test_too_few_data_are_said(sales, analyst, client_of):
    simulated_base(12, owner=sales)
    run_now_here(AS_OF)

    page = client_of(analyst).get(DASHBOARD)

    assert "Too few data for a forecast" in text_of(page)
    assert [chart["id"] for chart in page.context["charts"]] == ["rfm", "concentration", "revenue"]


def test_a_history_without_drop_out_is_said(computed, analyst, client_of):
    ModelFit.objects.update(dropout_visible=False)

    assert "No drop-out can be seen in this history" in text_of(client_of(analyst).get(DASHBOARD))


def test_a_risk_that_is_no_better_than_silence_is_said(computed, analyst, client_of):
    kept = ModelFit.objects.get()
    found = kept.diagnostics["backtest"] or {}
    if not found:
        pytest.fail("the base is too small for a backtest")
    kept.diagnostics["backtest"] = found | {"is_worth_showing": False}
    kept.save()

    assert "was no better than days of silence" in text_of(client_of(analyst).get(DASHBOARD))


# ---- rows, downloads, definitions -------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["active/12m/yes", "revenue/3m/yes", "retention/12m/no", "repurchase/ytd/all", "retention/6m/yes"]
)
def test_rows_behind_a_figure(computed, analyst, client_of, path):
    assert client_of(analyst).get(f"/analytics/figures/{path}/").status_code == 200


def test_rows_cost_the_same_for_one_and_many(computed, analyst, client_of):
    client = client_of(analyst)
    client.get("/analytics/figures/active/12m/yes/")
    with CaptureQueriesContext(connection) as many:
        client.get("/analytics/figures/active/12m/yes/")
    page = client.get("/analytics/figures/active/12m/yes/")

    assert len(page.context["page"].rows) > 3
    assert len(many) <= 12


@pytest.mark.parametrize("path", ["active/12m/no", "nonsense/12m/yes", "active/9w/yes", "at_stake/12m/yes"])
def test_rows_that_are_not_listed_do_not_exist(computed, analyst, client_of, path):
    assert client_of(analyst).get(f"/analytics/figures/{path}/").status_code == 404


def test_rows_of_a_manager_are_those_within_reach(computed, user_in, client_of):
    manager = user_in("manager", team=Team.objects.create(name="Elsewhere"))

    page = client_of(manager).get("/analytics/figures/active/12m/yes/")

    assert page.context["page"].rows == []


@pytest.mark.parametrize("name", ["rfm", "concentration", "p_alive", "segment", "revenue"])
def test_charts_download_as_csv(computed, analyst, client_of, name):
    answer = client_of(analyst).get(f"/analytics/charts/{name}.csv")

    rows = list(csv.reader(StringIO(text_of(answer).removeprefix("\ufeff"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    line = AuditEntry.objects.get(actor=analyst, action="exported")
    assert (line.subject_type, line.note[: len(name) + 1]) == ("analytics.kpivalue", f"{name}-")


def test_an_unknown_chart_does_not_exist(computed, analyst, client_of):
    assert client_of(analyst).get("/analytics/charts/nonsense.csv").status_code == 404


def test_definitions_name_every_tile_and_chart(computed, analyst, client_of):
    page = text_of(client_of(analyst).get(reverse("analytics:definitions")))

    for key in (
        "customers",
        "active",
        "revenue",
        "retention",
        "repurchase",
        "at_stake",
        "risk",
        "value_at_stake",
        "clv",
    ):
        assert f'id="{key}"' in page


def test_everybody_may_read_the_definitions_and_few_the_model(computed, sales, analyst, client_of):
    url = reverse("analytics:definitions")

    assert 'id="model"' not in text_of(client_of(sales).get(url))
    assert 'id="model"' in text_of(client_of(analyst).get(url))


# ---- runs -------------------------------------------------------------------------------------------
def test_compute_now(analyst, client_of):
    client = client_of(analyst)

    answer = client.post(reverse("analytics:run-nightly"), {"as_of": "2026-06-30"})

    assert answer.status_code == 302
    run = NightlyRun.objects.get()
    assert (run.as_of, run.asked_by) == (AS_OF, analyst)
    page = client.get(DASHBOARD)
    assert page.context["job"] == run.job


def test_compute_now_twice_is_one_run(analyst, client_of):
    client = client_of(analyst)
    client.post(reverse("analytics:run-nightly"))
    client.post(reverse("analytics:run-nightly"))

    assert NightlyRun.objects.get().as_of == local_today()


@pytest.mark.parametrize("day", ["nonsense", "2099-01-01"])
def test_compute_now_refuses_bad_days(analyst, client_of, day):
    answer = client_of(analyst).post(reverse("analytics:run-nightly"), {"as_of": day})

    assert answer.status_code == 400
    assert not NightlyRun.objects.exists()


def test_sales_may_not_compute(sales, client_of):
    assert client_of(sales).post(reverse("analytics:run-nightly")).status_code == 403


def test_a_history_that_ended_proposes_its_last_day(analyst, sales, client_of):
    last = local_today() - timedelta(days=1000)
    give_orders(CustomerFactory(owner=sales), [last])

    page = client_of(analyst).get(DASHBOARD)

    assert page.context["run_form"].initial["as_of"] == last
    assert page.context["history_ended"] == last


def test_runs_are_listed_and_shown(computed, analyst, client_of):
    client = client_of(analyst)

    assert client.get(reverse("analytics:run-list")).status_code == 200
    page = client.get(reverse("analytics:run-detail", args=[computed.pk]))
    assert text_of(page).count('<td class="main-cell">') == 6


# ---- warnings ---------------------------------------------------------------------------------------
def test_the_list_shows_what_is_within_reach(sales, client_of):
    mine = warning_of(sales)
    ChurnWarningFactory(customer__name="Hidden Ltd")

    page = client_of(sales).get(reverse("analytics:warning-list"))

    assert [row.pk for row in page.context["page"].rows] == [mine.pk]
    assert "Hidden Ltd" not in text_of(page)


def test_the_list_costs_the_same_for_one_and_three(sales, client_of):
    client = client_of(sales)
    warning_of(sales)
    client.get(reverse("analytics:warning-list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("analytics:warning-list"))
    warning_of(sales)
    warning_of(sales)
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("analytics:warning-list"))

    assert len(one) == len(three) <= 16


def test_filters_of_the_list(sales, client_of, user_in):
    client = client_of(sales)
    here = reverse("analytics:warning-list")
    CustomerFactory(), CustomerFactory()  # a warning and its customer have different numbers
    rows = {
        "plain": warning_of(sales),
        "idle": warning_of(sales, opened_at=timezone.now() - timedelta(days=9)),
        "lost": warning_of(sales, looks_lost=True),
        "closed": warning_of(sales, state=WarningState.SAVED, closed_at=timezone.now()),
        "unowned": ChurnWarningFactory(customer=CustomerFactory(owner=None, team=sales.team), owner=None),
        "mid": warning_of(sales, level="mid", risk=0.5),
    }

    def found(**query):
        return {row.pk for row in client.get(here, query).context["page"].rows}

    assert found(idle="on") == {rows["idle"].pk}
    assert found(looks_lost="on") == {rows["lost"].pk}
    assert found(state="saved") == {rows["closed"].pk}
    assert found(unowned="on") == {rows["unowned"].pk}
    assert found(level="mid") == {rows["mid"].pk}
    assert found(q=rows["plain"].customer.code) == {rows["plain"].pk}
    assert found(team=sales.team_id) == {row.pk for row in rows.values()}
    assert client.get(here, {"state": "nonsense"}).status_code == 400


@pytest.mark.parametrize("sort", ["stake", "-stake", "risk", "-opened"])
def test_the_list_sorts(sales, client_of, sort):
    small = warning_of(sales, value_at_stake=Decimal(1), risk=0.6, opened_on=AS_OF - timedelta(days=1))
    large = warning_of(sales, value_at_stake=Decimal(9), risk=0.9)

    rows = client_of(sales).get(reverse("analytics:warning-list"), {"sort": sort}).context["page"].rows

    expected = [large, small] if sort.startswith("-") else [small, large]
    assert list(rows) == expected


def test_the_page_of_a_warning_explains_it(computed, sales, client_of):
    warning = ChurnWarning.objects.get(customer__name__startswith="Customer")

    page = text_of(client_of(sales).get(warning.get_absolute_url()))

    assert "Usually orders every 30 days, silent for 150" in page
    assert 'id="evidence"' in page
    assert 'class="rhythm"' in page
    assert "Contact made" in page


def test_a_warning_out_of_reach_does_not_exist(sales, client_of):
    other = ChurnWarningFactory()
    client = client_of(sales)

    assert client.get(other.get_absolute_url()).status_code == 404
    assert (
        client.post(reverse("analytics:warning-move", args=[other.pk]), {"state": "saved"}).status_code == 404
    )
    assert client.post(reverse("analytics:warning-plan", args=[other.pk])).status_code == 404


def test_an_analyst_reads_a_warning_and_moves_none(sales, analyst, client_of):
    warning = warning_of(sales)
    client = client_of(analyst)

    assert "Contact made" not in text_of(client.get(warning.get_absolute_url()))
    assert (
        client.post(reverse("analytics:warning-move", args=[warning.pk]), {"state": "saved"}).status_code
        == 403
    )


def test_moving_leads_back(sales, client_of):
    warning = warning_of(sales)
    url = reverse("analytics:warning-move", args=[warning.pk])

    answer = client_of(sales).post(url, {"state": "contacted", "next": "/customers/"})

    assert (answer.status_code, answer["Location"]) == (302, "/customers/")
    warning.refresh_from_db()
    assert warning.state == WarningState.CONTACTED


def test_moving_leads_nowhere_else(sales, client_of):
    warning = warning_of(sales)

    answer = client_of(sales).post(
        reverse("analytics:warning-move", args=[warning.pk]),
        {"state": "contacted", "next": "https://evil.example/"},
    )

    assert answer["Location"] == warning.get_absolute_url()


def test_dismissing_asks_for_the_reason(sales, client_of):
    warning = warning_of(sales)
    client = client_of(sales)
    url = reverse("analytics:warning-move", args=[warning.pk])

    assert "Why is this no risk?" in text_of(client.get(url, {"state": "dismissed"}))
    refused = client.post(url, {"state": "dismissed", "note": "They close in August."})
    assert refused.status_code == 422
    assert "They close in August." in text_of(refused)
    done = client.post(url, {"state": "dismissed", "reason": DismissReason.SEASONAL})
    assert done.status_code == 302


def test_a_second_click_is_told_that_it_was_done(sales, client_of):
    warning = warning_of(sales)
    url = reverse("analytics:warning-move", args=[warning.pk])
    client = client_of(sales)
    client.post(url, {"state": "saved"})

    assert client.post(url, {"state": "saved"}).status_code == 409


def test_the_dialog_is_a_fragment(sales, client_of):
    warning = warning_of(sales)

    answer = client_of(sales).get(
        reverse("analytics:warning-move", args=[warning.pk]),
        {"state": "lost"},
        headers={"HX-Request": "true"},
    )

    assert "<html" not in text_of(answer)
    assert "Mark as lost" in text_of(answer)


def test_the_button_makes_a_task(sales, client_of):
    warning = warning_of(sales)

    answer = client_of(sales).post(reverse("analytics:warning-plan", args=[warning.pk]))

    assert answer.status_code == 302
    assert Task.objects.get(customer=warning.customer).owner == sales


def test_my_day_shows_my_warnings(sales, user_in, client_of):
    warning = warning_of(sales)
    colleague = user_in("sales", team=sales.team)
    warning_of(colleague)

    page = client_of(sales).get(reverse("analytics:warning-panel"))

    assert page.context["count"] == 1
    assert warning.customer.name in text_of(page)


def test_my_day_without_warnings(sales, client_of):
    assert "No warning about your customers" in text_of(
        client_of(sales).get(reverse("analytics:warning-panel"))
    )


def test_a_trainer_sees_no_warnings(user_in, client_of):
    client = client_of(user_in("trainer"))

    assert client.get(reverse("analytics:warning-list")).status_code == 403
    assert client.get(reverse("analytics:warning-panel")).status_code == 403


# ---- on pages of other packages ---------------------------------------------------------------------
def render(source: str, user, **context) -> str:
    request = RequestFactory().get("/customers/1/")
    request.user = user
    return Template("{% load analytics_panels %}" + source).render(RequestContext(request, context))


def test_the_alarm_of_a_customer(sales):
    warning = warning_of(sales)

    with CaptureQueriesContext(connection) as seen:
        alarm = render("{% customer_warning customer %}", sales, customer=warning.customer)

    assert "Usually orders every 41 days, silent for 160" in alarm
    assert "¥50,000" in alarm
    assert "80% interval" in alarm
    own = [
        one for one in seen.captured_queries if 'FROM "analytics_' in one["sql"] or "orderday" in one["sql"]
    ]
    assert len(own) == 3  # the warning, its rhythm, the hit rate


def test_no_alarm_without_a_warning_or_without_the_right(sales, user_in):
    closed = warning_of(sales, state=WarningState.LOST, closed_at=timezone.now())
    seen = warning_of(sales)

    assert render("{% customer_warning customer %}", sales, customer=closed.customer).strip() == ""
    assert render("{% customer_warning customer %}", user_in("trainer"), customer=seen.customer).strip() == ""


def test_the_timeline_tells_that_a_warning_was_raised(computed, sales):
    warning = ChurnWarning.objects.get(customer__name__startswith="Customer")

    line = render("{% warning_event event %}", sales, event=warning.customer.timeline.get(kind="warning"))

    assert "<b>Usually orders every 30 days, silent for 150</b>" in line
    assert "of 100, ¥" in line


def test_the_timeline_tells_what_became_of_a_warning(sales):
    warning = warning_of(sales)
    move_warning(warning, WarningState.DISMISSED, by=sales, reason=DismissReason.SEASONAL, note="August")
    event = warning.customer.timeline.get()

    line = render("{% warning_event event %}", sales, event=event)

    assert "Open → Dismissed" in line
    assert "Orders with the seasons · August" in line


def test_segment_names():
    template = Template(
        "{% load analytics_panels %}{{ 'cannot_lose'|segment_label }} {{ 'own'|segment_label }}"
    )

    assert template.render(Context()) == "Cannot lose own"
