"""The catalogues: `update` collects strings and derives zh-Hant, `check` finds gaps, `compile` writes .mo.

zh-Hans is written by people in `locale/zh_Hans`. zh-Hant is derived from it by phrase (OpenCC s2twp) with
the words below put right, and may be edited by hand: an entry that differs from the derived text and is
marked with the comment `hand` is left alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
HANS = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
HANT = LOCALE / "zh_Hant" / "LC_MESSAGES" / "django.po"
#: What OpenCC's Taiwan phrases turn otherwise than our readers say it.
WORDS = {"聯絡": "聯繫", "反饋": "回饋", "迴歸": "回歸", "干係": "關係"}


def compile_all() -> int:
    """Write the .mo beside each .po; needs no gettext."""
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def collect(root: Path) -> None:
    """Run makemessages for both languages in a tree."""
    command = [sys.executable, "manage.py", "makemessages", "-l", "zh_Hans", "-l", "zh_Hant"]
    options = [
        "--no-location",
        "--no-wrap",
        "--no-obsolete",
        "-i",
        ".venv",
        "-i",
        "var",
        "-i",
        "*/tests/*",
        "-v",
        "0",
    ]
    subprocess.run([*command, *options], cwd=root, check=True)  # noqa: S603


def derive() -> None:
    """Fill zh-Hant from zh-Hans."""
    from opencc import OpenCC

    convert = OpenCC("s2twp").convert
    simplified = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(HANS), wrapwidth=0)}
    catalogue = polib.pofile(str(HANT), wrapwidth=0)
    for entry in catalogue:
        source = simplified.get((entry.msgctxt, entry.msgid))
        if source is None or "hand" in entry.tcomment:
            continue
        entry.msgstr = put_right(convert(source.msgstr))
        entry.msgstr_plural = {k: put_right(convert(v)) for k, v in source.msgstr_plural.items()}
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    catalogue.save()


def put_right(text: str) -> str:
    """Replace the words that the conversion gets wrong."""
    for wrong, right in WORDS.items():
        text = text.replace(wrong, right)
    return text


def gaps(path: Path) -> list[str]:
    """Return the strings of a catalogue that are untranslated or fuzzy."""
    catalogue = polib.pofile(str(path))
    return [entry.msgid for entry in [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]]


def check() -> int:
    """Fail when a string of the source is not in the catalogues, or not translated."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        ignore = shutil.ignore_patterns(".venv", ".git", "var", "node_modules", "*.mo", "__pycache__")
        shutil.copytree(ROOT, copy, ignore=ignore)
        collect(copy)
        status = 0
        for path in (HANS, HANT):
            fresh = {(e.msgctxt, e.msgid) for e in polib.pofile(str(copy / path.relative_to(ROOT)))}
            known = {(e.msgctxt, e.msgid) for e in polib.pofile(str(path))}
            for _, text in sorted(fresh - known, key=str):
                print(f"{path.parent.parent.name}: not in the catalogue: {text!r}")
                status = 1
            for text in gaps(path):
                print(f"{path.parent.parent.name}: not translated: {text!r}")
                status = 1
    return status


def update() -> int:
    """Collect new strings, derive zh-Hant and compile."""
    collect(ROOT)
    derive()
    return compile_all()


if __name__ == "__main__":
    sys.exit({"update": update, "check": check, "compile": compile_all}[sys.argv[1]]())
