"""Help an administrator who lost the authenticator app and has nobody to ask."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.domain.second_factor import reset_factor
from core.errors import DomainError
from core.sign_ins import user_named


class Command(BaseCommand):
    """Writes an audit line and tells the person, as the page does."""

    help = "Take the second factor of a user away and sign the user out everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("username", help="Login name of the user.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it."""
        user = user_named(options["username"])
        if user is None:
            raise CommandError(f"There is no user {options['username']}.")
        try:
            reset_factor(user, by=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The second factor of {user.username} is reset.")
