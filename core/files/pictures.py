"""Pictures: decoded once to know that they are whole, made small for a list."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from core.files.faults import FileFault

#: More than any camera; a picture of so many points takes about 250 MB while it is decoded.
MOST_POINTS = 64_000_000
MOST_SIDE = 30_000
SMALL = (480, 480)
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP"}


def check_picture(path: Path, key: str) -> tuple[int, int]:
    """Return width and height; refuses other formats, damaged files and sizes that would fill the memory."""
    with path.open("rb") as file:
        image = _opened(file, key)
        try:
            image.load()
        except Exception as error:  # decoders raise whatever they like
            raise FileFault("damaged") from error
        return image.size


def _opened(file: IO[bytes], key: str) -> Image.Image:
    """Read the header only; the size is known before anything is decoded."""
    with warnings.catch_warnings():
        # Our own bound is below the library's: its warning would come too late.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(file, formats=[_FORMATS[key]])
        except Image.DecompressionBombError as error:
            raise FileFault("too_many_points", most=MOST_POINTS // 1_000_000) from error
        except UnidentifiedImageError as error:
            raise FileFault("mismatch") from error
        except Exception as error:  # decoders raise whatever they like
            raise FileFault("damaged") from error
    width, height = image.size
    if width * height > MOST_POINTS or max(width, height) > MOST_SIDE:
        raise FileFault("too_many_points", most=MOST_POINTS // 1_000_000)
    return image


def small_picture(file: IO[bytes], key: str) -> bytes:
    """Return the picture as a small WebP, upright and without anything that the camera noted."""
    image = _opened(file, key)
    image.draft("RGB", SMALL)
    try:
        upright = ImageOps.exif_transpose(image) or image
        upright.thumbnail(SMALL)
        see_through = upright.mode in {"LA", "PA", "RGBA", "RGBa"} or "transparency" in upright.info
        plain = upright.convert("RGBA" if see_through else "RGB")
    except Exception as error:  # decoders raise whatever they like
        raise FileFault("damaged") from error
    # Into a new picture: nothing of the old one's notes (place, camera, colour profile) comes along.
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    target = io.BytesIO()
    clean.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()
