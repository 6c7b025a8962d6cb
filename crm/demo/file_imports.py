"""The demo company's imports: one that is written and can be undone, one whose faults wait for a person."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from core.domain.imports import set_columns, start_check, start_import, start_run
from core.domain.imports.runs import mapping_of_run
from core.models import ImportRun, User
from crm.demo.jobs import speaking, work_off

TARGET = "customers.customer"
#: The last two columns have headings that nothing knows: a person says once where they go.
HEADINGS = "客户编号,公司名称,所属行业,城市,结识于,会上聊了什么"
_CHOSEN = {4: "since", 5: "notes"}

GOOD = (
    "ZH-1001,沧浪智能仓储,制造业,苏州,2026-01-12,想了解班组长安全课程",
    "ZH-1002,白鹭信息技术,科技,厦门,2026-02-03,计划明年做储备干部项目",
    "ZH-1003,棠溪医院管理,医疗健康,成都,2026-03-18,关注服务礼仪与投诉处理",
    "ZH-1004,远山城市燃气,能源与公用事业,合肥,2026-04-02,需要内训师体系方案",
    "ZH-1005,Marlow Care Group,医疗健康,Singapore,2026-05-20,Asked for English classes",
)
FAULTY = (
    "ZH-2001,汇川新岸物流,港口与物流,宁波,2026-06-01,下月来访",
    "ZH-2002,融江食品集团,食品养殖,无锡,2026-06-02,行业写法不认识",
    "ZH-2003,,制造业,徐州,2026-06-03,名片上没有公司名",
    "ZH-2004,静海通信,电信,天津,2026-13-40,日期写错了",
    "ZH-2005,弘川建设,建筑与房地产,武汉,2026-06-05,",
    "ZH-2005,弘川建设,建筑与房地产,武汉,2026-06-05,同一编号写了两行",
    "ZH-2007,正阳财产保险,保险业务,北京,昨天,行业和日期都要改",
)


def make_imports(users: dict[str, User], *, at: datetime) -> None:
    """Import the visitors of the spring fair, and check those of the autumn fair: same headings, same columns."""
    by, before, today = users["sales"], at - timedelta(days=6), at - timedelta(hours=3)
    with speaking(by):
        spring = _checked("春季展会名单.csv", GOOD, by, asked=before)
        work_off(start_import(spring, by=by), asked=before + timedelta(minutes=4))
        _date_back(spring, before)
        _date_back(_checked("秋季展会名单.csv", FAULTY, by, asked=today), today)


def _checked(name: str, lines: tuple[str, ...], by: User, *, asked: datetime) -> ImportRun:
    """Upload the file, say where its columns go, and let it be tried."""
    content = "\ufeff" + "\n".join([HEADINGS, *lines]) + "\n"
    run = start_run(TARGET, io.BytesIO(content.encode()), filename=name, by=by)
    columns = {**mapping_of_run(run), **_CHOSEN}
    run = set_columns(run, columns, options={"source_system": "展会"}, by=by)
    work_off(start_check(run, by=by), asked=asked)
    run.refresh_from_db()
    return run


def _date_back(run: ImportRun, at: datetime) -> None:
    rows = ImportRun.objects.filter(pk=run.pk)
    rows.update(created_at=at)
    rows.filter(finished_at__isnull=False).update(finished_at=at + timedelta(minutes=5))
