"""Signing in: failed attempts, the second factor, and where a person is signed in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.querysets import SecondFactorQuerySet, SignInGuardQuerySet, UserSessionQuerySet


class SignInGuard(models.Model):
    """How often signing in failed for one login name from one place, or from one place at all.

    Of names and places only a keyed digest is kept: people type passwords into the wrong field.
    """

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    last_at = models.DateTimeField(_("last attempt"), default=timezone.now)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    objects = SignInGuardQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in guard")
        verbose_name_plural = _("sign-in guards")
        # The nightly sweep deletes by age.
        indexes = [models.Index(fields=["last_at"], name="sign_in_guard_by_age")]

    def __str__(self) -> str:
        return self.digest[:8]


class SecondFactor(models.Model):
    """The authenticator app of a person. The secret is sealed; a code counts once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="second_factor",
    )
    sealed_secret = models.TextField(_("sealed secret"), editable=False)
    # Codes of this time step and before are spent.
    last_step = models.BigIntegerField(_("last time step"), default=0, editable=False)
    created_at = models.DateTimeField(_("set up"), default=timezone.now)

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code that stands in for the authenticator app once. Only a keyed digest is stored."""

    factor = models.ForeignKey(
        SecondFactor, verbose_name=_("second factor"), on_delete=models.CASCADE, related_name="codes"
    )
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_is_stored_once")
        ]

    def __str__(self) -> str:
        return self.digest[:8]


class UserSession(models.Model):
    """A browser in which a person is signed in, as the person sees it on the profile."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="sign_ins",
    )
    # Not a foreign key: Django deletes sessions that ran out without asking.
    session_key = models.CharField(_("session"), max_length=40, unique=True, editable=False)
    browser = models.CharField(_("browser"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-seen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user}, {self.browser}"
