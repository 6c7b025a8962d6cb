import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template, engines
from django.test import RequestFactory
from django.utils import timezone, translation
from django_filters.fields import DateRangeField

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def render(source: str, *, query: str = "", **context: Any) -> str:
    template = engines["django"].from_string(source)
    return template.render(context, RequestFactory().get(f"/list/?{query}"))


class CustomerForm(forms.Form):
    fieldsets = (("Who", ("name", "kind")),)
    name = forms.CharField(help_text="As on the contract.")
    kind = forms.ChoiceField(choices=[("o", "Organisation"), ("p", "Person")], widget=forms.RadioSelect)
    since = forms.DateField(required=False)
    met_at = forms.DateTimeField(required=False)
    vip = forms.BooleanField(required=False)
    note = forms.CharField(required=False, widget=forms.Textarea)
    version = forms.CharField(required=False, widget=forms.HiddenInput)


# ---- values and leaves ------------------------------------------------------------------------------
def test_money_takes_the_base_currency_of_the_page() -> None:
    assert render("{% money amount %}", amount=Decimal("5"), base_currency="EUR") == "€5"
    assert render('{% money amount "USD" %}', amount=5, base_currency="EUR") == "$5"


def test_when_is_a_time_element_in_the_zone_of_the_user() -> None:
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        shown = render("{% when at %}", at=datetime(2026, 11, 21, 18, 10, tzinfo=UTC))

    assert shown == (
        '<time datetime="2026-11-22T02:10:00+08:00" title="22 Nov 2026, 02:10" class="">'
        "22 Nov 2026, 02:10</time>"
    )


