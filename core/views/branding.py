"""The look of the house: the page that sets it, and the logo itself."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views import View

from core.domain.branding import set_brand
from core.forms import BrandForm
from core.models import BrandLogo, Organisation
from core.navigation import settings_crumbs
from core.views.base import FormPage


class Branding(FormPage):
    """Colour and logo."""

    required_right = ("change", Organisation)
    form_class = BrandForm
    template_name = "core/branding.html"
    title = gettext_lazy("Branding")
    submit_label = gettext_lazy("Save look")
    success_message = gettext_lazy("The new look is in use.")
    nav_current = "settings"

    def get_initial(self) -> dict[str, Any]:
        """Start from what is in use."""
        return {"colour": Organisation.load().colour}

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs()

    def cancel_url(self) -> str:
        """Go back to the settings."""
        return reverse("core:settings")

    def perform(self, form: BrandForm) -> str:
        """Store it, and stay to look at it."""
        set_brand(**form.cleaned_data, by=self.person)
        return reverse("core:branding")


@method_decorator(login_not_required, name="dispatch")
class Logo(View):
    """The logo; the sign-in page shows it too."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, digest: str) -> HttpResponse:
        """Answer the picture of this digest; it never changes."""
        found = BrandLogo.objects.filter(digest=digest).first()
        if found is None:
            raise Http404
        response = HttpResponse(bytes(found.picture), content_type="image/png")
        response["Cache-Control"] = "public, max-age=31536000, immutable"
        response["Content-Security-Policy"] = "default-src 'none'"
        return response
