"""What a new installation begins with: a calendar, queues, categories and policies, all of them editable.

Each part is made only where nothing of its kind is there, by one process at a time; what people have
changed or removed never comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, ClockKind, Grade, LevelAction, MetBy, Recipient, Unit
from complaints.domain.holidays import enter_holidays
from complaints.models import (
    BusinessCalendar,
    CalendarHours,
    Category,
    Level,
    Policy,
    Queue,
    Target,
)
from core.domain.numbers import take_turns

_FIRST_DAY = date(2020, 1, 1)

#: code, English, 简体, 繁體
_COMPLAINT_CATEGORIES = (
    ("course", "Course", "课程", "課程"),
    ("course.content", "Course content", "课程内容", "課程內容"),
    ("course.lecturer", "Lecturer", "讲师", "講師"),
    ("course.schedule", "Schedule", "课程安排", "課程安排"),
    ("course.facility", "Facility", "场地设施", "場地設施"),
    ("course.material", "Material", "教材资料", "教材資料"),
    ("certificate", "Certificate", "证书", "證書"),
    ("fees", "Fees and invoices", "费用与发票", "費用與發票"),
    ("service", "Service attitude", "服务态度", "服務態度"),
    ("promotion", "Promotion and promise", "宣传与承诺", "宣傳與承諾"),
    ("platform", "Platform and network", "平台与网络", "平台與網路"),
    ("data", "Personal data", "个人信息", "個人資訊"),
    ("other", "Other", "其他", "其他"),
)
_REQUEST_CATEGORIES = (
    ("invoice", "Invoice", "开具发票", "開立發票"),
    ("seat-change", "Seat change", "学员名额变更", "學員名額變更"),
    ("certificate-reissue", "Certificate reissue", "补发证书", "補發證書"),
    ("question", "Question", "咨询", "諮詢"),
    ("other", "Other", "其他", "其他"),
)
_QUEUES = (
    (CaseKind.COMPLAINT, "Complaints", "投诉受理", "投訴受理"),
    (CaseKind.REQUEST, "Service requests", "服务工单", "服務工單"),
)

_MINUTES, _HOURS, _DAYS = Unit.WORKING_MINUTES, Unit.WORKING_HOURS, Unit.WORKING_DAYS
_Targets = dict[str, tuple[int, str]]
#: clock, level, minutes from the due time, who is told, what is done
_Ladder = tuple[tuple[str, int, int, str, str], ...]
#: The handler first, then the lead of the team, then the one above.
_WHO = (Recipient.OWNER, Recipient.TEAM_LEAD, Recipient.LEAD_ABOVE)
#: Two working days of eight hours before the law is broken, one day before, and when it is.
_LAW = (-960, -480, 0)


def _ladder(*, last: str = LevelAction.NOTIFY, **offsets: tuple[int, ...]) -> _Ladder:
    """Return the levels of each clock, in working minutes from its due time; `last` ends the solution's."""
    rows = []
    for clock, moments in offsets.items():
        for number, (offset, recipient) in enumerate(zip(moments, _WHO, strict=False), start=1):
            action = last if (clock, number) == (ClockKind.SOLVE, 3) else LevelAction.NOTIFY
            rows.append((clock, number, offset, str(recipient), str(action)))
    return tuple(rows)


_STATUTORY = (7, Unit.WORKING_DAYS_CLOSE)


