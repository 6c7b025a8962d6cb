"""Help: the page of one topic, as a page or in the dialog, and the overview of all."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.views.generic import TemplateView

from core.help import topic_named, topics_for
from core.navigation import may_open
from core.views.base import SIGNED_IN, RightsMixin, is_fragment


class HelpIndex(RightsMixin, TemplateView):
    """Every topic that concerns the person, and the keys that work everywhere."""

    required_right = SIGNED_IN
    template_name = "core/help_index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the topics by heading."""
        return super().get_context_data(groups=topics_for(self.person), **kwargs)


class HelpTopic(RightsMixin, TemplateView):
    """One topic."""

    required_right = SIGNED_IN
    template_name = "core/help_topic.html"

    def get_template_names(self) -> list[str]:
        """The whole page, or its text for the dialog."""
        return [f"{self.template_name}#text" if is_fragment(self.request) else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the topic."""
        topic = topic_named(self.kwargs["topic"])
        if topic is None or not may_open(self.person, topic.right):
            raise Http404
        return super().get_context_data(**{**kwargs, "topic": topic})
