"""The grading rules that an installation begins with; administrators change them, and may come back."""

from __future__ import annotations

from typing import Any, Final

from complaints.choices.cases import Grade

Seed = tuple[str, str, str, str, str, list[dict[str, Any]]]


def _so(fact: str) -> dict[str, Any]:
    return {"fact": fact, "operator": "is_so", "value": True}


def _impact(value: str) -> dict[str, Any]:
    return {"fact": "impact", "operator": "one_of", "value": [value]}


def _tier(*values: str) -> dict[str, Any]:
    return {"fact": "tier", "operator": "one_of", "value": list(values)}


def _repeats(count: int) -> dict[str, Any]:
    return {"fact": "repeats", "operator": "at_least", "value": count, "days": 90}


def _emotion(value: str) -> dict[str, Any]:
    return {"fact": "emotion", "operator": "at_least", "value": value}


#: code, English, 简体, 繁體, grade, conditions
SEED: Final[tuple[Seed, ...]] = (
    (
        "safety",
        "Somebody's safety is at stake",
        "涉及人身安全",
        "涉及人身安全",
        Grade.SEVERE,
        [_so("is_safety")],
    ),
    (
        "media",
        "Media or public attention",
        "媒体或公众关注",
        "媒體或公眾關注",
        Grade.SEVERE,
        [_so("is_media")],
    ),
    (
        "legal",
        "Legal steps or a regulator",
        "涉及法律或监管",
        "涉及法律或監管",
        Grade.SEVERE,
        [_so("is_legal")],
    ),
    (
        "public",
        "It reaches the public",
        "影响到公众",
        "影響到公眾",
        Grade.SEVERE,
        [_impact("public")],
    ),
    (
        "organisation",
        "It reaches the whole organisation",
        "影响到整个单位",
        "影響到整個單位",
        Grade.SEVERE,
        [_impact("organisation")],
    ),
    (
        "strategic_repeat",
        "A strategic customer complains again",
        "战略客户再次投诉",
        "戰略客戶再次投訴",
        Grade.SEVERE,
        [_tier("strategic"), _repeats(1)],
    ),
    (
        "several",
        "It reaches several people",
        "影响到多人",
        "影響到多人",
        Grade.GENERAL,
        [_impact("several")],
    ),
    (
        "preferred",
        "The customer is served first",
        "优先服务的客户",
        "優先服務的客戶",
        Grade.GENERAL,
        [_tier("strategic", "core")],
    ),
    (
        "repeat",
        "The customer complains again",
        "客户再次投诉",
        "客戶再次投訴",
        Grade.GENERAL,
        [_repeats(1)],
    ),
    (
        "many_repeats",
        "The fourth complaint within 90 days",
        "90 天内第四次投诉",
        "90 天內第四次投訴",
        Grade.SEVERE,
        [_repeats(3)],
    ),
    (
        "enraged",
        "The complainant is enraged",
        "投诉人情绪激动",
        "投訴人情緒激動",
        Grade.GENERAL,
        [_emotion("5")],
    ),
)
