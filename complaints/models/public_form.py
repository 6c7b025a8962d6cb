"""The public door: how its form is set up, what came through it, and who may look at a case by a link."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.choices.public_form import Match
from complaints.models.complaints import Complaint
from complaints.querysets.cases import BelowComplaint, SettingQuerySet
from customers.models.base import Recorded


def in_language(en: str, hans: str, hant: str) -> str:
    """Return the text in the language in force, else in the nearest language that has one."""
    own = {"en": en, "zh-hans": hans, "zh-hant": hant}
    language = get_language() or "en"
    nearest = ("zh-hans", "zh-hant", "en") if language.startswith("zh") else ("en", "zh-hans", "zh-hant")
    return own.get(language) or next((own[code] for code in nearest if own[code]), "")


class PublicForm(Recorded):
    """How the form for everybody is set up; one row, made when it is first asked for. It begins closed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_open = models.BooleanField(_("the form is open"), default=False)
    takes_complaints = models.BooleanField(_("takes complaints"), default=True)
    takes_requests = models.BooleanField(_("takes service requests"), default=True)
    # "kind:code", so that a new edition of a category stays on the form. Empty: every category in use.
    categories = models.JSONField(_("categories offered"), default=list, blank=True)
    asks_product = models.BooleanField(
        _("asks which course or product it is about"),
        default=False,
        help_text=_("The products on sale are then read by everybody."),
    )
    most_files = models.PositiveSmallIntegerField(
        _("most files at once"), default=5, validators=[MaxValueValidator(10)]
    )
    link_days = models.PositiveSmallIntegerField(
        _("days for which a link to the status page is valid"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )
    intro_en = models.TextField(_("introduction in English"), max_length=2_000, blank=True)
    intro_zh_hans = models.TextField(_("introduction in Simplified Chinese"), max_length=2_000, blank=True)
    intro_zh_hant = models.TextField(_("introduction in Traditional Chinese"), max_length=2_000, blank=True)
    privacy_en = models.TextField(_("privacy notice in English"), max_length=5_000, blank=True)
    privacy_zh_hans = models.TextField(
        _("privacy notice in Simplified Chinese"), max_length=5_000, blank=True
    )
    privacy_zh_hant = models.TextField(
        _("privacy notice in Traditional Chinese"), max_length=5_000, blank=True
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("public form")
        verbose_name_plural = _("public forms")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="public_form_is_one_row"),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(takes_complaints=True) | Q(takes_requests=True),
                name="open_public_form_takes_something",
            ),
            models.CheckConstraint(
                condition=Q(link_days__gte=1, link_days__lte=730), name="public_links_run_out"
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> PublicForm:
        """Return the row."""
        found: PublicForm = cls.objects.get_or_create(pk=1)[0]
        return found

    @property
    def intro(self) -> str:
        """The introduction in the language in force."""
        return in_language(self.intro_en, self.intro_zh_hans, self.intro_zh_hant)

    @property
    def privacy(self) -> str:
        """The privacy notice in the language in force; empty where none was written."""
        return in_language(self.privacy_en, self.privacy_zh_hans, self.privacy_zh_hant)


class FormSubmission(models.Model):
    """One form that somebody sent in. Its key makes it one case however often it is sent."""

    complaint = models.OneToOneField(Complaint, on_delete=models.CASCADE, related_name="submission")
    key = models.CharField(max_length=40, unique=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now)
    # As typed; nobody has checked it.
    organisation = models.CharField(_("organisation given"), max_length=150, blank=True)
    reference = models.CharField(_("number given"), max_length=60, blank=True)
    # By what the customer was found; nothing says that the sender is that customer.
    match = models.CharField(_("matched by"), max_length=10, choices=Match, default=Match.NONE)
    # Which privacy notice was agreed to: the version of the settings that showed it.
    consent_version = models.PositiveIntegerField(_("version of the privacy notice"))

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="form_submission_has_a_key"),
        ]

    def __str__(self) -> str:
        return str(self.complaint)


class StatusAccess(Recorded):
    """The status page of a case. A link names the serial number; raising it makes every link void."""

    complaint = models.OneToOneField(Complaint, on_delete=models.CASCADE, related_name="status_access")
    serial = models.PositiveIntegerField(_("serial number of the links"), default=1)
    link_sent_at = models.DateTimeField(_("link sent"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True, editable=False)

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("status page")
        verbose_name_plural = _("status pages")

    def __str__(self) -> str:
        return str(self.complaint)
