"""The look of the house: its colour and its logo."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.access import require
from core.choices import AuditAction, BrandColour
from core.domain.audit import record
from core.errors import DomainError
from core.models import BrandLogo, Organisation, User

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 16_000_000
#: Twice what the navigation shows, for sharp screens.
_BOX = (416, 96)
_FORMATS = ("PNG", "JPEG", "WEBP")


@transaction.atomic
def set_brand(
    *, colour: str, by: User, logo: BinaryIO | None = None, remove_logo: bool = False
) -> Organisation:
    """Set the colour, and put the logo up, or take it down.

    The picture is drawn anew, so that nothing but pixels of it is kept. Refused: what is no PNG, JPEG or
    WebP, more than 2 MB or 16 million pixels.
    """
    Organisation.load()
    organisation = Organisation.objects.select_for_update().get(pk=1)
    require(by, "change", organisation)
    if colour not in BrandColour.values:
        text = _("There is no such colour.")
        raise DomainError("bad_colour", text, fields={"colour": text})
    changes: dict[str, tuple[object, object]] = {}
    if organisation.colour != colour:
        changes["colour"] = (organisation.colour, colour)
        organisation.colour = colour
    before = organisation.logo_digest
    if logo is not None:
        picture = drawn_anew(logo)
        organisation.logo_digest = hashlib.sha256(picture).hexdigest()
        BrandLogo.objects.update_or_create(
            pk=1, defaults={"digest": organisation.logo_digest, "picture": picture}
        )
    elif remove_logo:
        organisation.logo_digest = ""
        BrandLogo.objects.all().delete()
    if organisation.logo_digest != before:
        changes["logo"] = (before[:12], organisation.logo_digest[:12])
    if changes:
        organisation.save(update_fields=["colour", "logo_digest"])
        record(AuditAction.CHANGED, by=by, subject=organisation, changes=changes)
    return organisation


def drawn_anew(source: BinaryIO) -> bytes:
    """Return the picture as a small PNG, or refuse it with `bad_logo`."""
    content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _refused(_("The picture is larger than 2 MB."))
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _refused(_("The picture has too many pixels."))
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(_("This is no PNG, JPEG or WebP picture, or it is damaged.")) from error
    picture.thumbnail(_BOX)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def _refused(text: str) -> DomainError:
    return DomainError("bad_logo", text, fields={"logo": text})
