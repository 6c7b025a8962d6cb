"""People who sign in, and the tree of teams they belong to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.choices import Density, Theme
from core.querysets import TeamQuerySet, UserQuerySet


class Team(models.Model):
    """A group of staff; a manager sees the rows of the own team and of the teams below it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    lead = models.ForeignKey(
        "core.User",
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="team_is_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates users for commands, tests and the demo."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Store a user with a hashed password; without a password the user cannot sign in."""
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with this login name, however it is typed: no two differ by capitals alone."""
        found: User = self.get(username__iexact=username)
        return found

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Store a user who may do everything."""
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff, or a service that calls the API."""

    username = models.CharField(_("login name"), max_length=150, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    title = models.CharField(_("job title"), max_length=100, blank=True)
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Empty: as the browser asks.")
    )
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=12, choices=Density, default=Density.COMPACT)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_service = models.BooleanField(_("is a service"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    # Counted up to end every session of the user, those included that no table knows of.
    session_epoch = models.PositiveIntegerField(_("sessions ended"), default=0, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    #: Changes that a new version stands for; how pages look is everybody's own affair.
    versioned_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "username", "full_name", "email", "team", "title", "language", "time_zone", "is_active",
            "is_service", "roles",
        }
    )  # fmt: skip

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["full_name", "id"]
        constraints = [
            # "Chen" and "chen" would be two people to the database and one to everybody else.
            models.UniqueConstraint(Lower("username"), name="username_is_unique_in_any_case"),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="user_email_is_unique_in_any_case"
            ),
            # Services call the API with tokens. A password of theirs would be a way round the second factor.
            models.CheckConstraint(
                condition=models.Q(is_service=False)
                | models.Q(password="")
                | models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
                name="service_has_no_password",
                violation_error_message=_("A service has no password: it calls the API with tokens."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_absolute_url(self) -> str:
        """The page about the user."""
        return reverse("core:user-detail", args=[self.pk])

    @property
    def display_name(self) -> str:
        """The name shown on pages."""
        return self.full_name or self.username

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Return what a session must know to be this user's: it dies with the password and the epoch."""
        marked = f"{self.password}:{self.session_epoch}" if self.session_epoch else self.password
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, marked, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        """One Chinese character, or two Latin letters, for the avatar."""
        name = self.display_name.strip()
        if not name:
            return "?"
        if not name.isascii():
            return name[0]
        words = name.split()
        return "".join(word[0] for word in words[:2]).upper()
