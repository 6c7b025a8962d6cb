"""A customer file as they arrive: Chinese names, mixed line ends, and faults of every kind on known lines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HEADINGS = "客户编号,客户名称,统一社会信用代码,行业,城市,电话,邮箱,负责人,首次合作,联系人,手机,备注"
_CITIES = "上海 北京 广州 深圳 杭州 成都 武汉 南京 厦门 青岛 苏州 天津".split()
_WORDS = "东方 华信 中远 鼎盛 瑞丰 金桥 海纳 博雅 安泰 恒通 新锐 明德 嘉禾 立信 天成 远大".split()
_TRADES = "银行 保险 电信 港口 能源 制造 科技 零售 医疗 教育".split()
_FORMS = "有限公司 股份有限公司 集团有限公司 分公司 培训中心".split()
_PEOPLE = "王伟 李娜 张敏 刘洋 陈静 杨帆 赵磊 黄丽 周强 吴婷".split()
_MEGABYTE = 1024 * 1024
#: Two fields of a row.
_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@dataclass(frozen=True)
class Faulty:
    """One faulty row: the line it begins on, what was done to it, and the reason that must be given."""

    line: int
    kind: str
    code: str


@dataclass
class FaultyFile:
    """What was written: the faults with their lines, and how many rows there are in all."""

    rows: int
    faults: list[Faulty] = field(default_factory=list)
    #: What must be there before: numbers in the recycle bin, numbers and credit codes of different customers.
    recycled: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    credit_codes: list[str] = field(default_factory=list)


Spoil = Callable[[list[str], str], bytes]


def _encoded(cells: list[str], encoding: str) -> bytes:
    return ",".join(cells).encode(encoding)


def _with(index: int, text: str) -> Spoil:
    """Return what puts `text` into one cell."""

    def spoil(cells: list[str], encoding: str) -> bytes:
        return _encoded([*cells[:index], text, *cells[index + 1 :]], encoding)

    return spoil


def _bad_bytes(cells: list[str], encoding: str) -> bytes:
    return _encoded(cells, encoding).replace(b",", b"\xff\xff,", 1)


def _gbk_line(cells: list[str], encoding: str) -> bytes:
    return _encoded(cells, "gbk" if encoding == "utf-8" else encoding).replace(
        b",", b"," if encoding == "utf-8" else b"\xff\xff,", 1
    )


def _short(cells: list[str], encoding: str) -> bytes:
    return _encoded(cells[:7], encoding)


def _long(cells: list[str], encoding: str) -> bytes:
    return _encoded([*cells, "多", "余"], encoding)


def _giant(cells: list[str], encoding: str) -> bytes:
    return _encoded([*cells[:11], "x" * _MEGABYTE], encoding)


def _open_quote(cells: list[str], encoding: str) -> bytes:
    return _encoded([cells[0], f'"{cells[1]}', *cells[2:]], encoding)


IN_BIN, TWO_KEYS = "key in the recycle bin", "keys of two customers"
#: Kind → (how a row is spoiled, the code of the reason). Kinds with a bound cost much room.
KINDS: dict[str, tuple[Spoil, str]] = {
    "bad bytes": (_bad_bytes, "bad_bytes"),
    "GBK line in UTF-8": (_gbk_line, "bad_bytes"),
    "NUL": (_with(4, "上\0海"), "null_character"),
    "control character": (_with(4, "上\x07海"), "control_character"),
    "short row": (_short, "ragged"),
    "long row": (_long, "ragged"),
    "giant cell": (_giant, "cell_too_long"),
    "broken quotes": (_open_quote, "open_quote"),
    "key twice": (_with(0, "K-00000"), "same_key_twice"),
    IN_BIN: (_encoded, "in_recycle_bin"),
    TWO_KEYS: (_encoded, "keys_disagree"),
    "formula": (_with(8, "=TODAY()"), "not_a_date"),
    "failed formula": (_with(1, "#REF!"), "cell_error"),
    "impossible date": (_with(8, "2026-02-30"), "no_such_day"),
    "ambiguous date": (_with(8, "03/04/2024"), "day_or_month"),
    "date to come": (_with(8, "2088-01-01"), "date_in_future"),
    "unknown choice": (_with(3, "外星贸易"), "unknown_choice"),
    "too long": (_with(1, "很" * 201), "too_long"),
    "bad e-mail": (_with(6, "无@"), "bad_email"),
    "bad phone": (_with(5, "转1"), "bad_phone"),
    "short mobile": (_with(10, "1380013"), "mobile_length"),
    "unknown owner": (_with(7, "查无此人"), "unknown_user"),
    "missing name": (_with(1, ""), "required"),
    "digits lost": (_with(2, "9.13100E+17"), "digits_lost"),
    "bad credit code": (_with(2, "9131000"), "bad_credit_code"),
}
#: A megabyte each: a handful is enough.
_MOST_GIANTS = 5


def write_file(
    path: Path, *, rows: int = 100_000, faults: int = 3_000, encoding: str = "utf-8", seed: int = 1
) -> FaultyFile:
    """Write `rows` rows below the headings, `faults` of them faulty, and return which and why."""
    rng = random.Random(seed)  # noqa: S311 (the same file each time)
    spoiled = _plan(rows, faults, rng)
    written = FaultyFile(rows)
    line = 2
    with path.open("wb") as stream:
        stream.write(HEADINGS.encode(encoding) + b"\r\n")
        for number in range(rows):
            cells, kind = _cells(number, rng), spoiled.get(number)
            if kind is None:
                text = ",".join(_dressed(cells, number))
                content = text.encode(encoding)
                breaks = text.count("\n")
            else:
                _note_keys(written, kind, cells)
                content = KINDS[kind][0](cells, encoding)
                written.faults.append(Faulty(line, kind, KINDS[kind][1]))
                breaks = 0
            stream.write(content + (b"\r\n" if number % 7 else b"\n"))
            line += 1 + breaks
    return written


def _note_keys(written: FaultyFile, kind: str, cells: list[str]) -> None:
    """Keys that name stored customers; each stands in one row only."""
    if kind == IN_BIN:
        written.recycled.append(cells[0])
    elif kind == TWO_KEYS:
        cells[2] = f"91310000{cells[0][2:]:0>10}"
        written.numbers.append(cells[0])
        written.credit_codes.append(cells[2])


def _plan(rows: int, faults: int, rng: random.Random) -> dict[int, str]:
    """Spread the kinds evenly over drawn rows; the first stays good, as another repeats its key."""
    giants = min(_MOST_GIANTS, max(1, faults // 100))
    others = [kind for kind in KINDS if kind != "giant cell"]
    kinds = ["giant cell"] * giants + [others[n % len(others)] for n in range(faults - giants)]
    rng.shuffle(kinds)
    return dict(zip(sorted(rng.sample(range(1, rows), faults)), kinds, strict=True))


def _cells(number: int, rng: random.Random) -> list[str]:
    name = f"{rng.choice(_CITIES)}{rng.choice(_WORDS)}{rng.choice(_TRADES)}{number}{rng.choice(_FORMS)}"
    day = f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    person = rng.choice(_PEOPLE) if number % 3 == 0 else ""
    mobile = f"138{rng.randint(10_000_000, 99_999_999)}" if person else ""
    email = f"k{number}@example.cn" if number % 4 == 0 else ""
    return [
        f"K-{number:05}", name, "", rng.choice(_TRADES), rng.choice(_CITIES),
        f"021-{rng.randint(10_000_000, 99_999_999)}", email, "", day, person, mobile, "",
    ]  # fmt: skip


def _dressed(cells: list[str], number: int) -> list[str]:
    """What looks wrong and is not: full-width digits, quoted commas and line breaks, a stray mark."""
    if number % 11 == 1:
        cells[5], cells[8] = cells[5].translate(_FULL_WIDTH), cells[8].translate(_FULL_WIDTH)
    if number % 13 == 2:
        cells[11] = '"第一行，说""好""\n第二行, 有逗号"'
    if number % 1_000 == 3:
        cells[1] = "\ufeff" + cells[1]
    if number % 17 == 4:
        cells[8] = f"{cells[8][:4]}年{int(cells[8][5:7])}月{int(cells[8][8:])}日"
    if number % 19 == 5:
        cells[11] = "'=1+1"
    return cells
