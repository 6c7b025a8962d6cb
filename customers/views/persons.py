"""Persons: the page of each, the search over all, and who knows whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from core.access import can
from core.views.base import RightsMixin, next_url
from core.views.lists import ListPage
from customers.domain.contacts import link_people, unlink_people
from customers.filters import PersonFilterSet
from customers.forms.contacts import AcquaintanceForm
from customers.lists import persons_of
from customers.models import Acquaintance, Contact, Interaction, Person
from customers.sorting import PERSON_SORTS
from customers.views.base import CustomerFormPage, fetch, user_of

TALKS_SHOWN = 20


class PersonDetail(RightsMixin, TemplateView):
    """A person: the places in reach, who they know, what was said."""

    required_right = ("view", Person)
    template_name = "customers/person_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read everything within reach."""
        request, user = self.request, self.person
        person: Person = fetch(request, Person.objects.all(), self.kwargs["pk"])
        places = Contact.objects.visible_to(user).filter(person=person).select_related("customer")
        talks = Interaction.objects.visible_to(user).filter(person=person).for_list()
        return super().get_context_data(
            person=person,
            places=list(places.order_by("ended_on", "customer__name")),
            known=acquaintances_of(person, user),
            talks=list(talks.order_by("-occurred_at", "-pk")[:TALKS_SHOWN]),
            may_change=can(user, "change", Person)
            and Person.objects.visible_to(user, "change").filter(pk=person.pk).exists(),
            nav_current="customers",
            here=request.get_full_path(),
            **kwargs,
        )


def acquaintances_of(person: Person, user: Any) -> list[tuple[Person, Acquaintance]]:
    """Return whom the person knows, as far as `user` may see them."""
    rows = Acquaintance.objects.filter(Q(first=person) | Q(second=person)).select_related("first", "second")
    pairs = [(row.second if row.first_id == person.pk else row.first, row) for row in rows]
    visible = set(
        Person.objects.visible_to(user)
        .filter(pk__in=[other.pk for other, _row in pairs])
        .values_list("pk", flat=True)
    )
    return sorted(
        ((other, row) for other, row in pairs if other.pk in visible), key=lambda pair: pair[0].name
    )


class PeopleList(ListPage):
    """All people in reach, with where they work now."""

    model = Person
    filterset_class = PersonFilterSet
    template_name = "customers/people_list.html"
    sort_keys = PERSON_SORTS
    default_sort = "name"
    export_key = "customers.person"
    nav_current = "customers"

    def rows(self) -> QuerySet[Person]:
        """People with their places in reach."""
        rows: QuerySet[Person] = persons_of(self.person)
        return rows

    def extra_context(self) -> dict[str, Any]:
        """What is typed into the search, and what the person may do."""
        return {
            "q": self.request.GET.get("q", "").strip()[:100],
            "may_import": can(self.person, "import", Contact),
        }


class PersonLink(CustomerFormPage):
    """Who knows whom."""

    required_right = ("change", Person)
    form_class = AcquaintanceForm
    title = gettext_lazy("Add acquaintance")
    submit_label = gettext_lazy("Add acquaintance")
    success_message = gettext_lazy("Acquaintance added.")
    form_columns = 1

    @cached_property
    def subject(self) -> Person:
        """The person, if it may be changed."""
        found: Person = fetch(self.request, Person.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form both ends."""
        return {"user": self.person, "person": self.subject}

    def perform(self, form: AcquaintanceForm) -> str:
        """Link the two."""
        link_people(
            self.subject,
            form.cleaned_data["other"],
            nature=form.cleaned_data["nature"],
            by=self.person,
        )
        return next_url(self.request, self.cancel_url())

    def cancel_url(self) -> str:
        """Back to the person."""
        return reverse("customers:person-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(
            crumbs=[(_("People"), reverse("customers:people-list")), (self.subject.name, self.cancel_url())],
            **kwargs,
        )


class PersonUnlink(RightsMixin, View):
    """Two people no longer count as knowing each other."""

    required_right = ("change", Person)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        """Take the link away."""
        person = fetch(request, Person.objects.all(), pk, "change")
        unlink_people(person, fetch(request, Person.objects.all(), other), by=user_of(request))
        messages.success(request, _("Acquaintance removed."))
        return redirect("customers:person-detail", pk)
