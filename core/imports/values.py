"""Texts of cells as values: amounts, numbers, yes and no, addresses; days are in `dates`.

Each `parse_…` returns the value or raises `ValueFault(code, **params)`. Parsers of texts that repeat a lot
remember what they answered.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from core.imports.faults import ValueFault

_SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
#: An export puts an apostrophe before text that begins so, blanks or not: `core.exports.harmless`.
_GUARDED = re.compile("'[ \u00a0\u3000\ufeff\u200b-\u200f\u2060]*[-=+@\x00-\x1f＝＋－＠−]")
_CELL_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE)
_ROUNDED = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{2,}", re.IGNORECASE)


def tidy(text: str) -> str:
    """Return a cell without spaces around it and without the apostrophe that exports put before formulas."""
    text = text.strip(" \t\r\n\u3000\xa0\u200b\ufeff")
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def half_width(text: str) -> str:
    """Return full-width letters, digits and signs as ordinary ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def refuse_cell_error(text: str) -> None:
    """Refuse what a spreadsheet shows where a formula failed."""
    if text[:1] == "#" and _CELL_ERROR.fullmatch(text):
        raise ValueFault("cell_error")


# ---- text and identifiers ---------------------------------------------------------------------------
def parse_text(text: str, max_length: int | None = None) -> str:
    """Return the text on one line."""
    plain = _SPACES.sub(" ", text).strip()
    return _within(plain, max_length)


def parse_long_text(text: str, max_length: int | None = None) -> str:
    """Return the text with its line breaks."""
    return _within(text.replace("\r\n", "\n").replace("\r", "\n"), max_length)


def _within(text: str, max_length: int | None) -> str:
    if max_length is not None and len(text) > max_length:
        raise ValueFault("too_long", length=len(text), most=max_length)
    return text


def parse_identifier(text: str, max_length: int | None = None) -> str:
    """Return an identifier as text: leading zeros stay, full width becomes half width.

    Refuses numbers that a spreadsheet rounded (3.30282E+17): their last digits are lost.
    """
    plain = _SPACES.sub(" ", half_width(text)).strip()
    if _ROUNDED.fullmatch(plain):
        raise ValueFault("digits_lost")
    return _within(plain, max_length)


def parse_email(text: str, max_length: int | None = None) -> str:
    """Return an e-mail address in lower case."""
    plain = _SPACES.sub("", half_width(text)).lower().removeprefix("mailto:")
    if not re.fullmatch(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.]+(\.[^@\s.]+)+", plain):
        raise ValueFault("bad_email")
    return _within(plain, max_length)


def parse_phone(text: str, max_length: int | None = None) -> str:
    """Return a phone number as typed, in half width; refuse texts without a number in them."""
    plain = _SPACES.sub(" ", half_width(text)).strip()
    if _ROUNDED.fullmatch(plain):
        raise ValueFault("digits_lost")
    digits = re.sub(r"\D", "", plain)
    if not 3 <= len(digits) <= 20:
        raise ValueFault("bad_phone", digits=len(digits))
    return _within(plain, max_length)


def parse_mobile(text: str, max_length: int | None = None) -> str:
    """Return a mobile number; a mainland one (it begins with 1) has 11 digits."""
    plain = parse_phone(text, max_length)
    digits = re.sub(r"\D", "", plain)
    is_foreign = plain.startswith("+") and not plain.startswith("+86")
    national = digits.removeprefix("86") if plain.startswith("+86") or len(digits) == 13 else digits
    if not is_foreign and national.startswith("1") and len(national) != 11:
        raise ValueFault("mobile_length", digits=len(national))
    return plain


def parse_website(text: str, max_length: int | None = None) -> str:
    """Return a web address with its scheme."""
    plain = _SPACES.sub("", half_width(text))
    address = plain if "://" in plain else f"https://{plain}"
    if not re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(:\d+)?(/\S*)?", address, re.IGNORECASE):
        raise ValueFault("bad_website")
    return _within(address, max_length)


_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")


def parse_credit_code(text: str, max_length: int | None = None) -> str:
    """Return a unified social credit code: 18 digits and capitals."""
    plain = re.sub(r"[\s\-]", "", half_width(text)).upper()
    if _ROUNDED.fullmatch(plain):
        raise ValueFault("digits_lost")
    if not _CREDIT_CODE.fullmatch(plain):
        raise ValueFault("bad_credit_code", length=len(plain))
    return _within(plain, max_length)


