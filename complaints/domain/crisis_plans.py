"""The plans for each kind of crisis: seeded once in three languages, then the house's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from complaints.choices.learning import CrisisKind
from complaints.models import Crisis, CrisisStep, PlanStep
from core.domain.versions import ensure_fresh, locked
from core.models import User
from customers.domain.changes import ensure_known, write_changes

STEP_FIELDS = ("text_en", "text_zh_hans", "text_zh_hant", "due_hours", "position", "is_active")

#: kind → (English, Simplified, Traditional, due after hours).
PLANS: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    CrisisKind.PRODUCT: (
        (
            "Stop selling and delivering what is affected",
            "停止销售和交付受影响的产品",
            "停止銷售和交付受影響的產品",
            2,
        ),
        (
            "List the customers and lots that are affected",
            "列出受影响的客户和批次",
            "列出受影響的客戶和批次",
            8,
        ),
        ("Tell the authorities where the law asks for it", "依法向主管部门报告", "依法向主管部門報告", 24),
        ("Tell customers how to give it back", "通知客户召回方式", "通知客戶召回方式", 24),
        (
            "Replace or refund, and count what came back",
            "更换或退款，并统计召回率",
            "更換或退款，並統計召回率",
            168,
        ),
        ("Find the cause and change the product", "查明原因并改进产品", "查明原因並改進產品", 336),
    ),
    CrisisKind.SERVICE: (
        ("Name who leads and who speaks", "指定负责人和发言人", "指定負責人和發言人", 1),
        (
            "Bring the service back, or offer another way",
            "恢复服务或提供替代方案",
            "恢復服務或提供替代方案",
            4,
        ),
        (
            "Tell affected customers what is known and when they hear more",
            "告知受影响客户目前已知情况和下次更新时间",
            "告知受影響客戶目前已知情況和下次更新時間",
            4,
        ),
        ("Offer amends by the grade of the complaint", "按投诉等级提供补偿", "按投訴等級提供補償", 48),
        ("Call the most affected customers back", "回访受影响最大的客户", "回訪受影響最大的客戶", 120),
    ),
    CrisisKind.BRAND: (
        (
            "Collect what is said, where, and by whom",
            "收集舆情：谁在哪里说了什么",
            "收集輿情：誰在哪裡說了什麼",
            2,
        ),
        ("Settle the facts with those who know them", "与知情人核实事实", "與知情人核實事實", 4),
        ("Publish a first statement", "发布首份声明", "發布首份聲明", 8),
        (
            "Talk to the people who were hurt before talking to the press",
            "先与受影响者沟通，再面对媒体",
            "先與受影響者溝通，再面對媒體",
            12,
        ),
        ("Watch what follows, and answer every day", "持续监测并每日回应", "持續監測並每日回應", 72),
    ),
    CrisisKind.COMPLIANCE: (
        ("Stop what breaks the rule", "停止违规行为", "停止違規行為", 2),
        ("Keep the evidence", "保全证据", "保全證據", 8),
        ("Report to the regulator where it is due", "按要求向监管机构报告", "按要求向監管機構報告", 24),
        ("Put it right, with an owner for each point", "逐项整改并落实责任人", "逐項整改並落實責任人", 168),
        ("Train everybody concerned, and test it", "培训相关人员并考核", "培訓相關人員並考核", 336),
    ),
}


def seed_plans() -> None:
    """Write the plan of each kind that has none; what the house wrote stays."""
    for kind, steps in PLANS.items():
        if PlanStep.objects.filter(kind=kind).exists():
            continue
        PlanStep.objects.bulk_create(
            PlanStep(
                kind=kind, position=place, text_en=en, text_zh_hans=hans, text_zh_hant=hant, due_hours=hours
            )
            for place, (en, hans, hant, hours) in enumerate(steps, start=1)
        )


@transaction.atomic
def edit_step(step: PlanStep, data: Mapping[str, Any], *, by: User, version: int | None = None) -> PlanStep:
    """Write the fields that differ; crises that run keep their copy."""
    ensure_known(data, STEP_FIELDS)
    stored = locked(step)
    ensure_fresh(stored, version)
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


def lay_out_plan(crisis: Crisis, *, at: datetime) -> int:
    """Add the steps of the plan of the crisis' kind for its lead, and return how many.

    Steps of that plan which are there already are not added again.
    """
    there = [step.texts for step in crisis.steps.filter(plan=crisis.kind)]
    last = crisis.steps.aggregate(last=Max("position"))["last"] or 0
    plan = PlanStep.objects.active().of_kind(crisis.kind).order_by("position", "id")
    missing = [(step, texts) for step, texts in ((one, _texts(one)) for one in plan) if texts not in there]
    CrisisStep.objects.bulk_create(
        CrisisStep(
            crisis=crisis,
            position=place,
            texts=texts,
            plan=crisis.kind,
            owner=crisis.owner,
            due_at=at + timedelta(hours=step.due_hours),
        )
        for place, (step, texts) in enumerate(missing, start=last + 1)
    )
    return len(missing)


def _texts(step: PlanStep) -> dict[str, str]:
    return {"en": step.text_en, "zh-hans": step.text_zh_hans, "zh-hant": step.text_zh_hant}
