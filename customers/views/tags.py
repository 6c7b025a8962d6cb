"""Tags: how many customers have each, renamed and removed."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from core.access import can
from core.views.base import ConfirmPage, RightsMixin
from customers.domain.tags import create_tag, delete_tag, rename_tag
from customers.forms.products import TagForm
from customers.models import Customer, Tag
from customers.views.base import CustomerFormPage, fetch


class TagList(RightsMixin, TemplateView):
    """All tags, each with the number of customers in reach that have it."""

    required_right = ("view", Tag)
    template_name = "customers/tag_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count customers in reach: what lies outside is not told by a number either."""
        user = self.person
        seen: QuerySet[Customer] = Customer.objects.visible_to(user).filter(tags__isnull=False)
        numbers = dict(seen.order_by().values_list("tags").annotate(n=Count("pk")))
        tags = list(Tag.objects.visible_to(user).order_by("name"))
        return super().get_context_data(
            tags=[(tag, numbers.get(tag.pk, 0)) for tag in tags],
            may_add=can(user, "add", Tag),
            may_change=can(user, "change", Tag),
            may_delete=can(user, "delete", Tag),
            nav_current="customers",
            **kwargs,
        )


class TagPage(CustomerFormPage):
    """What the forms of tags share."""

    form_class = TagForm
    form_columns = 1

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("customers:tag-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [(_("Customers"), reverse("customers:customer-list")), (_("Tags"), self.cancel_url())]
        return super().get_context_data(crumbs=crumbs, **kwargs)


class TagCreate(TagPage):
    """A new tag."""

    required_right = ("add", Tag)
    title = gettext_lazy("New tag")
    submit_label = gettext_lazy("Create tag")
    success_message = gettext_lazy("Tag created.")

    def perform(self, form: TagForm) -> str:
        """Make it."""
        create_tag(form.cleaned_data["name"], by=self.person)
        return self.cancel_url()


class TagUpdate(TagPage):
    """Another word, for every customer that has the tag."""

    required_right = ("change", Tag)
    title = gettext_lazy("Rename tag")
    submit_label = gettext_lazy("Rename tag")
    success_message = gettext_lazy("Tag renamed.")

    @cached_property
    def tag(self) -> Tag:
        """The tag."""
        found: Tag = fetch(self.request, Tag.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.tag}

    def perform(self, form: TagForm) -> str:
        """Rename it."""
        rename_tag(self.tag, form.cleaned_data["name"], by=self.person)
        return self.cancel_url()


class TagDelete(ConfirmPage):
    """Off every customer and off the list."""

    required_right = ("delete", Tag)
    success_message = gettext_lazy("Tag deleted.")
    nav_current = "customers"

    @cached_property
    def tag(self) -> Tag:
        """The tag."""
        found: Tag = fetch(self.request, Tag.objects.all(), self.kwargs["pk"], "delete")
        return found

    def question(self) -> dict[str, Any]:
        """Say how many have it."""
        number = self.tag.customers.count()
        return {
            "title": _("Delete tag “%(name)s”?") % {"name": self.tag.name},
            "message": ngettext("%(n)s customer has it.", "%(n)s customers have it.", number) % {"n": number},
            "consequences": [_("The customers stay; only the tag goes. This cannot be undone.")],
            "confirm_label": _("Delete tag"),
            "cancel_url": reverse("customers:tag-list"),
        }

    def perform(self) -> str:
        """Delete and go to the list."""
        delete_tag(self.tag, by=self.person)
        return reverse("customers:tag-list")
