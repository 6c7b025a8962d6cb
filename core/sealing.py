"""Secrets at rest: sealed so that we can read them again, or kept as a keyed digest that nobody can.

Both keys come from SECRET_KEY; what was sealed under a key of SECRET_KEY_FALLBACKS stays readable.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):  # noqa: N818 (says what the sealed text is)
    """The text was sealed under a key that is no longer known, or was tampered with."""


def seal(text: str, *, purpose: str) -> str:
    """Return `text` encrypted under the current key; each purpose has a key of its own."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return what was sealed for the purpose; refuses with Unreadable."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable(purpose) from error


def keyed_digests(text: str, *, purpose: str) -> list[str]:
    """Return the digests under which `text` may be stored: one per key in use, the current first."""
    return [
        hmac.new(f"{purpose}:{key}".encode(), text.encode(), hashlib.sha256).hexdigest() for key in _keys()
    ]


def keyed_digest(text: str, *, purpose: str) -> str:
    """Return the digest under which `text` is stored from now on."""
    return keyed_digests(text, purpose=purpose)[0]


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in _keys()])


def _derived(key: str, purpose: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"perennial:{purpose}".encode())
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
