"""`manage.py check` fails for an address that declares no right. What is open to everybody is named here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import URLPattern, URLResolver, get_resolver

from core.limits import limit_names, parse_rate

#: Addresses without a right, each with the reason. Nothing else opens to a stranger.
PUBLIC: dict[str, str] = {
    "login": "who is not signed in must be able to sign in",
    "sign_in_code": "the second step of signing in, for who has just typed the right password",
    "logout": "signing out is nobody's secret, and a form with a token of its own",
    "password_reset": "who forgot the password cannot sign in",
    "password_reset_done": "says that a letter is under way, to whoever asked",
    "password_reset_confirm": "opened by the secret in the letter",
    "password_reset_complete": "says that the password is changed",
    "core:unsubscribe": "opened by the signed address in a mail",
    "core:notification-count": "asked by pages every minute; answers 401 to a stranger",
    "complaints:callback-answer": "opened by the signed address in a mail; one answer counts",
    "complaints:public-form": "anybody may complain; limited for each address and each e-mail",
    "complaints:public-thanks": "opened by the signed address that the form leads to",
    "complaints:public-find": "answers the same to everybody; the link goes to the address in the case",
    "complaints:case-status": "opened by the signed address that the complainant was given",
    "complaints:case-status-message": "as the status page, limited for each address and each case",
    "complaints:case-status-withdraw": "as the status page; asks before it does it",
    "core:logo": "the sign-in page shows the logo of the house",
    "healthz": "a probe asks whether the process lives; says nothing else",
    "readyz": "a probe asks what works; figures only for administrators and for who has HEALTH_TOKEN",
    "set_language": "the sign-in page can be read in every language",
}
#: Django's own pages, about the person who is signed in.
OWN_ACCOUNT: dict[str, str] = {
    "password_change": "one's own password; Django asks for the old one",
    "password_change_done": "says that it is changed",
}


@register()
def rate_limits_are_rates(**kwargs: Any) -> list[CheckMessage]:
    """Return an error for each limit in the settings that says no rate."""
    found: list[CheckMessage] = []
    for name, text in settings.RATE_LIMITS.items():
        try:
            parse_rate(text)
        except ValueError as error:
            found.append(Error(f"RATE_LIMITS: {name}: {error}.", id="core.E002"))
    return found


@register(Tags.urls)
def rate_limits_are_known(**kwargs: Any) -> list[CheckMessage]:
    """Return an error for each limit in the settings that nothing counts."""
    # Walking the addresses loads the views, which name their limits.
    list(_addresses(get_resolver().url_patterns, "", ""))
    return [
        Error(
            f"RATE_LIMITS: there is no limit {name!r}.",
            hint=f"Use one of: {', '.join(sorted(limit_names()))}.",
            id="core.E003",
        )
        for name in sorted(settings.RATE_LIMITS.keys() - limit_names())
    ]


@register(Tags.security, deploy=True)
def proxies_are_counted(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning where a proxy is trusted about TLS and not about who asks."""
    if not settings.SECURE_PROXY_SSL_HEADER or settings.TRUSTED_PROXIES:
        return []
    text = (
        "BEHIND_TLS_PROXY is on and TRUSTED_PROXIES is 0: all people would count as one address, the proxy's."
    )
    hint = "Set TRUSTED_PROXIES to the number of proxies that append to X-Forwarded-For."
    return [Warning(text, hint=hint, id="core.W001")]


@register(Tags.urls)
def every_address_declares_its_right(**kwargs: Any) -> list[CheckMessage]:
    """Return an error for each address whose view says nothing of rights."""
    return [
        Error(
            f"The address {name or path!r} declares no right.",
            hint="Give the view `required_right`, the ViewSet RightsPermission and a `model`, or name the"
            " address with its reason in core.checks.PUBLIC.",
            obj=path,
            id="core.E001",
        )
        for name, path, callback in _addresses(get_resolver().url_patterns, "", "")
        if name not in PUBLIC and name not in OWN_ACCOUNT and not declares_right(callback)
    ]


def declares_right(callback: Any) -> bool:
    """Tell whether what answers an address asks the role table, or says that every signed-in person may."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", callback)
    if getattr(view, "required_right", None) is not None:
        return True
    return _asks_the_role_table(view)


def _asks_the_role_table(view: Any) -> bool:
    from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

    from core.api.permissions import RightsPermission

    permissions = list(getattr(view, "permission_classes", []))
    if RightsPermission not in permissions:
        return False
    describes = isinstance(view, type) and issubclass(view, SpectacularAPIView | SpectacularSwaggerView)
    # What answers records of many kinds asks for the right of each kind by itself.
    asks_each = bool(getattr(view, "asks_right_of_each_kind", False))
    return describes or asks_each or getattr(view, "model", None) is not None


def _addresses(patterns: Any, prefix: str, namespace: str) -> Iterator[tuple[str, str, Any]]:
    for item in patterns:
        path = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _addresses(item.url_patterns, path, inner)
        elif isinstance(item, URLPattern):
            yield f"{namespace}{item.name or ''}", path, item.callback
