"""The letters that come with the product: four decisions in three languages, each written in its own."""

from __future__ import annotations

import re
from typing import Final

from complaints.choices.cases import Decision
from complaints.choices.letters import LetterLanguage

_HANS, _HANT, _EN = LetterLanguage.ZH_HANS, LetterLanguage.ZH_HANT, LetterLanguage.EN

OBJECT_TO: Final = {
    _HANS: "您可以直接回复本函，或联系处理您投诉的工作人员，并注明投诉编号。复核由未参与本次处理的人员进行。",
    _HANT: "您可以直接回覆本函，或聯絡處理您投訴的工作人員，並註明投訴編號。覆核由未參與本次處理的人員進行。",
    _EN: (
        "Reply to this letter, or contact the person who handled your complaint, and quote the number of the"
        " case. Somebody who took no part in it so far will review it."
    ),
}
TURN_TO_NEXT: Final = {
    _HANS: "如您对复核结果仍不满意，可以请求消费者协会或者依法成立的其他调解组织调解，向有关行政部门投诉，"
    "根据与我们达成的仲裁协议提请仲裁，或者向人民法院提起诉讼。",
    _HANT: "如您對覆核結果仍不滿意，可以請求消費者協會或者依法成立的其他調解組織調解，向有關行政部門投訴，"
    "根據與我們達成的仲裁協議提請仲裁，或者向人民法院提起訴訟。",
    _EN: (
        "If you still disagree after that, you may ask a consumer association or another mediation body to"
        " mediate, complain to the competent authority, go to arbitration where we agreed on it, or go to"
        " court."
    ),
}

_TAIL_HANS = """
?本次处理依据：{legal}。

如您对本决定有异议，请在{objection_until}之前向我们提出。{object_to}

{next}

{organisation}
{today}
"""
_TAIL_HANT = """
?本次處理依據：{legal}。

如您對本決定有異議，請在{objection_until}之前向我們提出。{object_to}

{next}

{organisation}
{today}
"""
_TAIL_EN = """
?This decision rests on: {legal}.

If you disagree with this decision, please tell us by {objection_until}. {object_to}

{next}

Yours sincerely,

{organisation}
{today}
"""

