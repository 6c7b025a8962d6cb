"""Articles where they may help: beside a case, while one is received, and while an answer is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import View

from complaints.domain.articles import note_help
from complaints.domain.suggesting import suggested, suggested_for, with_texts
from complaints.models import Article, Complaint
from complaints.rendering import as_html
from complaints.views.base import NAV, CaseVerb, case_for
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.errors import DomainError
from core.views.base import Right, RightsMixin, is_fragment, number_in, render_page
from customers.views.base import fetch, user_of

#: Of an article that is opened beside a form, so much is shown; the rest is on its page.
MOST_SHOWN = 4_000
#: The longest solution that a form takes.
MOST_INSERTED = 10_000
#: The fields in which an answer is written, by the name under which a form sends them.
ANSWER_FIELDS = ("solution", "body")
#: What a form may say of the matter.
_TYPED = ("q", "title", "description", "remedy_sought", *ANSWER_FIELDS)


def shown_articles(articles: Sequence[Article]) -> list[dict[str, Any]]:
    """Return what pages show of articles: the text in force, and what of it goes into an answer."""
    return [
        {
            "article": one.article,
            "title": one.title,
            "text": as_html(one.body[:MOST_SHOWN]),
            "is_cut": len(one.body) > MOST_SHOWN,
            "solution": one.solution[:MOST_INSERTED],
        }
        for one in with_texts(articles)
    ]


class KnowledgePanel(CasePanel):
    """On the page of a case: which articles may help."""

    required_right = ("view", Article)
    template_name = "complaints/knowledge_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the articles most like the case."""
        may_change = Complaint.objects.visible_to(self.person, "change").filter(pk=case.pk)
        may_help = can(self.person, "change", Complaint) and may_change.exists()
        return {
            "may_help": may_help,
            "suggestions": shown_articles(suggested_for(case)),
            # Alone on a page there is no box to write in.
            "into": "id_body" if may_help and case.is_open and is_fragment(self.request) else "",
            "helped": set(case.helped_by.values_list("article", flat=True)),
            "may_draft": case.solved_at is not None and can(self.person, "add", Article),
        }


class KnowledgeHelp(PanelPost):
    """Noting that an article helped, once for the case, by somebody who works on it."""

    required_right = ("change", Complaint)
    panel = KnowledgePanel

    def perform(self) -> Complaint:
        """Note it."""
        case = case_for(self.request, self.kwargs["pk"], "change")
        number = number_in(self.request.POST.get("article", ""))
        if number is None:
            raise DomainError("article_needed", _("Name the article that helped."))
        article: Article = fetch(self.request, Article.objects.all(), number)
        note_help(article, case, by=self.person)
        return case


class KnowledgeSuggest(RightsMixin, View):
    """While a case or an answer is typed: which articles may help.

    A POST, as what people say is in no address. `case` names the case that is answered, where there is one.
    """

    required_right: ClassVar[Right] = ("view", Article)
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show the articles most like what is there so far."""
        case = self._case(request)
        said = [case.title, case.description] if case is not None else []
        typed = [request.POST.get(name, "") for name in _TYPED]
        text = " ".join([*typed, *said]).strip()
        answered = next((name for name in ANSWER_FIELDS if name in request.POST), "")
        context = {
            "suggestions": shown_articles(suggested(text)),
            "is_asked": bool(text),
            "into": f"id_{answered}" if answered else "",
            "nav_current": NAV,
        }
        return render_page(request, "complaints/knowledge_suggest.html", context, partial="panel")

    def _case(self, request: HttpRequest) -> Complaint | None:
        number = number_in(request.POST.get("case", ""))
        rows = Complaint.objects.visible_to(user_of(request))
        found: Complaint | None = rows.filter(pk=number).first() if number is not None else None
        return found


class SuggestingMixin(CaseVerb):
    """A form in which an answer is written: articles that may help stand below its fields."""

    answer_field: ClassVar[str]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the place below the fields, and the field that is written."""
        context = super().get_context_data(**{"case": self.case, **kwargs})
        if can(self.person, "view", Article):
            context["below_fields"] = "complaints/suggestions_place.html"
            context["answer_field"] = self.answer_field
        return context
