"""How angry a text sounds, by a small lexicon of our own. Pure; a hint, never a fact.

Each word has a weight (negative is angry); an intensifier before it makes it stronger, a negation turns
it round and halves it. The lexicon is our own work under the licence of the product. Measured on
`tests/data/sentiment.tsv`, sentences that did not serve to choose the words. They are few, and of the
same hand as the lexicon: texts of real customers will be judged less well than these.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ENGLISH = {
    -3: "furious outrageous disgusting scam fraud lawsuit lawyer sue unacceptable appalling disgrace liar"
    " lied cheated horrible dreadful worst police ombudsman regulator",
    -2: "angry terrible awful useless rude ignored ridiculous incompetent complaint refund shame hate failed"
    " insulting unprofessional misleading fed-up fedup disappointed disappointing broken poor bad wrong",
    -1: "slow late delay delayed waiting problem issue unhappy confusing annoying annoyed missing error"
    " cancel cancelled unclear difficult sorry expensive",
    1: "fine okay clear quick polite fast easy nice",
    2: "good thanks thank helpful pleased happy friendly appreciate satisfied resolved glad kind patient",
    3: "excellent great wonderful perfect fantastic love amazing outstanding",
}
_CHINESE = {
    -3: "骗子 欺骗 欺诈 诈骗 起诉 律师 曝光 媒体 12315 消协 工信部"
    " 无耻 垃圾 恶心 忍无可忍 太过分 愤怒 气死 维权 黑心 投诉到底",
    -2: "投诉 生气 差劲 糟糕 失望 不负责任 敷衍 推诿 踢皮球 态度恶劣 没人管 无语 离谱 坑人 忽悠"
    " 乱收费 退款 退钱 不满意 不合理 太差 很差 虚假",
    -1: "慢 拖延 延迟 等了 问题 麻烦 不便 没有回复 不清楚 取消 错误 漏 缺 迟到 不方便 困扰 贵",
    1: "还行 清楚 及时 可以 方便",
    2: "谢谢 感谢 满意 热情 耐心 专业 解决了 高兴 不错 负责 很好",
    3: "非常好 太好了 优秀 完美 赞 点赞 表扬",
}
_STRONGER = {"very", "so", "extremely", "absolutely", "totally", "completely", "really", "too"}
_NEGATION = {"not", "no", "never", "cannot", "without", "hardly", "neither", "nor"}
_STRONGER_CHINESE = ("非常", "极其", "太", "特别", "十分", "实在", "真的", "很")
_NEGATION_CHINESE = ("不", "没", "没有", "未", "无", "别")
_WEIGHTS = {word: weight for weight, words in _ENGLISH.items() for word in words.split()}
_HAN_WEIGHTS = {word: weight for weight, words in _CHINESE.items() for word in words.split()}
_HAN_PATTERN = re.compile("|".join(sorted(map(re.escape, _HAN_WEIGHTS), key=len, reverse=True)))
_WORD = re.compile(r"[a-z][a-z'-]*")
#: So far before a word an intensifier or a negation counts: words, or characters.
_REACH: Final = 3
#: From this sum on a text counts as angry.
ANGRY: Final = -4.0
#: Sentences judged as they are labelled, and how many there are.
MEASURED: Final = (31, 34)


def anger_of(text: str) -> float:
    """Return the sum of the weights; the further below zero, the angrier."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _english(folded) + _chinese(folded)


def sounds_angry(text: str) -> bool:
    """Tell whether the text sounds angry."""
    return anger_of(text) <= ANGRY


def _english(text: str) -> float:
    words, total = _WORD.findall(text.replace("’", "'")), 0.0
    for place, word in enumerate(words):
        weight = float(_WEIGHTS.get(word, 0))
        before = words[max(place - _REACH, 0) : place]
        if weight and _STRONGER & set(before):
            weight *= 1.5
        if weight and (_NEGATION & set(before) or any(one.endswith("n't") for one in before)):
            weight *= -0.5
        total += weight
    return total


def _chinese(text: str) -> float:
    total = 0.0
    for found in _HAN_PATTERN.finditer(text):
        weight = float(_HAN_WEIGHTS[found.group()])
        before = text[max(found.start() - _REACH, 0) : found.start()]
        if before.endswith(_STRONGER_CHINESE):
            weight *= 1.5
        if any(before.rstrip("很太是有").endswith(word) for word in _NEGATION_CHINESE):
            weight *= -0.5
        total += weight
    return total
