"""Every feature of the platform with something in it, so that a visitor finds no page empty."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from core.models import User
from crm.demo.bin import make_bin
from crm.demo.file_imports import make_imports
from crm.demo.jobs import date_back_built, make_jobs
from crm.demo.leaving import make_leaver
from crm.demo.many_rows import make_many_rows
from crm.demo.saved_views import make_views
from crm.demo.tokens import make_tokens


def make_platform(users: dict[str, User], *, today: date) -> None:
    """Use each of them through its verb; jobs are done here, as a worker would do them."""
    at = timezone.now()
    date_back_built(at)
    make_views(users)
    make_leaver(users, today=today, at=at)
    make_imports(users, at=at)
    make_many_rows(users, today=today, at=at)
    make_bin(users, today=today)
    make_tokens(users, at=at)
    make_jobs(users, at=at)