def _policies() -> Iterable[tuple[str, str, str, _Targets, _Ladder]]:
    yield (
        _("Severe complaints"),
        CaseKind.COMPLAINT,
        Grade.SEVERE,
        {"acknowledge": (30, _MINUTES), "respond": (4, _HOURS), "update": (1, _DAYS), "solve": (2, _DAYS)},
        _ladder(
            acknowledge=(-10, 0, 30),
            respond=(-60, 0, 60),
            update=(-60, 0, 120),
            solve=(-240, 0, 240),
            statutory=_LAW,
            last=LevelAction.SUMMON_CRISIS,
        ),
    )
    yield (
        _("General complaints"),
        CaseKind.COMPLAINT,
        Grade.GENERAL,
        {"acknowledge": (2, _HOURS), "respond": (1, _DAYS), "update": (2, _DAYS), "solve": (5, _DAYS)},
        _ladder(
            acknowledge=(-30, 0),
            respond=(-120, 0, 240),
            update=(-120, 0),
            solve=(-480, 0, 480),
            statutory=_LAW,
            last=LevelAction.RAISE_GRADE,
        ),
    )
    yield (
        _("Minor complaints"),
        CaseKind.COMPLAINT,
        "",
        {"acknowledge": (4, _HOURS), "respond": (2, _DAYS), "update": (5, _DAYS), "solve": (10, _DAYS)},
        _ladder(
            acknowledge=(-60, 0),
            respond=(-240, 0, 480),
            update=(-240, 0),
            solve=(-480, 0, 960),
            statutory=_LAW,
        ),
    )
    yield (
        _("Service requests"),
        CaseKind.REQUEST,
        "",
        {"acknowledge": (4, _HOURS), "respond": (1, _DAYS), "solve": (5, _DAYS)},
        _ladder(acknowledge=(-60, 0), respond=(-120, 0, 480), solve=(-480, 0, 960)),
    )


@transaction.atomic
def begin() -> None:
    """Make what is missing, in the language of the installation where a name has only one."""
    take_turns("complaints-begin")
    with translation.override(settings.LANGUAGE_CODE):
        calendar = _begin_calendar()
        _begin_queues()
        _begin_categories()
        _begin_policies()
    if calendar is not None:
        enter_holidays(calendar)


def _begin_calendar() -> BusinessCalendar | None:
    if BusinessCalendar.objects.exists():
        return None
    calendar = BusinessCalendar.objects.create(name=_("Office hours, Shanghai"), is_default=True)
    CalendarHours.objects.bulk_create(
        CalendarHours(calendar=calendar, weekday=day, opens=opens, closes=closes, valid_from=_FIRST_DAY)
        for day in range(5)
        for opens, closes in ((time(9), time(12)), (time(13), time(18)))
    )
    return calendar


def _begin_queues() -> None:
    if Queue.objects.exists():
        return
    Queue.objects.bulk_create(
        Queue(kind=kind, name_en=english, name_zh_hans=hans, name_zh_hant=hant, is_default=True)
        for kind, english, hans, hant in _QUEUES
    )


def _begin_categories() -> None:
    if Category.objects.exists():
        return
    lists = ((CaseKind.COMPLAINT, _COMPLAINT_CATEGORIES), (CaseKind.REQUEST, _REQUEST_CATEGORIES))
    Category.objects.bulk_create(
        Category(
            kind=kind,
            code=code,
            parent_code=code.rpartition(".")[0],
            name_en=english,
            name_zh_hans=hans,
            name_zh_hant=hant,
            position=place,
        )
        for kind, rows in lists
        for place, (code, english, hans, hant) in enumerate(rows)
    )


def _of_the_law(clock: str) -> dict[str, str]:
    """Return the name of the statutory deadline, and that telling the decision on acceptance meets it."""
    if clock != ClockKind.STATUTORY:
        return {}
    return {"name": _("Decision on acceptance (SAMR Order 20)"), "met_by": MetBy.ACCEPTANCE}


def _begin_policies() -> None:
    if Policy.objects.exists():
        return
    for place, (name, kind, grade, targets, ladder) in enumerate(_policies()):
        policy = Policy.objects.create(name=name, kind=kind, grade=grade, position=place)
        rows = dict(targets)
        if kind == CaseKind.COMPLAINT:
            rows[ClockKind.STATUTORY] = _STATUTORY
        Target.objects.bulk_create(
            Target(
                policy=policy,
                clock=clock,
                amount=amount,
                unit=unit,
                **_of_the_law(clock),
            )
            for clock, (amount, unit) in rows.items()
        )
        Level.objects.bulk_create(
            Level(
                policy=policy,
                clock=clock,
                number=number,
                offset=offset,
                recipient=recipient,
                action=action,
                by_mail=number > 1,
                through_quiet_hours=grade == Grade.SEVERE and number > 1,
            )
            for clock, number, offset, recipient, action in ladder
        )
