"""Persons, and the places they hold at customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import require
from core.api.external_ids import UpsertMixin
from core.api.fields import ScopedRelatedField
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.domain.contacts import (
    add_contact,
    change_job,
    create_person,
    end_contact,
    update_contact,
    update_person,
)
from customers.filters import ContactFilterSet, PersonFilterSet
from customers.models import Contact, Customer, Person
from customers.sorting import CONTACT_SORTS, PERSON_SORTS

_PLACE = ["title", "department", "role", "influence", "attitude", "is_primary", "started_on"]


class PersonSerializer(StrictModelSerializer):
    """A person; the name is one field."""

    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    version = VersionField()

    class Meta:
        model = Person
        fields = [
            "id", "name", "salutation", "mobile", "email", "wechat", "birthday", "do_not_contact", "taboos",
            "decision_style", "notes", "source_system", "external_id", "created_at", "updated_at",
            "version",
        ]  # fmt: skip
        read_only_fields = ["created_at", "updated_at"]


class ContactSerializer(StrictModelSerializer):
    """A person's place at a customer. A new one takes `person_id`, or `person` to make the person too."""

    customer = ScopedRelatedField(Customer)
    person = PersonSerializer(required=False)
    person_id = ScopedRelatedField(Person, source="known_person", required=False, write_only=True)
    version = VersionField()

    class Meta:
        model = Contact
        fields = [
            "id", "customer", "person", "person_id", *_PLACE, "ended_on", "end_reason", "created_at",
            "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["ended_on", "end_reason", "created_at", "updated_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A new place names one person in one of two ways; an old one keeps its person and customer."""
        if self.instance is None:
            if ("known_person" in attrs) == ("person" in attrs):
                raise serializers.ValidationError({"person": [_("Give either person_id or person.")]})
            return attrs
        if attrs.pop("customer", self.instance.customer) != self.instance.customer:
            raise serializers.ValidationError(
                {"customer": [_("Change the job instead: POST …/change-job/.")]}
            )
        if attrs.pop("known_person", self.instance.person) != self.instance.person:
            raise serializers.ValidationError({"person_id": [_("End this contact and add another one.")]})
        return attrs


class EndSerializer(Strict):
    """The end of a place."""

    on = serializers.DateField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ChangeJobSerializer(StrictModelSerializer):
    """A new place elsewhere."""

    to_customer = ScopedRelatedField(Customer)
    on = serializers.DateField(required=False)

    class Meta:
        model = Contact
        fields = ["to_customer", "on", *_PLACE]


class PersonViewSet(UpsertMixin, VersionedViewSet):
    """Persons: seen by who sees a customer they belong to."""

    model = Person
    serializer_class = PersonSerializer
    filterset_class = PersonFilterSet
    sort_keys = PERSON_SORTS
    default_sort = "created"
    http_method_names = ["get", "post", "put", "patch", "head", "options"]

    def create_record(self, data: dict[str, Any]) -> Person:
        """Make a person."""
        self.version_of(data)
        return create_person(data, by=self.actor)

    def update_record(self, instance: Person, data: dict[str, Any]) -> Person:
        """Change a person."""
        version = self.version_of(data)
        return update_person(instance, data, by=self.actor, version=version)


_EXAMPLE = OpenApiExample(
    "A new person",
    value={
        "customer": 42,
        "person": {"name": "李薇", "mobile": "13812345678"},
        "title": "培训主管",
        "role": "decider",
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_EXAMPLE]))
class ContactViewSet(VersionedViewSet):
    """Places of persons at customers. A place ends; it is not deleted."""

    model = Contact
    serializer_class = ContactSerializer
    filterset_class = ContactFilterSet
    sort_keys = CONTACT_SORTS
    default_sort = "created"
    http_method_names = ["get", "post", "put", "patch", "head", "options"]

    def for_api(self, rows: Any) -> Any:
        """Return the rows with their persons."""
        return rows.select_related("person", "customer")

    def create_record(self, data: dict[str, Any]) -> Contact:
        """Add a contact, the person too when it is new."""
        self.version_of(data)
        customer, known, new = data.pop("customer"), data.pop("known_person", None), data.pop("person", None)
        if known is None:
            require(self.actor, "add", Person)
            new.pop("version", None)
        return add_contact(customer, known or new, data, by=self.actor)

    def update_record(self, instance: Contact, data: dict[str, Any]) -> Contact:
        """Change the place, and the person when its fields are given."""
        version, person = self.version_of(data), data.pop("person", None)
        contact = update_contact(instance, data, by=self.actor, version=version)
        if person:
            require(self.actor, "change", Person)
            update_person(instance.person, person, by=self.actor, version=person.pop("version", None))
        return contact

    @extend_schema(request=EndSerializer, responses=ContactSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """End the place; the person stays."""
        contact = self.get_object()
        return self.answer(self.fresh(end_contact(contact, **self.checked(EndSerializer), by=self.actor)))

    @extend_schema(request=ChangeJobSerializer, responses=ContactSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="change-job")
    def change_job(self, request: Request, pk: int) -> Response:
        """End the place and open one at another customer; answers the new one."""
        contact, data = self.get_object(), self.checked(ChangeJobSerializer)
        place = change_job(
            contact, to_customer=data.pop("to_customer"), on=data.pop("on", None), data=data, by=self.actor
        )
        return self.answer(self.fresh(place))
