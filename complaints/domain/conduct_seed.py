"""Criteria of unreasonable conduct, what to say then, and the legal references that come with the product."""

from __future__ import annotations

from datetime import date
from typing import Final

from complaints.choices.references import ReferenceKind

#: English, 简体, 繁體, what counts and what does not (English).
CRITERIA: Final = (
    (
        "Threats or abuse",
        "威胁或辱骂",
        "威脅或辱罵",
        "Of people, not of the matter. Being angry is no abuse.",
    ),
    (
        "Repeated without new facts",
        "无新事实反复投诉",
        "無新事實反覆投訴",
        "The same matter after a decision that was explained. A new fact makes it a new matter.",
    ),
    (
        "False or forged evidence",
        "虚假或伪造证据",
        "虛假或偽造證據",
        "Shown by a document; a mistake of memory is none.",
    ),
    (
        "Demands beyond the law",
        "超出法律规定的诉求",
        "超出法律規定的訴求",
        "Kept up after the limits were explained in writing.",
    ),
    (
        "Professional claimant",
        "职业索赔人",
        "職業索賠人",
        "A pattern over several cases. Claiming often is not enough.",
    ),
    (
        "Excessive contact",
        "过度联系",
        "過度聯絡",
        "So often that the work of others stops. Being chased because we are late does not count.",
    ),
    (
        "Refuses to say what is wrong",
        "拒绝说明问题或配合核查",
        "拒絕說明問題或配合查核",
        "After being asked in the customer's own language, more than once.",
    ),
)

#: English, 简体, 繁體, technique (English).
CONDUCT_PHRASES: Final = (
    (
        "I want to help you, and I can only do so while we speak calmly. If the insults go on, I will end the"
        " call and write to you instead.",
        "我很愿意帮您解决问题，但需要我们都心平气和。如果继续辱骂，我会结束通话，改为书面答复您。",
        "我很願意幫您解決問題，但需要我們都心平氣和。如果繼續辱罵，我會結束通話，改為書面答覆您。",
        "Warn once, name the consequence, keep it, and write both into the log.",
    ),
    (
        "We have answered this point on the basis of all that we know. If you have a new fact or document,"
        " please send it: then we look again.",
        "这一点我们已根据掌握的全部事实作出答复。如果您有新的事实或材料，请提供给我们，我们会重新核查。",
        "這一點我們已根據掌握的全部事實作出答覆。如果您有新的事實或材料，請提供給我們，我們會重新查核。",
        "Separate new facts from repetition; never say that somebody may not complain.",
    ),
    (
        "What you ask for goes beyond what the contract and the law provide. What I can offer is this.",
        "您提出的要求超出了合同和法律规定的范围。在规定范围内，我们可以这样处理。",
        "您提出的要求超出了合約和法律規定的範圍。在規定範圍內，我們可以這樣處理。",
        "Name the limit and the offer in one breath; cite the reference in writing.",
    ),
    (
        "From now on one colleague looks after you, so that you need not tell it twice.",
        "今后由一位专员负责与您联系，您不必再向不同的人重复说明。",
        "今後由一位專員負責與您聯絡，您不必再向不同的人重複說明。",
        "Say what the measure gives the customer, then what it limits.",
    ),
)

_CN_CONSUMER = (
    "Law of the People's Republic of China on the Protection of Consumer Rights and Interests",
    "中华人民共和国消费者权益保护法",
    "中華人民共和國消費者權益保護法",
)
_LAW, _REGULATION = ReferenceKind.LAW, ReferenceKind.REGULATION
#: code, kind, (English, 简体, 繁體), in force from, until. Articles and texts are entered by the house.
REFERENCES: Final = (
    ("cn-consumer-protection", _LAW, _CN_CONSUMER, date(1994, 1, 1), date(2014, 3, 14)),
    ("cn-consumer-protection", _LAW, _CN_CONSUMER, date(2014, 3, 15), None),
    (
        "cn-consumer-protection-rules",
        _REGULATION,
        (
            "Regulations for the Implementation of the Law of the People's Republic of China on the"
            " Protection of Consumer Rights and Interests",
            "中华人民共和国消费者权益保护法实施条例",
            "中華人民共和國消費者權益保護法實施條例",
        ),
        date(2024, 7, 1),
        None,
    ),
    (
        "cn-personal-information",
        _LAW,
        (
            "Personal Information Protection Law of the People's Republic of China",
            "中华人民共和国个人信息保护法",
            "中華人民共和國個人信息保護法",
        ),
        date(2021, 11, 1),
        None,
    ),
    (
        "cn-civil-code",
        _LAW,
        ("Civil Code of the People's Republic of China", "中华人民共和国民法典", "中華人民共和國民法典"),
        date(2021, 1, 1),
        None,
    ),
    (
        "cn-petitions",
        _REGULATION,
        ("Regulations on Petition Work", "信访工作条例", "信訪工作條例"),
        date(2022, 5, 1),
        None,
    ),
    (
        "cn-e-commerce",
        _LAW,
        (
            "E-Commerce Law of the People's Republic of China",
            "中华人民共和国电子商务法",
            "中華人民共和國電子商務法",
        ),
        date(2019, 1, 1),
        None,
    ),
)
