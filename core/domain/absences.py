"""Who is away and who stands in: arranged, and ended when the person is back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import holds
from core.choices import AuditAction
from core.display import format_day
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import Conflict, DomainError
from core.lent import forget_lent
from core.models import Absence, User

#: Who is away for longer hands over instead.
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    starts_on: date
    ends_on: date

    def overlaps(self) -> Q:
        """Return the condition of absences that share a day with it."""
        return Q(starts_on__lte=self.ends_on, ends_on__gte=self.starts_on)


def may_arrange(by: User, user: User) -> bool:
    """Tell whether `by` may say that the user is away: oneself, one's team as its manager, or anybody."""
    if not user.is_active or user.is_service:
        return False
    return holds(by, "add", Absence, owner_id=user.pk, team_id=user.team_id)


def deputies_for(user: User) -> Any:
    """Return who may stand in: people who can sign in, but not oneself."""
    return User.objects.people().exclude(pk=user.pk)


@transaction.atomic
def arrange_absence(
    user: User, period: Period, *, deputy: User, by: User, today: date, note: str = ""
) -> Absence:
    """Let the deputy look after what the user owns while the user is away, and tell the deputy.

    Refuses whose absence is not `by`'s to arrange, days that are over or too many, oneself or somebody
    who cannot sign in as deputy, a deputy who is away too, and a second absence of the same days.
    """
    if not may_arrange(by, user):
        raise DomainError("not_yours_to_arrange", _("This absence is not yours to arrange."), status=403)
    _ensure_period(period, today)
    if not deputies_for(user).filter(pk=deputy.pk).exists():
        text = _("Choose a colleague who can sign in.")
        raise DomainError("no_deputy", text, fields={"deputy": text})
    # Two absences of one person at once wait for each other here; so do two for one deputy.
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=[user.pk, deputy.pk])
    list(locked.order_by("pk").values_list("pk", flat=True))
    _ensure_free(user, deputy, period)
    absence = Absence.objects.create(
        user=user,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        deputy=deputy,
        note=note.strip()[:300],
        by=by,
    )
    shown = {name: (None, getattr(absence, name)) for name in ("user", "starts_on", "ends_on", "deputy")}
    record(AuditAction.CREATED, by=by, subject=absence, changes=shown)
    forget_lent(deputy)
    _tell(absence, by)
    return absence


def _ensure_period(period: Period, today: date) -> None:
    if period.ends_on < period.starts_on:
        text = _("The last day lies before the first.")
        raise DomainError("ends_before_it_starts", text, fields={"ends_on": text})
    if period.ends_on < today:
        text = _("Choose today or a later day.")
        raise DomainError("absence_is_over", text, fields={"ends_on": text})
    if period.ends_on - period.starts_on > LONGEST:
        text = _("Nobody is away for more than a year: hand over instead.")
        raise DomainError("absence_too_long", text, fields={"ends_on": text})


def _ensure_free(user: User, deputy: User, period: Period) -> None:
    other = Absence.objects.filter(period.overlaps(), user=user).first()
    if other is not None:
        text = _("Already away from %(first)s to %(last)s.") % {
            "first": format_day(other.starts_on),
            "last": format_day(other.ends_on),
        }
        raise Conflict("absence_overlaps", text, fields={"starts_on": text})
    if Absence.objects.filter(period.overlaps(), user=deputy).exists():
        text = _("%(name)s is away on some of these days.") % {"name": deputy}
        raise DomainError("deputy_is_away", text, fields={"deputy": text})


def _tell(absence: Absence, by: User) -> None:
    if absence.deputy_id == by.pk:
        return
    notify(
        [absence.deputy],
        kind="core.deputy",
        title=gettext_lazy("You stand in for %(name)s from %(first)s to %(last)s"),
        body="%(note)s",
        params={
            "name": absence.user,
            "first": absence.starts_on.isoformat(),
            "last": absence.ends_on.isoformat(),
            "note": absence.note,
        },
        url=absence.user.get_absolute_url(),
    )


@transaction.atomic
def end_absence(absence: Absence, *, by: User, today: date) -> None:
    """End it at once: an absence that has begun keeps its past days, one to come is called off.

    Refuses whose it is not to end, and one that is over.
    """
    rows = Absence.objects.in_reach(by, "delete").select_for_update(of=("self",)).filter(pk=absence.pk)
    stored: Absence | None = rows.first()
    if stored is None:
        raise DomainError("not_your_absence", _("This absence is not yours to end."), status=403)
    if stored.ends_on < today:
        raise Conflict("absence_is_over", _("This absence is over already."))
    yesterday = today - timedelta(days=1)
    if stored.starts_on > yesterday:
        Absence.objects.filter(pk=stored.pk).delete()
        record(AuditAction.DELETED, by=by, subject=stored)
        return
    changes = {"ends_on": (stored.ends_on, yesterday)}
    Absence.objects.filter(pk=stored.pk).update(ends_on=yesterday)
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)


def absences_of(user: User, *, on: date) -> list[Absence]:
    """Return the absences of a person that run or are to come, the soonest first."""
    return list(Absence.objects.not_over(on).filter(user=user).for_list())


def represented_by(user: User, *, on: date) -> list[Absence]:
    """Return the running absences in which the person stands in."""
    return list(Absence.objects.running(on).filter(deputy=user).for_list().order_by("user__full_name"))


def away_now(users: Iterable[int] | None = None, *, on: date) -> dict[int, Absence]:
    """Return the running absence of each person who is away; of these people only, where they are named."""
    rows = Absence.objects.running(on).for_list()
    if users is not None:
        rows = rows.filter(user__in=list(users))
    return {absence.user_id: absence for absence in rows}