# ---- yes and no -------------------------------------------------------------------------------------
_YES = frozenset("yes y true t 1 x ✓ √ 是 对 對 有 真 退款 退货 退貨 退 refund return returned".split())
_NO = frozenset("no n false f 0 - 否 不是 不 无 無 没有 沒有 假 订单 訂單 正常 order sale".split())


@lru_cache(maxsize=256)
def parse_boolean(text: str) -> bool:
    """Return yes or no, in the three languages and the ways spreadsheets write it."""
    plain = half_width(text).strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise ValueFault("not_boolean")


# ---- numbers ----------------------------------------------------------------------------------------
_CURRENCY_SIGNS = re.compile(
    r"^(?:CN¥|RMB|US\$|HK\$|NT\$|MOP\$|CNY|USD|EUR|GBP|HKD|MOP|TWD|JPY|SGD|KRW|人民币|人民幣|[¥$€£₩])\s*"
    r"|\s*(?:元|圆|圓|CNY|RMB|USD|EUR|GBP|HKD|MOP|TWD|JPY|SGD|KRW|[¥$€£₩])$",
    re.IGNORECASE,
)
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-"})
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_GROUPED_BY_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_BY_DOT = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_COMMA_DECIMAL = re.compile(r"\d*,\d+")
_GROUP_SIGNS = re.compile(r"(?<=\d)[ '’_\u202f](?=\d{3})")


@lru_cache(maxsize=20_000)
def parse_decimal(text: str, mark: str = ".") -> Decimal:
    """Return a number; `mark` is the file's decimal mark, "." or ",".

    Reads currency signs, thousand separators, full-width digits, accountants' parentheses and a minus
    before or behind. Refuses a comma that could mean either: "1,5" in a file with decimal points.
    """
    plain, negative = _unsigned(half_width(text).strip().translate(_MINUS))
    number = _digits(_GROUP_SIGNS.sub("", plain), mark)
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise ValueFault("not_a_number") from error
    return -value if negative else value


def _unsigned(text: str) -> tuple[str, bool]:
    """Take sign, parentheses and currency off, in whatever order they stand."""
    negative = False
    for _ in range(4):
        before = text
        if text.startswith("(") and text.endswith(")"):
            text, negative = text[1:-1].strip(), not negative
        if text.startswith(("-", "+")):
            text, negative = text[1:].lstrip(), negative != text.startswith("-")
        if text.endswith("-"):
            text, negative = text[:-1].rstrip(), not negative
        text = _CURRENCY_SIGNS.sub("", text, count=1)
        if text == before:
            break
    return text, negative


def _digits(text: str, mark: str) -> str:
    """Return the digits with a decimal point, as `Decimal` reads them."""
    if mark == ",":
        if _GROUPED_BY_DOT.fullmatch(text) or _COMMA_DECIMAL.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        if text.isdigit() or (_PLAIN.fullmatch(text) and not re.fullmatch(r"\d{1,3}\.\d{3}", text)):
            return text
        raise ValueFault("comma_or_point" if _GROUPED_BY_COMMA.fullmatch(text) else "not_a_number")
    if _PLAIN.fullmatch(text):
        return text
    if _GROUPED_BY_COMMA.fullmatch(text):
        return text.replace(",", "")
    if _COMMA_DECIMAL.fullmatch(text) or _GROUPED_BY_DOT.fullmatch(text):
        raise ValueFault("comma_or_point")
    raise ValueFault("not_a_number")


def parse_money(text: str, mark: str = ".", *, largest: Decimal = Decimal("999999999999.99")) -> Decimal:
    """Return an amount with two decimals; refuses finer and larger ones."""
    return _money(text, mark, largest)


@lru_cache(maxsize=50_000)
def _money(text: str, mark: str, largest: Decimal) -> Decimal:
    value = parse_decimal(text, mark)
    rounded = round(value, 2)
    # The rest is noise of binary numbers, not a finer amount.
    if abs(rounded - value) > Decimal("0.000001"):
        raise ValueFault("too_many_decimals")
    if abs(rounded) > largest:
        raise ValueFault("too_large", most=f"{largest:,}")
    return rounded


@lru_cache(maxsize=10_000)
def parse_integer(text: str, mark: str = ".", largest: int = 2_147_483_647) -> int:
    """Return a whole number, 0 or more."""
    value = parse_decimal(text, mark)
    if value != value.to_integral_value():
        raise ValueFault("not_whole")
    if value < 0:
        raise ValueFault("negative_number")
    if value > largest:
        raise ValueFault("too_large", most=f"{largest:,}")
    return int(value)
