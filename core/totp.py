"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, a new one every 30 seconds)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
#: Clocks differ: the code before and the code after count too.
_DRIFT = 1


def new_secret() -> str:
    """Return 160 random bits as an authenticator app takes them, in base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_at(at: datetime) -> int:
    """Return the number of the time step in which the moment lies."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """Return the code of a time step."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the time step around the moment whose code this is, or None. Blanks do not matter."""
    typed = "".join(code.split())
    now, found = step_at(at), None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        # Every step is compared, so that the time taken tells nothing.
        if hmac.compare_digest(code_of(secret, step).encode(), typed.encode()):
            found = step
    return found


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """Return the otpauth address that an app reads from the QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{label}?{query}"


def in_groups(secret: str) -> str:
    """Return the secret in groups of four, to be typed."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
