"""The colleagues that a text field offers after an @."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from core.domain.mentions import colleagues, subject_named
from core.mentions import markup_of
from core.models import User
from core.views.base import RightsMixin


class MentionList(RightsMixin, View):
    """A few people whom search finds by `q`, pinyin included, and who may see the record `about`."""

    required_right = ("view", User)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; a record that does not exist for the person offers nobody."""
        named, text = request.GET.get("about", ""), request.GET.get("q", "")[:60]
        about = subject_named(named, self.person) if named else None
        people = [] if named and about is None else colleagues(self.person, text=text, about=about)
        rows = [{"user": user, "markup": markup_of(user.pk, user.display_name)} for user in people]
        return render(request, "core/mention_list.html", {"rows": rows})
