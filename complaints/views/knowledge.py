"""Articles: the list, one of them, writing, review, editions."""

from __future__ import annotations

import difflib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.learning import ARTICLE_MOVES, ArticleState
from complaints.domain.articles import (
    draft_from_case,
    edit_article,
    may_review,
    move_article,
    publish_article,
    write_article,
)
from complaints.filters.learning import ArticleFilterSet
from complaints.forms.knowledge import ArticleForm
from complaints.models import Article, ArticleEdition, Complaint
from complaints.rendering import as_html
from complaints.sorting.learning import ARTICLE_SORTS
from complaints.views.base import NAV, list_crumbs
from core.access import can
from core.views.base import RightsMixin, go_to, number_in, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch


class ArticleList(RecordFilters, ListPage):
    """What solved cases teach."""

    model = Article
    filterset_class = ArticleFilterSet
    template_name = "complaints/article_list.html"
    sort_keys = ARTICLE_SORTS
    default_sort = "-helped"
    export_key = "complaints.article"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {"may_add": can(self.person, "add", Article)}


class ArticleDetail(RightsMixin, View):
    """One article: the edition in force, or the working text for who may change it."""

    required_right = ("view", Article)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        rows = Article.objects.select_related("category", "author", "reviewer", "edited_by", "source")
        article: Article = fetch(request, rows, pk)
        may_change = Article.objects.visible_to(self.person, "change").filter(pk=pk).exists()
        edition = article.editions.select_related("author", "reviewer").first()
        shows_working = edition is None or (may_change and request.GET.get("text") == "working")
        body = article.body if shows_working or edition is None else edition.body
        context = {
            "article": article,
            "edition": edition,
            "shows_working": shows_working,
            "body": as_html(body),
            "may_change": may_change,
            "moves": _moves(article, self.person) if may_change else [],
            "source": _source(article, self.person),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/article_detail.html", context)


def _source(article: Article, user: Any) -> Complaint | None:
    """The case, for who may see it."""
    if article.source_id is None:
        return None
    found: Complaint | None = Complaint.objects.visible_to(user).filter(pk=article.source_id).first()
    return found


def _moves(article: Article, user: Any) -> list[tuple[str, Any, bool]]:
    """Return (state, label of the button, is the main one) for what may come next."""
    labels = {
        ArticleState.REVIEW: (_("Ask for review"), True),
        ArticleState.PUBLISHED: (_("Publish"), True),
        ArticleState.DRAFT: (_("Back to draft"), False),
        ArticleState.RETIRED: (_("Retire"), False),
    }
    may_publish = can(user, "approve", Article) and may_review(article, user)
    return [
        (state.value, *labels[state])
        for state in labels
        if state in ARTICLE_MOVES[article.state]
        and (state != ArticleState.PUBLISHED or may_publish)
        and not (article.state == ArticleState.PUBLISHED and state == ArticleState.DRAFT)
    ]


class ArticlePage(CustomerFormPage):
    """What the forms of articles share."""

    form_class = ArticleForm
    nav_current = NAV
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """The list."""
        return list_crumbs(_("Knowledge"), "complaints:article-list")

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("complaints:article-list")


class ArticleCreate(ArticlePage):
    """A new article."""

    required_right = ("add", Article)
    title = gettext_lazy("New article")
    submit_label = gettext_lazy("Save draft")
    success_message = gettext_lazy("Draft saved.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def perform(self, form: ArticleForm) -> str:
        """Write it."""
        return write_article(form.values, by=self.person).get_absolute_url()


class ArticleUpdate(ArticlePage):
    """Changing the working text."""

    required_right = ("change", Article)
    title = gettext_lazy("Edit article")
    submit_label = gettext_lazy("Save draft")
    success_message = gettext_lazy("Draft saved. Readers keep the edition in force until it is reviewed.")

    @cached_property
    def article(self) -> Article:
        """The article."""
        found: Article = fetch(self.request, Article.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.article}

    def conflict_record(self) -> Article:
        """The article."""
        return self.article

    def cancel_url(self) -> str:
        """Back to the article."""
        return reverse("complaints:article-detail", args=[self.kwargs["pk"]])

    def perform(self, form: ArticleForm) -> str:
        """Write the changes, and show the working text."""
        edit_article(self.article, form.values, by=self.person, version=form.seen_version)
        return f"{self.cancel_url()}?text=working"


class ArticleMove(RightsMixin, View):
    """The buttons of an article: review, publish, back, retire."""

    required_right = ("change", Article)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says."""
        state = request.POST.get("state", "")
        action = "approve" if state == ArticleState.PUBLISHED else "change"
        article: Article = fetch(request, Article.objects.all(), pk, action)
        if state == ArticleState.PUBLISHED:
            publish_article(article, by=self.person)
        else:
            move_article(article, state, by=self.person)
        messages.success(request, _("The article is “%(state)s”.") % {"state": ArticleState(state).label})
        return go_to(request, article.get_absolute_url())


class ArticleEditions(RightsMixin, View):
    """Every edition of an article, and what one changed against the one before."""

    required_right = ("view", ArticleEdition)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the editions and the difference that is asked for, by default the latest."""
        article: Article = fetch(request, Article.objects.all(), pk)
        editions = list(article.editions.select_related("author", "reviewer"))
        asked = number_in(request.GET.get("edition", ""))
        number = asked if asked is not None else article.edition
        chosen = next((one for one in editions if one.number == number), None)
        before = next((one for one in editions if one.number == number - 1), None)
        context = {
            "article": article,
            "editions": editions,
            "chosen": chosen,
            "before": before,
            "body": as_html(chosen.body) if chosen and not before else "",
            "lines": difference(before.body, chosen.body) if chosen and before else [],
            "nav_current": NAV,
        }
        return render_page(request, "complaints/article_editions.html", context)


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Return the lines of both texts as ("+", "-" or " ", line), in the order of reading."""
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] in "+- "]


class ArticleFromCase(RightsMixin, View):
    """The button that makes a draft of a solved case."""

    required_right = ("add", Article)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it, and let the author check what is left in it."""
        case: Complaint = fetch(request, Complaint.objects.for_list(), pk)
        article = draft_from_case(case, by=self.person)
        if not Article.objects.visible_to(self.person, "change").filter(pk=article.pk).exists():
            messages.info(request, _("A colleague is writing an article of this case."))
            return go_to(request, case.get_absolute_url())
        messages.success(request, _("Check the draft: names and numbers may be left in it."))
        return go_to(request, reverse("complaints:article-update", args=[article.pk]))
