"""The look of the house: colours that can be read, and a logo that is nothing but pixels."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from core.choices import BrandColour
from core.domain.branding import MOST_BYTES, drawn_anew, set_brand
from core.errors import DomainError
from core.models import AuditEntry, BrandLogo, Organisation, User

Maker = Callable[..., User]


def picture(width: int = 600, height: int = 200, kind: str = "PNG", colour: str = "navy") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, kind)
    return written.getvalue()


# ---- colours ---------------------------------------------------------------------------------------------
def palettes() -> dict[str, dict[str, str]]:
    """Return the variables of each colour and theme as the style sheet says them."""
    text = (Path(settings.BASE_DIR) / "static/css/theme/tokens.css").read_text()
    found: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"^ *(\[[^{\n]*data-colour=[^{]*)\{([^}]*)\}", text, re.MULTILINE):
        name = re.findall(r'data-colour="(\w+)"', selector)[0]
        theme = "dark" if "dark" in selector else "light"
        found[f"{name} {theme}"] = dict(re.findall(r"(--pn-[a-z0-9-]+): *(#[0-9a-f]+)", body))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_is_there_in_both_themes() -> None:
    wanted = {f"{one} {theme}" for one in BrandColour.values if one != "pine" for theme in ("light", "dark")}
    assert set(palettes()) == wanted


def test_every_pair_can_be_read() -> None:
    poor = []
    for name, colours in palettes().items():
        surface = "#1c211f" if name.endswith("dark") else "#ffffff"
        pairs = [
            ("on button", colours["--pn-on-pine"], colours["--pn-pine"]),
            ("on hovered button", colours["--pn-on-pine"], colours["--pn-pine-hover"]),
            ("fg on 50", colours["--pn-pine-fg"], colours["--pn-pine-50"]),
            ("fg on 100", colours["--pn-pine-fg"], colours["--pn-pine-100"]),
            ("fg on surface", colours["--pn-pine-fg"], surface),
            ("main on surface", colours["--pn-pine"], surface),
        ]
        poor += [
            (name, pair, contrast(one, other)) for pair, one, other in pairs if contrast(one, other) < 4.5
        ]
    assert poor == []


# ---- the logo ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_small(kind: str) -> None:
    with Image.open(io.BytesIO(drawn_anew(io.BytesIO(picture(kind=kind))))) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (288, 96))


def test_what_hides_behind_the_picture_is_gone() -> None:
    assert b"<script>" not in drawn_anew(io.BytesIO(picture() + b"<script>alert(1)</script>"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "no PNG"),
        (b"GIF89a\x01\x00\x01\x00\x00\xff\x00,", "no PNG"),
        (picture()[:200], "no PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * MOST_BYTES, "larger than 2 MB"),
        (picture(5_000, 4_000), "too many pixels"),
    ],
    ids=["empty", "svg", "gif", "cut", "huge", "pixels"],
)
def test_other_files_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(DomainError, match=said) as refused:
        drawn_anew(io.BytesIO(content))
    assert "logo" in refused.value.fields


@pytest.mark.django_db
def test_the_page_sets_colour_and_logo_and_everybody_sees_them(
    user_in: Maker, client_of: Callable[[User], Client], client: Client
) -> None:
    admin, agent = user_in("administrator"), user_in("agent")
    url = reverse("core:branding")
    upload = SimpleUploadedFile("logo.png", picture(), "image/png")
    done = client_of(admin).post(url, {"colour": "plum", "logo": upload})
    assert done.status_code == 302
    organisation = Organisation.load()
    assert (organisation.colour, len(organisation.logo_digest)) == ("plum", 64)
    address = reverse("core:logo", args=[organisation.logo_digest])
    for page in (client_of(agent).get("/"), client.get(reverse("login"))):
        text = page.content.decode()
        assert 'data-colour="plum"' in text and address in text
    shown = client.get(address)
    assert shown["Content-Type"] == "image/png" and shown["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("core:logo", args=["0" * 64])).status_code == 404
    changes = AuditEntry.objects.filter(subject_type="core.organisation").latest("pk").changes
    assert changes["colour"] == ["pine", "plum"] and changes["logo"][0] == ""
    client_of(admin).post(url, {"colour": "plum", "remove_logo": "on"})
    assert Organisation.load().logo_digest == "" and not BrandLogo.objects.exists()


@pytest.mark.django_db
def test_only_administrators_set_it_and_bad_input_is_told(
    user_in: Maker, client_of: Callable[[User], Client]
) -> None:
    assert client_of(user_in("manager")).get(reverse("core:branding")).status_code == 403
    admin = user_in("administrator")
    answer = client_of(admin).post(
        reverse("core:branding"),
        {"colour": "blue", "logo": SimpleUploadedFile("logo.png", b"<svg/>", "image/png")},
    )
    assert answer.status_code == 422 and "no PNG" in answer.content.decode()
    assert Organisation.load().colour == "pine"
    with pytest.raises(DomainError, match="no such colour"):
        set_brand(colour="infrared", by=admin)
