"""The letter for who forgot the password: written by a job, so that asking tells nothing of who exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import EmailMessage
from django.db import transaction
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.domain.jobs import later
from core.domain.notifications import one_line
from core.domain.sign_in_guard import TooManyAttempts, count_attempt, letter_counters
from core.models import Organisation, User


class _Letter(PasswordResetForm):
    """Django's letter, also for people who were made without a password: this is how they choose one."""

    def get_users(self, email: str) -> Iterator[User]:
        """Yield the people with the address; no two differ by capitals alone."""
        yield from User.objects.people().filter(email__iexact=email)

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,  # noqa: ARG002 (the letter is plain text)
    ) -> None:
        """Send it, and let the job try again where the mail server does not answer."""
        subject = one_line(loader.render_to_string(subject_template_name, context))
        body = loader.render_to_string(email_template_name, context)
        EmailMessage(subject, body, from_email, [to_email]).send()


@transaction.atomic
def ask_for_letter(email: str, *, address: str, at: datetime) -> None:
    """Have a letter sent if the address is somebody's. Too many requests are dropped without a word."""
    try:
        count_attempt(letter_counters(email, address=address), at=at)
    except TooManyAttempts:
        return
    later(
        "core.tasks.send_password_letter",
        title=_("Letter for a forgotten password"),
        notify_on_finish=False,
        email=email,
    )


def invite(user: User) -> None:
    """Have the letter sent to a new person, once; nobody asked for it, so no attempt is counted."""
    later(
        "core.tasks.send_password_letter",
        title=_("Letter for a new person"),
        dedupe=f"invite-{user.pk}",
        notify_on_finish=False,
        email=user.email,
    )


def send_letter(email: str) -> int:
    """Send the letter to whoever has the address, in their language; return how many there were.

    The link leads to `SITE_URL`, never to the host that a request named.
    """
    form = _Letter({"email": email})
    if not form.is_valid():
        return 0
    user = next(form.get_users(form.cleaned_data["email"]), None)
    if user is None:
        return 0
    site = urlsplit(settings.SITE_URL)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        form.save(
            domain_override=site.netloc,
            use_https=site.scheme == "https",
            from_email=settings.DEFAULT_FROM_EMAIL,
            extra_email_context={"site_name": Organisation.load().name},
        )
    return 1
