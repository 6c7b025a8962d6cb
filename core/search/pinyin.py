"""Readings of Chinese characters: by phrase where one is known, else with the second common reading."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, product

_LONGEST_PHRASE = 6
#: So many ways to read one text are kept.
_MOST_VARIANTS = 4
#: Characters whose second reading is common in names, for where no phrase decides.
_POLYPHONES = {
    "长": "chang zhang", "行": "hang xing", "重": "zhong chong", "乐": "le yue", "单": "dan shan",
    "曾": "zeng ceng", "解": "jie xie", "仇": "qiu chou", "查": "cha zha", "盖": "gai ge", "区": "qu ou",
    "朴": "pu piao", "翟": "zhai di", "会": "hui kuai", "都": "du dou", "调": "diao tiao",
    "传": "chuan zhuan", "朝": "chao zhao", "参": "can shen", "藏": "cang zang", "厦": "sha xia",
    "宿": "su xiu", "车": "che ju", "薄": "bo bao", "尉": "wei yu", "员": "yuan yun", "校": "xiao jiao",
    "率": "lv shuai", "秘": "mi bi", "贾": "jia gu", "降": "jiang xiang", "种": "zhong chong",
    "召": "zhao shao", "折": "zhe she", "盛": "sheng cheng", "柏": "bai bo",
    "卜": "bu bo", "缪": "miao mou",
}  # fmt: skip

Reading = tuple[str, ...]


def readings(text: str) -> list[Reading]:
    """Return the ways to read a folded text, one syllable a character; characters without pinyin stay."""
    choices: list[Reading] = []
    position = 0
    while position < len(text):
        found = list(_at(text, position))
        choices.extend(found)
        position += len(found)
    return list(islice(product(*_few(choices)), _MOST_VARIANTS))


def _few(choices: Sequence[Reading]) -> Iterator[Reading]:
    """Keep the alternatives of the first two characters that have any."""
    left = 2
    for choice in choices:
        if len(choice) > 1 and left == 0:
            yield choice[:1]
        else:
            left -= len(choice) > 1
            yield choice[:2]


def _at(text: str, position: int) -> Iterator[Reading]:
    from pypinyin.constants import PHRASES_DICT

    for length in range(min(_LONGEST_PHRASE, len(text) - position), 1, -1):
        phrase = PHRASES_DICT.get(text[position : position + length])
        if phrase is not None:
            for syllable in phrase:
                yield _with_u(plain(syllable[0]))
            return
    yield _alone(text[position])


@lru_cache(maxsize=20_000)
def _alone(character: str) -> Reading:
    from pypinyin.constants import PINYIN_DICT

    if character in _POLYPHONES:
        return tuple(_POLYPHONES[character].split())
    known = PINYIN_DICT.get(ord(character))
    return _with_u(plain(known.split(",")[0])) if known else (character,)


def _with_u(syllable: str) -> Reading:
    """Names are typed as "lv" and as "lu"."""
    return (syllable, syllable.replace("v", "u")) if syllable in ("lv", "nv") else (syllable,)


@lru_cache(maxsize=5_000)
def plain(syllable: str) -> str:
    """Return a syllable without its tone, ü as v."""
    letters = ""
    for part in unicodedata.normalize("NFD", syllable):
        if part == "\u0308":
            letters = letters[:-1] + "v"
        elif not unicodedata.combining(part):
            letters += part
    return letters
