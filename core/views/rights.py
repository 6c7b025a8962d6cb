"""Who may do what, and why: of one person, of one record, or of both together."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from core.access import role_table, sees_field, sensitive_fields
from core.access_explained import Answer, explain, explainer_of, who_reaches
from core.audit_lines import kind_name
from core.domain.mentions import subject_named
from core.models import User
from core.roles import Role
from core.search.results import find
from core.views.base import RightsMixin
from core.views.users import action_label, in_order

#: People shown for one record; more than that is "nearly everybody".
MOST_PEOPLE = 300
#: What is done to no record that exists, or follows the roles alone.
_OF_THE_KIND = frozenset({"add", "import", "reveal"})


class Rights(RightsMixin, TemplateView):
    """The effective rights of `user`, of everybody on `record`, or of the one on the other."""

    required_right = ("explain", User)
    template_name = "core/rights.html"

    @cached_property
    def shown(self) -> User | None:
        """Whose rights are asked for; an unknown number does not exist."""
        text = self.request.GET.get("user", "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise Http404
        found: User | None = User.objects.visible_to(self.person).for_list().filter(pk=int(text)).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def record(self) -> models.Model | None:
        """The record in question, if it is within the reach of who asks."""
        named = self.request.GET.get("record", "").strip()
        if not named:
            return None
        found = subject_named(named, self.person)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Answer what was asked, and offer the next question."""
        text = self.request.GET.get("q", "").strip()[:100].replace("\0", "")
        context: dict[str, Any] = {
            "shown": self.shown,
            "roles": _roles(self.shown) if self.shown else [],
            "record": self.record,
            "record_name": _named(self.record),
            "record_kind": kind_name(self.record._meta.label_lower) if self.record else "",
            "record_url": getattr(self.record, "get_absolute_url", str)() if self.record else "",
            "people": User.objects.visible_to(self.person).people().order_by("full_name", "pk"),
            "q": text,
            "hits": self._hits(text) if text else [],
            "nav_current": "settings",
        }
        if self.shown is not None:
            context |= {"rows": self._rows(self.shown), "masked": masked_for(self.shown, self.record)}
        elif self.record is not None:
            found = who_reaches(self.record)
            context |= {"readers": found[:MOST_PEOPLE], "reader_count": len(found)}
        return super().get_context_data(**context, **kwargs)

    def _rows(self, user: User) -> list[dict[str, Any]]:
        if self.record is not None:
            return [rights_on(user, self.record)]
        found = [rights_in(user, label) for label in role_table()]
        return sorted((row for row in found if row["any"]), key=lambda row: row["kind"])

    def _hits(self, text: str) -> list[dict[str, Any]]:
        chosen = {"user": self.shown.pk} if self.shown is not None else {}
        return [
            {
                "title": found.title,
                "kind": kind_name(found.row._meta.label_lower),
                "url": f"{reverse('core:rights')}?{urlencode({**chosen, 'record': _named(found.row)})}",
            }
            for group in find(self.person, text)
            for found in group.found
        ]


def _named(record: models.Model | None) -> str:
    return f"{record._meta.label_lower}:{record.pk}" if record is not None else ""


def _roles(user: User) -> list[Any]:
    names = {group.name for group in user.groups.all()}
    return [role.label for role in Role if role.value in names]


def _actions_of(label: str) -> list[str]:
    return in_order({action for _reach, words in role_table()[label].values() for action in words})


def rights_in(user: User, label: str) -> dict[str, Any]:
    """Return the answers for one kind of record, whichever row."""
    model = apps.get_model(label)
    return _row(label, {action: explain(user, action, model) for action in _actions_of(label)})


def rights_on(user: User, record: models.Model) -> dict[str, Any]:
    """Return the answers for one record."""
    label, explainer = record._meta.label_lower, explainer_of(record)
    answers = {
        action: explainer.explain(user, action) for action in _actions_of(label) if action not in _OF_THE_KIND
    }
    # Whether fields are masked the roles say, whichever record it is.
    if "reveal" in _actions_of(label):
        answers["reveal"] = explain(user, "reveal", type(record))
    return _row(label, answers)


def _row(label: str, answers: dict[str, Answer]) -> dict[str, Any]:
    return {
        "kind": kind_name(label),
        "any": any(answer.allowed for answer in answers.values()),
        "answers": [
            {"action": action_label(action), "allowed": answer.allowed, "reasons": answer.reasons}
            for action, answer in answers.items()
        ],
    }


def masked_for(user: User, record: models.Model | None) -> list[dict[str, Any]]:
    """Return the fields that the person reads masked, by kind of record."""
    found = []
    for label, names in sorted(sensitive_fields().items()):
        model = apps.get_model(label)
        if record is not None and type(record) is not model:
            continue
        masked = [name for name in sorted(names) if not sees_field(user, model, name)]
        if masked and explain(user, "view", model).allowed:
            words = [str(getattr(model._meta.get_field(name), "verbose_name", name)) for name in masked]
            found.append({"kind": kind_name(label), "fields": words})
    return found
