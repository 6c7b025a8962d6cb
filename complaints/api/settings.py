"""Settings of cases that are one record each, over the API: read, and changed by the verbs of their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers

from complaints.domain import callback_answers
from complaints.domain.grading_rules import set_default_grade
from complaints.domain.letter_templates import RULE_FIELDS, update_letter_rules
from complaints.domain.mail import mailboxes
from complaints.domain.public_form import FORM_FIELDS, set_form
from complaints.domain.satisfaction import POLICY_FIELDS, set_satisfaction_policy
from complaints.models import (
    CallBackPolicy,
    GradingSetting,
    LetterSettings,
    MailPolicy,
    PublicForm,
    SatisfactionPolicy,
)
from complaints.sorting.settings import SETTING_SORTS
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class SettingViewSet(VersionedViewSet):
    """One record, read and changed by its `verb`; it is there from the beginning."""

    sort_keys = SETTING_SORTS
    default_sort = "id"
    http_method_names = ["get", "patch", "head", "options"]
    verb: ClassVar[Callable[..., Any]]

    def update_record(self, instance: Any, data: dict[str, Any]) -> Any:
        """Change it."""
        version = self.version_of(data)
        return self.verb(instance, data, by=self.actor, version=version)


class PublicFormSerializer(StrictModelSerializer):
    """How the form for everybody is set up."""

    categories = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        help_text="“kind:code” of each category on the form; empty: every category in use.",
    )
    version = VersionField()

    class Meta:
        model = PublicForm
        fields = ["id", *FORM_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class PublicFormViewSet(SettingViewSet):
    """The settings of the public form: one record, read and changed."""

    model = PublicForm
    serializer_class = PublicFormSerializer
    verb = staticmethod(set_form)


class GradingSettingSerializer(StrictModelSerializer):
    """The grade of complaints that no rule applies to."""

    version = VersionField()

    class Meta:
        model = GradingSetting
        fields = ["id", "default_grade", "updated_at", "version"]
        read_only_fields = ["updated_at"]


class GradingSettingViewSet(SettingViewSet):
    """The grade where no rule applies: one record, read and changed. It holds for new complaints."""

    model = GradingSetting
    serializer_class = GradingSettingSerializer

    def update_record(self, instance: GradingSetting, data: dict[str, Any]) -> GradingSetting:
        """Change it."""
        version = self.version_of(data)
        grade = data.get("default_grade", instance.default_grade)
        return set_default_grade(grade, by=self.actor, version=version)


class CallBackPolicySerializer(StrictModelSerializer):
    """How often customers are called, and which score opens a case again; `close_days` 0 closes none."""

    version = VersionField()

    class Meta:
        model = CallBackPolicy
        fields = ["id", *callback_answers.POLICY_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class CallBackPolicyViewSet(SettingViewSet):
    """The rules of call-backs: one record, read and changed."""

    model = CallBackPolicy
    serializer_class = CallBackPolicySerializer
    verb = staticmethod(callback_answers.set_policy)


class SatisfactionPolicySerializer(StrictModelSerializer):
    """From where on a fall of satisfaction after call-backs is warned of."""

    version = VersionField()

    class Meta:
        model = SatisfactionPolicy
        fields = ["id", *POLICY_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class SatisfactionPolicyViewSet(SettingViewSet):
    """The limits of falling satisfaction: one record, read and changed."""

    model = SatisfactionPolicy
    serializer_class = SatisfactionPolicySerializer
    verb = staticmethod(set_satisfaction_policy)


class LetterSettingsSerializer(StrictModelSerializer):
    """How long and how customers may object to a decision, and who to turn to next."""

    version = VersionField()

    class Meta:
        model = LetterSettings
        fields = ["id", *RULE_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class LetterSettingsViewSet(SettingViewSet):
    """The rules of letters: one record, read and changed. Issued letters keep what they said."""

    model = LetterSettings
    serializer_class = LetterSettingsSerializer
    verb = staticmethod(update_letter_rules)


class MailPolicySerializer(StrictModelSerializer):
    """How mails of customers are treated."""

    version = VersionField()

    class Meta:
        model = MailPolicy
        fields = ["id", *mailboxes.POLICY_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class MailPolicyViewSet(SettingViewSet):
    """The rules of e-mail: one record, read and changed."""

    model = MailPolicy
    serializer_class = MailPolicySerializer
    verb = staticmethod(mailboxes.set_policy)


routes = [
    ("public-forms", PublicFormViewSet, "public-form"),
    ("grading-settings", GradingSettingViewSet, "grading-setting"),
    ("callback-policies", CallBackPolicyViewSet, "callback-policy"),
    ("satisfaction-policies", SatisfactionPolicyViewSet, "satisfaction-policy"),
    ("letter-settings", LetterSettingsViewSet, "letter-setting"),
    ("mail-policies", MailPolicyViewSet, "mail-policy"),
]
