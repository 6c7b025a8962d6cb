"""How angry a text sounds, by a small lexicon of our own. Pure; a hint, never a fact.

Each word has a weight (negative is angry); an intensifier before it makes it stronger, a negation turns
it round and halves it. Words of the trade weigh nothing: whoever calmly asks for a refund or makes a
complaint is not angry. Chinese is read in simplified characters, whichever it was typed in.

The lexicon is our own work under the licence of the product. Its words were chosen on
`tests/data/sentiment_tuned.tsv` and measured on `tests/data/sentiment_held.tsv`, which did not serve to
choose them; both are our own sentences, of the same hand as the lexicon: texts of real customers will be
judged less well than these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from complaints.chance import Share, share_of
from core.search.text import fold

_ENGLISH = {
    -4: "furious outrageous disgusting disgusted scam fraud lawsuit sue unacceptable appalling disgrace"
    " disgraceful liar liars lied cheat cheats cheated crooks livid infuriating pathetic shambles"
    " ashamed rip-off ripoff garbage idiot idiots humiliated insulted thieves theft",
    -2: "angry terrible awful horrible dreadful useless rude ignored ridiculous incompetent hate insulting"
    " unprofessional misleading fed-up fedup nonsense contempt excuses",
    -1: "waste worst demand police ombudsman unhappy annoying annoyed disappointed disappointing poor bad",
    1: "fine okay clear quick polite fast easy nice please could kindly",
    2: "good thanks thank helpful pleased happy friendly appreciate satisfied resolved glad kind patient",
    3: "excellent great wonderful perfect fantastic love amazing outstanding",
}
#: Of several words; each stands for anger by itself.
_PHRASES = {
    "fed up": -4,
    "never again": -4,
    "how dare": -4,
    "you dare": -4,
    "shame on": -4,
    "your lies": -4,
    "lying to": -4,
    "the worst": -2,
    "worst company": -4,
    "rip off": -4,
    "ripped off": -4,
    "stay away": -3,
    "in court": -4,
    "to court": -4,
    "had enough": -4,
    "enough is enough": -4,
    "sick of": -4,
    "treated like": -4,
    "waste of": -2,
    "my lawyer": -4,
    "my solicitor": -4,
    "nobody answers": -2,
    "nobody cares": -4,
    "answer me": -3,
}
_CHINESE = {
    -4: "骗子 骗人 骗钱 欺骗 欺诈 诈骗 起诉 法院见 告你们 曝光 爆料 12315 无耻 垃圾 恶心 忍无可忍"
    " 忍受不了 太过分 欺人太甚 愤怒 气愤 气死 火大 维权 黑心 投诉到底 受够 耍我 当猴耍 抢钱 还我钱"
    " 什么态度 态度恶劣 忽悠 坑人 太坑 踢皮球 说话不算数 乱收费 别逼我 千万别 太烂 烂透 这么烂 很烂 烂公司",
    -3: "差劲 离谱 没人管 没人理 敷衍 后悔",
    -2: "生气 糟糕 失望 不负责任 推诿 推托 无语 不合理 这么差 虚假 找律师 我的律师 爱理不理 逼我",
    -1: "太差 很差 举报 拖延 没有回复 迟迟 消协 必须 强烈 立刻 否则 再不 简直 到底",
    1: "还行 清楚 及时 可以 方便 麻烦 请问 希望",
    2: "谢谢 感谢 满意 热情 耐心 专业 解决了 高兴 不错 负责 很好 亲切",
    3: "非常好 太好了 优秀 完美 赞 点赞 表扬",
}
_STRONGER = {"very", "so", "extremely", "absolutely", "totally", "completely", "really", "too"}
_NEGATION = {"not", "no", "never", "cannot", "without", "hardly", "neither", "nor"}
_STRONGER_CHINESE = ("非常", "极其", "太", "特别", "十分", "实在", "真的", "很")
_NEGATION_CHINESE = ("不", "没", "没有", "未", "无", "别")
_WEIGHTS = {word: weight for weight, words in _ENGLISH.items() for word in words.split()}
_HAN_WEIGHTS = {word: weight for weight, words in _CHINESE.items() for word in words.split()}
_HAN = re.compile(r"[㐀-鿿]+")
_HAN_PATTERN = re.compile("|".join(sorted(map(re.escape, _HAN_WEIGHTS), key=len, reverse=True)))
_WORD = re.compile(r"[a-z][a-z'-]*")
#: So far before a word an intensifier or a negation counts: words, or characters.
_REACH: Final = 3
#: From this sum on a text counts as angry: the bound that did best on the sentences of the tuning.
ANGRY: Final = -2.0


@dataclass(frozen=True)
class Measured:
    """What was found on sentences: so many, so many judged as labelled, called angry, angry, and both."""

    sentences: int
    right: int
    called: int
    angry: int
    found: int

    @property
    def accuracy(self) -> Share | None:
        """Of all sentences, those judged as they are labelled."""
        return share_of(self.right, self.sentences)

    @property
    def precision(self) -> Share | None:
        """Of those called angry, those that are."""
        return share_of(self.found, self.called)

    @property
    def recall(self) -> Share | None:
        """Of those that are angry, those called so."""
        return share_of(self.found, self.angry)


#: On the sentences held back. A test counts them anew, and fails where this is no longer true.
MEASURED: Final = Measured(sentences=300, right=230, called=66, angry=136, found=66)


def measured_on(rows: Iterable[tuple[str, bool]]) -> Measured:
    """Judge sentences that are labelled as angry or not, and count."""
    pairs = [(sounds_angry(text), angry) for text, angry in rows]
    return Measured(
        sentences=len(pairs),
        right=sum(called == angry for called, angry in pairs),
        called=sum(called for called, _angry in pairs),
        angry=sum(angry for _called, angry in pairs),
        found=sum(called and angry for called, angry in pairs),
    )


def anger_of(text: str) -> float:
    """Return the sum of the weights; the further below zero, the angrier."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    # Only Chinese is folded as the search does it: its separators would be lost, and English needs them.
    simplified = _HAN.sub(lambda found: fold(found.group()), plain)
    return _english(plain) + _chinese(simplified)


def sounds_angry(text: str) -> bool:
    """Tell whether the text sounds angry."""
    return anger_of(text) <= ANGRY


def _english(text: str) -> float:
    words = _WORD.findall(text)
    line = f" {' '.join(words)} "
    total = float(sum(weight for phrase, weight in _PHRASES.items() if f" {phrase} " in line))
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
