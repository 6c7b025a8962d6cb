"""The second factor: an authenticator app, ten codes for the day it is lost, and who must have one."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import totp
from core.access import require, roles_of
from core.choices import AuditAction, FactorPolicy
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.sessions import invalidate_sessions
from core.errors import Conflict, DomainError
from core.models import Organisation, RecoveryCode, SecondFactor, User
from core.roles import Role
from core.sealing import Unreadable, keyed_digest, keyed_digests, seal, unseal

_PURPOSE = "second-factor"
_CODES = "recovery-code"
RECOVERY_CODES = 10
#: Without 0, 1, I, L, O and U: codes are copied by hand.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LEADERS = frozenset({Role.ADMINISTRATOR.value, Role.MANAGER.value})


def has_factor(user: User) -> bool:
    """Tell whether the user signs in with a code. One query."""
    return SecondFactor.objects.of(user).exists()


def needs_factor(user: User, policy: str) -> bool:
    """Tell whether the organisation asks the user for a second factor; services cannot sign in."""
    if user.is_service or policy == FactorPolicy.OFF:
        return False
    return policy == FactorPolicy.EVERYBODY or bool(roles_of(user) & _LEADERS)


def count_factors() -> tuple[int, int]:
    """Return how many people have a second factor, and how many people there are."""
    people = User.objects.people()
    return people.filter(second_factor__isnull=False).count(), people.count()


# ---- setting up -------------------------------------------------------------------------------------
def new_offer() -> str:
    """Return a new secret, sealed, for the session to hold until a code has proved that the app has it."""
    return seal(totp.new_secret(), purpose=_PURPOSE)


def offered_secret(sealed: str) -> str:
    """Return the secret of an offer. Refused when it is not ours or its key is gone."""
    try:
        return unseal(sealed, purpose=_PURPOSE)
    except Unreadable as error:
        raise Conflict("offer_is_gone", _("This set-up is too old. Begin again.")) from error


@transaction.atomic
def set_up_factor(user: User, *, offer: str, code: str, keep: str, at: datetime) -> list[str]:
    """Store the offered secret as the user's factor, in place of an older one; return ten recovery codes.

    Refused: a code that the secret does not give now. The user is signed out of all other browsers.
    """
    step = totp.step_of(offered_secret(offer), code, at=at)
    if step is None:
        text = _("This is not the code that the app should show now. Is the clock of the phone right?")
        raise DomainError("wrong_code", text, fields={"code": text})
    had = SecondFactor.objects.of(user).delete()[0]
    factor = SecondFactor.objects.create(user=user, sealed_secret=offer, last_step=step, created_at=at)
    codes = _write_codes(factor)
    note = _("Another app") if had else ""
    record(AuditAction.CHANGED, by=user, subject=user, changes={"factor": (bool(had), True)}, note=note)
    invalidate_sessions(user, keep=keep)
    _tell(user, gettext_lazy("Your second factor is set up"))
    return codes


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Return ten new recovery codes; the former ones no longer work. Refused without a factor."""
    factor = SecondFactor.objects.select_for_update().of(user).first()
    if factor is None:
        raise _no_factor()
    RecoveryCode.objects.filter(factor=factor).delete()
    codes = _write_codes(factor)
    record(AuditAction.CHANGED, by=user, subject=user, changes={"recovery_codes": (None, len(codes))})
    _tell(user, gettext_lazy("You have new recovery codes"))
    return codes


@transaction.atomic
def remove_factor(user: User, *, keep: str) -> None:
    """Take one's own factor away. Refused where the organisation asks for one."""
    if needs_factor(user, Organisation.load().second_factor):
        raise DomainError(
            "factor_is_required",
            _("Your organisation asks for a second factor. You can move it to another app, not remove it."),
        )
    _delete_factor(user, by=user)
    invalidate_sessions(user, keep=keep)
    _tell(user, gettext_lazy("Your second factor is removed"))


@transaction.atomic
def reset_factor(user: User, *, by: User | None) -> None:
    """Take somebody's factor away who lost the app; signed out everywhere, the person is told.

    `by` is an administrator, or None for who has the command line. Refused: one's own, which needs the
    code as well.
    """
    if by is not None:
        require(by, "change", User)
        if by.pk == user.pk:
            raise DomainError("not_yourself", _("Change your own second factor on your profile."))
    _delete_factor(user, by=by)
    invalidate_sessions(user)
    title = gettext_lazy("%(by)s reset your second factor")
    _tell(user, title, by=str(by) if by is not None else "Perennial")


def _delete_factor(user: User, *, by: User | None) -> None:
    if not SecondFactor.objects.of(user).delete()[0]:
        raise _no_factor()
    record(AuditAction.CHANGED, by=by, subject=user, changes={"factor": (True, False)})


def _no_factor() -> Conflict:
    return Conflict("no_factor", _("There is no second factor."))


def _write_codes(factor: SecondFactor) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _place in range(10)) for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=keyed_digest(_salted(factor.user_id, code), purpose=_CODES))
        for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _salted(user_id: int, code: str) -> str:
    return f"{user_id}:{code}"


# ---- using ------------------------------------------------------------------------------------------
@transaction.atomic
def accept_code(user: User, code: str, *, at: datetime) -> bool:
    """Tell whether the code of the app, or a recovery code, is right; either is spent by that.

    Of two requests with the same code the database lets one through.
    """
    factor = SecondFactor.objects.of(user).first()
    if factor is None:
        return False
    return _accept_step(factor, code, at) or _accept_recovery(factor, user, code, at)


def _accept_step(factor: SecondFactor, code: str, at: datetime) -> bool:
    try:
        secret = unseal(factor.sealed_secret, purpose=_PURPOSE)
    except Unreadable:
        return False
    step = totp.step_of(secret, code, at=at)
    if step is None:
        return False
    return bool(SecondFactor.objects.filter(pk=factor.pk).unspent(step).update(last_step=step))


def _accept_recovery(factor: SecondFactor, user: User, code: str, at: datetime) -> bool:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    digests = keyed_digests(_salted(user.pk, typed), purpose=_CODES)
    codes = RecoveryCode.objects.filter(factor=factor, used_at__isnull=True)
    if not codes.filter(digest__in=digests).update(used_at=at):
        return False
    left = codes.count()
    record(AuditAction.CHANGED, by=user, subject=user, changes={"recovery_codes": (left + 1, left)})
    _tell(user, gettext_lazy("A recovery code was used; %(left)s are left"), left=left)
    return True


def codes_left(user: User) -> int:
    """Return how many recovery codes the user has not used."""
    return RecoveryCode.objects.filter(factor__user=user, used_at__isnull=True).count()


def _tell(user: User, title: Promise, **params: object) -> None:
    notify(
        [user],
        kind="core.security",
        title=title,
        body=gettext_lazy("If it was not you, change your password and tell an administrator."),
        params=params,
        url=reverse("core:profile"),
    )