@pytest.mark.parametrize(("code", "lang"), [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")])
def test_html_lang(code: str, lang: str) -> None:
    with translation.override(code):
        assert render("{% html_lang %}") == lang


def test_an_icon_is_decoration_unless_labelled() -> None:
    assert render('{% icon "bell" %}') == '<svg class="i" aria-hidden="true"><use href="#i-bell"/></svg>'
    assert 'role="img" aria-label="Locked"' in render('{% icon "lock" label="Locked" %}')


def test_every_icon_named_in_the_templates_is_in_the_sprite() -> None:
    from django.template.loader import get_template

    sprite = get_template("ui/sprite.html").render()
    names = set(re.findall(r'id="i-([a-z-]+)"', sprite))

    assert {"people", "bell", "edit", "trash", "filter", "warn", "x"} <= names
    assert len(names) == sprite.count("<symbol")


def test_a_chip_escapes_what_it_shows() -> None:
    assert render("{% chip label 'warn' %}", label="<b>") == '<span class="chip warn">&lt;b&gt;</span>'


def test_tier_and_stage_have_their_own_shapes() -> None:
    assert render("{% tier 'core' %}") == '<span class="chip tier tier-core">Core</span>'
    assert render("{% stage 'won_back' %}") == '<span class="chip stage stage-wonback">Won back</span>'
    assert render("{% tier '' %}") == "–"


@pytest.mark.parametrize(("level", "lit"), [("low", 1), ("mid", 2), ("medium", 2), ("high", 3)])
def test_risk_lights_its_bars_and_says_the_word(level: str, lit: int) -> None:
    shown = render("{% risk level %}", level=level)

    assert shown.count('class="on"') == lit
    assert {"low": "Low", "mid": "Medium", "medium": "Medium", "high": "High"}[level] in shown


def test_unknown_risk_is_a_dash() -> None:
    assert render("{% risk level %}", level=None) == "–"


def test_an_avatar_names_its_person() -> None:
    person = SimpleNamespace(display_name="Chen Siyuan", initials="陈")

    assert 'aria-label="Chen Siyuan"' in render("{% avatar person %}", person=person)
    assert 'aria-hidden="true">陈<' in render("{% avatar person named=True %}", person=person)
    assert "Nobody" in render("{% avatar person %}", person=None)


def test_rhythm_says_in_words_what_it_draws() -> None:
    ticks = [(TODAY - timedelta(days=160), Decimal("86000")), (TODAY - timedelta(days=201), Decimal("50000"))]

    shown = render(
        "{% rhythm ticks start today last gap small=True name='东澜' %}",
        ticks=ticks,
        start=TODAY - timedelta(days=596),
        today=TODAY,
        last=TODAY - timedelta(days=160),
        gap=41,
    )

    assert 'aria-label="东澜: orders on 2 days, usually every 41 days, silent for 160 days"' in shown
    assert (shown.count('class="tick"'), shown.count('class="miss"'), shown.count('class="gap"')) == (2, 3, 1)
    assert 'class="rhythm rhythm-sm"' in shown


def test_rhythm_of_a_customer_without_orders() -> None:
    shown = render(
        "{% rhythm ticks start today nothing nothing %}", ticks=[], start=date(2026, 1, 1), today=TODAY
    )

    assert 'aria-label="no orders"' in shown
    assert "tick" not in shown


def test_sparkline_draws_target_line_and_last_point() -> None:
    shown = render("{% sparkline values target=90 %}", values=[85, 88.4])

    assert 'class="ln-ref"' in shown
    assert "<polyline" in shown
    assert 'class="pt"' in shown


def test_delta_inside_the_noise_is_grey() -> None:
    assert render('{% delta "0.3 pt" before="no clear change" %}') == (
        '<div class="delta">± 0.3 pt <span>no clear change</span></div>'
    )
    assert 'class="delta t-bad">↓ 3.9 pt' in render('{% delta "3.9 pt" direction="down" verdict="bad" %}')


# ---- wrappers ---------------------------------------------------------------------------------------
def test_wrappers_keep_their_content_and_escape_their_arguments() -> None:
    shown = render('{% card title=title id="t" %}<p>{{ text }}</p>{% endcard %}', title="<x>", text="a & b")

    assert '<h2 id="t-h">&lt;x&gt;</h2>' in shown
    assert "<p>a &amp; b</p>" in shown


def test_a_dialog_is_labelled_by_its_title() -> None:
    shown = render('{% dialog id="why" title="Why?" %}x{% enddialog %}')

    assert '<dialog class="dialog" id="why" aria-labelledby="why-h">' in shown
    assert '<h2 id="why-h">Why?</h2>' in shown


def test_an_empty_state_inside_a_loop_leaves_the_loop_alone() -> None:
    source = (
        "{% for x in items %}{{ x }}{% empty %}"
        "{% empty_state action='Go' url='/go' %}No{% endempty_state %}{% endfor %}"
    )

    assert '<a class="btn btn-sm" href="/go">Go</a>' in render(source, items=[])


def test_a_bad_note_is_an_alert() -> None:
    assert 'class="note note-bad" role="alert"' in render('{% note kind="bad" %}x{% endnote %}')


# ---- lists ------------------------------------------------------------------------------------------
def test_cells_draws_each_column_by_its_own_part() -> None:
    columns = [SimpleNamespace(key=key, heading=key.upper()) for key in ("city", "name", "code")]
    source = (
        '{% cells columns %} {% cell "name" "title" %}<b>{{ row }}</b>{% cell "code" %}{{ column.heading }}!'
        "{% other %}{{ column.heading }}{% endcells %}{{ column }}"
    )

    assert render(source, columns=columns, row="<i>") == "CITY<b>&lt;i&gt;</b>CODE!"
    assert render('{% cells columns %}{% cell "name" %}N{% endcells %}', columns=columns) == "N"


def test_query_replace_keeps_the_filters_and_starts_paging_anew() -> None:
    shown = render('{% query_replace tab="orders" q=None %}', query="q=x&owner=1&owner=2&cursor=abc")

    assert shown == "?owner=1&amp;owner=2&amp;tab=orders"


def test_a_sorted_column_says_so_and_turns_round() -> None:
    shown = render('{% sort_th "stake" "At stake" num=True %}', query="sort=-stake&cursor=abc")

    assert shown == (
        '<th scope="col" class="num" aria-sort="descending">'
        '<a class="sort on" href="?sort=stake">At stake ↓</a></th>'
    )


def test_figures_sort_largest_first_and_names_from_a() -> None:
    assert 'href="?sort=-stake"' in render('{% sort_th "stake" "At stake" num=True %}')
    assert 'href="?sort=name"' in render('{% sort_th "name" "Name" %}')


def test_the_default_sort_of_the_view_is_shown() -> None:
    assert 'aria-sort="ascending"' in render('{% sort_th "name" "Name" %}', sort="name")


def page(**over: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "has_previous": False,
        "has_next": True,
        "previous_cursor": None,
        "next_cursor": "n3xt",
        "first_row": 1,
        "last_row": 50,
        "count": None,
        "size": 50,
    }
    return SimpleNamespace(**values | over)


def test_the_pager_offers_to_count() -> None:
    shown = render("{% pager page %}", query="q=x", page=page())

    assert "Rows 1–50, more follow" in shown
    assert 'href="?q=x&amp;count=1"' in shown
    assert 'href="?q=x&amp;cursor=n3xt" rel="next">Next 50<' in shown
    assert "disabled>Previous" in shown


def test_the_pager_shows_a_count_that_was_asked_for() -> None:
    assert "Rows 1–50 of 23,570" in render("{% pager page %}", query="count=1", page=page(count=23570))


def test_the_last_page_has_nothing_to_count() -> None:
    assert "Count them" not in render("{% pager page %}", page=page(has_next=False, last_row=12))


def test_the_bulk_bar_carries_the_token_and_its_actions() -> None:
    shown = render('{% bulk_bar %}<button formaction="/assign/">Assign</button>{% endbulk_bar %}')

    assert 'name="csrfmiddlewaretoken"' in shown
    assert '<button formaction="/assign/">Assign</button>' in shown


def test_tabs_mark_the_current_one() -> None:
    items = [
        {"label": "Orders", "url": "?t=o", "current": True, "count": 1200},
        {"label": "Notes", "url": "?t=n"},
    ]

    shown = render('{% tabs items label="Customer" %}', items=items)

    assert '<a href="?t=o" aria-current="page">Orders<span class="n">1,200</span></a>' in shown
    assert '<a href="?t=n">Notes</a>' in shown


# ---- forms ------------------------------------------------------------------------------------------
def test_a_field_is_tied_to_its_label_help_and_error() -> None:
    form = CustomerForm({"name": "", "kind": "o"})

    shown = render("{% form_field form.name %}", form=form)

    assert '<label class="form-label" for="id_name">' in shown
    assert 'aria-describedby="id_name_help id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_help"' in shown
    assert 'id="id_name_error"' in shown


def test_required_or_optional_is_marked_as_asked() -> None:
    assert 'class="req"' in render("{% form form %}", form=CustomerForm())
    assert 'class="optional"' in render('{% form form marks="optional" %}', form=CustomerForm())
    assert 'class="req"' not in render('{% form form marks="none" %}', form=CustomerForm())


def test_a_form_says_on_top_what_is_wrong_and_keeps_the_rest() -> None:
    form = CustomerForm({"name": "", "kind": "p", "note": "kept"})
    form.add_error(None, "Somebody saved it before you.")

    shown = render("{% form form %}", form=form)

    assert 'role="alert"' in shown
    assert "Somebody saved it before you." in shown
    assert '<a href="#id_name">Name</a>' in shown
    assert "kept</textarea>" in shown


def test_fieldsets_come_first_and_nothing_is_left_out() -> None:
    shown = render("{% form form %}", form=CustomerForm())

    assert "<legend>Who</legend>" in shown
    assert all(f'name="{name}"' in shown for name in CustomerForm.base_fields)


def test_dates_get_the_native_picker_in_every_language() -> None:
    form = CustomerForm(initial={"since": date(2026, 11, 2), "met_at": datetime(2026, 11, 2, 9, 30)})
    with translation.override("zh-hans"):
        shown = render("{% form_field form.since %}{% form_field form.met_at %}", form=form)

    assert 'type="date" name="since" value="2026-11-02"' in shown
    assert 'type="datetime-local" name="met_at" value="2026-11-02T09:30"' in shown


def test_a_date_that_cannot_be_read_stays_as_it_was_typed() -> None:
    shown = render("{% form_field form.since %}", form=CustomerForm({"since": "next Tuesday"}))

    assert 'type="text" name="since" value="next Tuesday"' in shown


def test_a_range_of_dates_is_a_group_of_two_pickers() -> None:
    class RangeForm(forms.Form):
        since = DateRangeField(required=False, label="Since")

    shown = render("{% form_field form.since %}", form=RangeForm({"since_after": "2026-01-02"}))

    assert shown.count('type="date"') == 2
    assert 'value="2026-01-02"' in shown
    assert 'aria-label="Since, from"' in shown
    assert 'aria-label="Since, to"' in shown
    assert '<legend class="form-label">Since</legend>' in shown


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    shown = render("{% form_field form.kind %}", form=CustomerForm({"kind": "p"}))

    assert "<legend" in shown
    assert 'value="p" id="id_kind_1" checked' in shown


# ---- background work and scripts --------------------------------------------------------------------
def test_time_left_is_a_round_guess() -> None:
    started = timezone.now() - timedelta(seconds=42)
    job = SimpleNamespace(progress_done=8432, progress_total=12400, progress_before=0, started_at=started)

    assert render("{% time_left job %}", job=job) == "about 20 seconds left"


def test_time_left_is_silent_while_nobody_can_know() -> None:
    job = SimpleNamespace(progress_done=0, progress_total=100, progress_before=0, started_at=timezone.now())

    assert render("{% time_left job %}", job=job) == ""
    job.progress_done = job.progress_before = 40

    assert render("{% time_left job %}", job=job) == ""


def test_time_left_counts_what_this_attempt_did() -> None:
    started = timezone.now() - timedelta(seconds=60)
    job = SimpleNamespace(progress_done=6000, progress_total=9000, progress_before=5000, started_at=started)

    assert render("{% time_left job %}", job=job) == "about 3 minutes left"


def test_the_words_of_the_scripts_are_no_script() -> None:
    shown = render("{% ui_words %}")

    assert shown.startswith('<script id="ui-words" type="application/json">')


class JobStub(SimpleNamespace):
    def __str__(self) -> str:
        return "Import"

    @property
    def is_open(self) -> bool:
        return self.state in {"pending", "running"}


@pytest.mark.parametrize(
    ("state", "says", "polls"),
    [
        ("pending", "Waiting for the worker", True),
        ("running", "you may leave, we will notify you", True),
        ("done", "Open the result", False),
        ("failed", "failed after 5 attempts", False),
        ("cancelled", "what was done before stays", False),
    ],
)
def test_job_progress_says_where_it_stands(state: str, says: str, polls: bool) -> None:
    job = JobStub(
        pk=1,
        state=state,
        attempts=5,
        cancel_requested=False,
        url="/result/",
        error="no such file",
        finished_at=timezone.now(),
        started_at=timezone.now() - timedelta(seconds=10),
        progress_done=10,
        progress_before=0,
        progress_total=20,
        progress_note="",
    )

    shown = render(
        '{% include "ui/job_progress.html" with progress_url="/p/" cancel_url="/c/" retry_url="/r/" %}',
        job=job,
    )

    assert says in shown
    assert ('hx-get="/p/"' in shown) is polls


def test_a_chart_card_carries_its_figure_as_data() -> None:
    chart = {
        "id": "c1",
        "title": "A finding",
        "definition": "What is measured.",
        "figure": {"data": [{"name": "</script>"}]},
        "n": 1744,
        "table": {"columns": ["Segment", "Customers"], "rows": [["New", "3"]]},
        "rows_url": "/rows/",
    }

    shown = render('{% include "ui/chart_card.html" with chart=chart only %}', chart=chart)

    assert 'data-chart="c1-figure"' in shown
    assert '<script id="c1-figure" type="application/json">' in shown
    assert shown.count("</script>") == 1
    assert "n = 1,744" in shown


def test_no_template_of_the_kit_carries_inline_style_or_script() -> None:
    from pathlib import Path

    from django.conf import settings

    folder = next(Path(path) for path in settings.TEMPLATES[0]["DIRS"] if (Path(path) / "ui").is_dir())
    sources = {path: path.read_text() for path in folder.rglob("*.html")}
    # Mail programs know no style sheet of ours and none of our policy.
    sources = {path: text for path, text in sources.items() if path.parent.name != "mail"}
    pattern = re.compile(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<script(?![^>]*(src=|nonce=))""")

    assert [str(path) for path, source in sources.items() if pattern.search(source)] == []


def test_templates_compile_without_a_request() -> None:
    assert Template("{% icon 'x' %}{% query_replace a=1 %}").render(Context({})).endswith("?a=1")


@pytest.mark.parametrize("name", ["500.html", "503.html", "400.html", "403_csrf.html"])
def test_the_last_pages_need_no_context(name: str) -> None:
    from django.template.loader import get_template

    shown = get_template(name).render()

    assert "/static/css/error.css" in shown
    assert "<h1>" in shown