_UPHELD_HANS = """
尊敬的{recipient}：

您于{received}向我们反映：{title}。投诉编号为 {number}。感谢您把这件事告诉我们，也感谢您的耐心等待。

经调查，情况如下：{findings}

我们认为您的投诉成立，对由此给您造成的不便，谨致诚挚的歉意。

我们的处理意见和理由：{reasons}

?您已接受的补偿：{given}。

?为避免类似情况再次发生，我们正在做以下改进：{changes}。
"""
_UPHELD_HANT = """
{recipient} 您好：

您於{received}向我們反映：{title}。投訴編號為 {number}。感謝您把這件事告訴我們，也感謝您的耐心等候。

經調查，情況如下：{findings}

我們認為您的投訴成立，對因此給您造成的不便，謹致誠摯的歉意。

我們的處理意見與理由：{reasons}

?您已接受的補償：{given}。

?為避免類似情況再次發生，我們正在進行以下改善：{changes}。
"""
_UPHELD_EN = """
Dear {recipient},

On {received} you told us: {title}. Your complaint has the number {number}. Thank you for raising
it, and for your patience while we looked into it.

This is what we found: {findings}

We uphold your complaint. We are sorry for the trouble that this has caused you.

What we have decided, and why: {reasons}

?You have accepted the following from us: {given}.

?So that it does not happen again, we are working on the following: {changes}.
"""
_PARTLY_HANS = """
尊敬的{recipient}：

您于{received}向我们反映：{title}。投诉编号为 {number}。我们已逐项核查您提出的问题。

经调查，情况如下：{findings}

您的投诉部分成立。成立的部分，责任在我们，谨此致歉；未予认定的部分，理由一并说明如下。

我们的处理意见和理由：{reasons}

?您已接受的补偿：{given}。

?为避免类似情况再次发生，我们正在做以下改进：{changes}。
"""
_PARTLY_HANT = """
{recipient} 您好：

您於{received}向我們反映：{title}。投訴編號為 {number}。我們已逐項查核您提出的問題。

經調查，情況如下：{findings}

您的投訴部分成立。成立的部分，責任在我們，謹此致歉；未予認定的部分，理由一併說明如下。

我們的處理意見與理由：{reasons}

?您已接受的補償：{given}。

?為避免類似情況再次發生，我們正在進行以下改善：{changes}。
"""
_PARTLY_EN = """
Dear {recipient},

On {received} you told us: {title}. Your complaint has the number {number}. We have looked into each
of the points that you raised.

This is what we found: {findings}

We uphold your complaint in part. Where we fell short, we apologise; where we came to another view,
we say why below.

What we have decided, and why: {reasons}

?You have accepted the following from us: {given}.

?So that it does not happen again, we are working on the following: {changes}.
"""
_REJECTED_HANS = """
尊敬的{recipient}：

您于{received}向我们反映：{title}。投诉编号为 {number}。我们理解这件事给您带来的困扰，并已认真核查。

经调查，情况如下：{findings}

根据现有事实，我们无法认定您的投诉成立。理由如下：{reasons}

?您提出的要求是：{remedy}。基于上述理由，我们无法满足这一要求。

如您有新的事实或证据，欢迎随时补充，我们会重新核查。
"""
_REJECTED_HANT = """
{recipient} 您好：

您於{received}向我們反映：{title}。投訴編號為 {number}。我們理解這件事給您帶來的困擾，並已認真查核。

經調查，情況如下：{findings}

根據現有事實，我們無法認定您的投訴成立。理由如下：{reasons}

?您提出的要求是：{remedy}。基於上述理由，我們無法滿足這項要求。

如您有新的事實或證據，歡迎隨時補充，我們會重新查核。
"""
_REJECTED_EN = """
Dear {recipient},

On {received} you told us: {title}. Your complaint has the number {number}. We understand that this
has troubled you, and we have looked into it with care.

This is what we found: {findings}

On these facts we cannot uphold your complaint. Our reasons: {reasons}

?You asked for the following: {remedy}. For the reasons above we cannot agree to it.

If you have new facts or evidence, please send them to us at any time; we will look at the matter again.
"""
_GOODWILL_HANS = """
尊敬的{recipient}：

您于{received}向我们反映：{title}。投诉编号为 {number}。我们已认真核查您反映的情况。

经调查，情况如下：{findings}

根据现有事实，我们无法认定您的投诉成立。理由如下：{reasons}

同时，我们重视您的感受。在不承认责任的前提下，我们愿意出于善意向您提供：{given}。

?您的意见促使我们做以下改进：{changes}。
"""
_GOODWILL_HANT = """
{recipient} 您好：

您於{received}向我們反映：{title}。投訴編號為 {number}。我們已認真查核您反映的情況。

經調查，情況如下：{findings}

根據現有事實，我們無法認定您的投訴成立。理由如下：{reasons}

同時，我們重視您的感受。在不承認責任的前提下，我們願意出於善意向您提供：{given}。

?您的意見促使我們進行以下改善：{changes}。
"""
_GOODWILL_EN = """
Dear {recipient},

On {received} you told us: {title}. Your complaint has the number {number}. We have looked into it with care.

This is what we found: {findings}

On these facts we cannot uphold your complaint. Our reasons: {reasons}

We value you as a customer all the same. As a gesture of goodwill, and without accepting liability,
we offer you: {given}.

?What you told us has led to the following: {changes}.
"""

_SUBJECT_HANS, _SUBJECT_HANT = "关于您投诉的处理决定（{number}）", "關於您投訴的處理決定（{number}）"
_SUBJECT_EN = "Our decision on your complaint {number}"


def _flowed(head: str) -> str:
    """Return the paragraphs, each in one line: here they are broken only so that they can be read."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", head.strip()) + "\n"


#: (decision, language) → (subject, text)
TEMPLATES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    (decision, language): (subject, _flowed(head) + tail)
    for decision, heads in (
        (Decision.UPHELD, (_UPHELD_HANS, _UPHELD_HANT, _UPHELD_EN)),
        (Decision.PARTLY, (_PARTLY_HANS, _PARTLY_HANT, _PARTLY_EN)),
        (Decision.REJECTED, (_REJECTED_HANS, _REJECTED_HANT, _REJECTED_EN)),
        (Decision.GOODWILL, (_GOODWILL_HANS, _GOODWILL_HANT, _GOODWILL_EN)),
    )
    for (language, subject, tail), head in zip(
        (
            (_HANS, _SUBJECT_HANS, _TAIL_HANS),
            (_HANT, _SUBJECT_HANT, _TAIL_HANT),
            (_EN, _SUBJECT_EN, _TAIL_EN),
        ),
        heads,
        strict=True,
    )
}
