"""Somebody at a browser: signs in, sends forms and files, and tries again when nobody answers."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from uuid import uuid4

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

#: What a browser sees while the web process is down, or dies in the middle of an answer.
AWAY = (OSError, http.client.HTTPException)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller: where one leads is the answer."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""


@dataclass
class Person:
    """One signed-in browser session."""

    address: str
    login: str
    password: str
    answers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies), _Stay)

    def sign_in(self) -> None:
        """Sign in, as often as it takes."""
        status, page = self._send("accounts/login/")
        token = _TOKEN.search(page)
        fields = {"username": self.login, "password": self.password}
        fields["csrfmiddlewaretoken"] = token.group(1) if token else ""
        status, page = self._send("accounts/login/", urllib.parse.urlencode(fields).encode())
        if status != 302:
            raise RuntimeError(f"signing in was answered with {status}: {page[:500]}")

    def look(self, path: str) -> None:
        """Open a page, and note how that went."""
        self._noted(path)

    def press(self, path: str) -> bool:
        """Press the one button of a form; True when the server took it, also when it had done so before."""
        return self._noted(path, b"") in {302, 409}

    def upload(self, path: str, *, name: str, text: str, fields: dict[str, str]) -> bool:
        """Send a form with a file; True when the server took it."""
        line = uuid4().hex
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: text/csv\r\n\r\n{text}\r\n--{line}--\r\n"
        )
        return self._noted(path, "".join(parts).encode(), f"multipart/form-data; boundary={line}") == 302

    def _noted(self, path: str, data: bytes | None = None, kind: str = "") -> int:
        try:
            status, _page = self._send(path, data, kind)
        except AWAY:
            self.answers["down"] += 1
            return 0
        self.answers[str(status)] += 1
        return status

    def _send(self, path: str, data: bytes | None = None, kind: str = "") -> tuple[int, str]:
        request = urllib.request.Request(self.address + path, data=data)
        if kind:
            request.add_header("Content-Type", kind)
        token = next((cookie.value for cookie in self._cookies if cookie.name.endswith("csrftoken")), None)
        if token and data is not None:
            request.add_header("X-CSRFToken", token)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return int(answer.status), answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
