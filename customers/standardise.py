"""One way to write names, numbers and addresses, so that two spellings of one thing compare as equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Legal forms. Longest first: 股份有限公司 must go before 有限公司.
CHINESE_FORMS = (
    "集团股份有限公司", "集團股份有限公司", "集团有限责任公司", "集團有限責任公司", "股份有限责任公司",
    "集团有限公司", "集團有限公司", "股份有限公司", "有限责任公司", "有限責任公司", "控股有限公司",
    "有限合伙", "集团公司", "集團公司", "总公司", "總公司", "有限公司", "股份公司", "控股", "集团", "集團",
    "公司",
)  # fmt: skip
_LATIN_FORMS = frozenset(
    "ltd limited inc incorporated co company corp corporation group holding holdings gmbh ag kg sa sarl"
    " srl spa bv nv oy ab as aps plc llc llp lp pte pty sdn bhd kk".split()
)
_BRACKETS = re.compile(r"[()\[\]{}<>《》〈〉【】「」『』]")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
_SPACES = re.compile(r"\s+")
_EXTENSION = re.compile(r"(?:ext(?:ension)?\.?|x|转|轉|分机|分機|#)\s*:?\s*(\d{1,6})\s*$", re.IGNORECASE)
_MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")


def half_width(text: str) -> str:
    """Return `text` in NFKC (full-width characters become ordinary ones), trimmed, single-spaced."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


@lru_cache(maxsize=8_192)
def name_key(name: str) -> str:
    """Return the name as comparison sees it: NFKC, lower case, without legal form, brackets and spaces.

    “华信培训（上海）有限公司” and “华信培训(上海)” share a key; the place in the brackets stays, because it
    tells two branches apart. A name that is nothing but a legal form keeps itself as key.
    """
    plain = half_width(name).lower()
    words = [
        word for word in _NOT_WORD.split(_BRACKETS.sub(" ", plain.replace("'", "").replace("’", ""))) if word
    ]
    key = "".join(_without_latin_form(words))
    return _without_chinese_form(key)[:200] or "".join(words)[:200]


def _without_latin_form(words: list[str]) -> list[str]:
    """Drop legal forms from the end: "Bohai Energy Co., Ltd." leaves "bohai energy"."""
    joined = _joined_initials(words)
    while len(joined) > 1 and joined[-1] in _LATIN_FORMS:
        joined = joined[:-1]
    return joined


def _joined_initials(words: list[str]) -> list[str]:
    """Put single letters at the end together: "S.A." arrives as "s", "a"."""
    tail = len(words)
    while tail > 1 and len(words[tail - 1]) == 1 and words[tail - 1].isascii() and words[tail - 1].isalpha():
        tail -= 1
    letters = "".join(words[tail:])
    return [*words[:tail], letters] if letters in _LATIN_FORMS else words


def _without_chinese_form(key: str) -> str:
    while True:
        for form in CHINESE_FORMS:
            if key.endswith(form) and len(key) > len(form):
                key = key[: -len(form)]
                break
        else:
            return key


def phone(text: str) -> str:
    """Return a phone number as +<country><number>, an extension behind " ext. "; unclear ones only tidied.

    Mainland numbers get +86: mobiles (11 digits from 13 to 19) and land lines with their area code.
    """
    plain = half_width(text)
    if not plain:
        return ""
    found = _EXTENSION.search(plain)
    extension = f" ext. {found.group(1)}" if found else ""
    main = plain[: found.start()] if found else plain
    digits = re.sub(r"\D", "", main)
    if not digits or re.search(r"[^\d\s()+./\-‐–—]", main):
        return plain
    return _international(digits, is_international=main.lstrip("( ").startswith("+")) + extension


def _international(digits: str, *, is_international: bool) -> str:
    if not is_international and digits.startswith("00"):
        digits, is_international = digits[2:], True
    if is_international:
        # "+86 (0)21 …" and "+86 021 …" both name area 21.
        return "+" + re.sub(r"^860(?=\d{9,11}$)", "86", digits)
    if _MAINLAND_MOBILE.fullmatch(digits):
        return "+86" + digits
    if digits.startswith("86") and _MAINLAND_MOBILE.fullmatch(digits[2:]):
        return "+" + digits
    if digits.startswith("0") and 10 <= len(digits) <= 12:
        return "+86" + digits[1:]
    return digits


def credit_code(text: str) -> str:
    """Return a unified social credit code in half width, capitals, without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", half_width(text)).upper()


def email(text: str) -> str:
    """Return an e-mail address in half width and lower case, without "mailto:"."""
    return half_width(text).replace(" ", "").lower().removeprefix("mailto:")


def website(text: str) -> str:
    """Return a web address with its scheme: "www.example.com" becomes "https://www.example.com"."""
    plain = half_width(text).replace(" ", "")
    return plain if not plain or "://" in plain else f"https://{plain}"
