"""Files of people who sign in. A file never holds a password: people choose theirs by a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.choices import ImportOutcome
from core.domain.password_letters import invite
from core.domain.user_removal import remove_user, used_users
from core.domain.users import create_user, switch_off, update_user
from core.imports.declared import DeclaredSession, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.imports.kinds.finding import key_of, teams_by_key
from core.imports.targets import ImportOptionsForm, UndoLine
from core.imports.unversioned import UnversionedTarget
from core.models import Team, User
from core.roles import Role

#: What houses call the roles beside their names here.
_ROLE_WORDS: dict[str, str] = {
    Role.AGENT: "service, support, customer service, 客服, 客服专员, 坐席, 客服人员, 客服專員, 客服人員",
    Role.SALES: "seller, account manager, 销售, 客户经理, 业务员, 銷售, 客戶經理, 業務員",
    Role.TRAINER: "teacher, lecturer, 培训, 讲师, 培训师, 教务, 培訓, 講師, 培訓師, 教務",
    Role.MANAGER: "lead, team lead, 经理, 主管, 部门经理, 團隊主管, 經理, 部門經理",
    Role.ANALYST: "analysis, 分析, 分析师, 数据分析, 分析師, 數據分析",
    Role.ADMINISTRATOR: "admin, 管理员, 系统管理员, 管理員, 系統管理員",
    Role.INTEGRATION: "interface, 接口, 集成, 介面, 整合",
}
_OWN = ("full_name", "email", "title", "team", "language", "time_zone")

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "username", _("Login name"), max_length=150, is_required=True, is_key=True,
        synonyms="login, user, user name, account, user id, 登录名, 用户名, 账号, 账户, 登录账号, 工号, 登錄名, 用戶名, 賬號, 賬戶, 登錄賬號, 工號, 帳號, 帐号, 登入名",
    ),
    TargetField(
        "full_name", _("Name"), max_length=150, is_required=True, also=(_("Full name"),),
        synonyms="full name, person, employee, 姓名, 员工姓名, 真实姓名, 名字, 員工姓名, 真實姓名",
    ),
    TargetField(
        "email", _("E-mail"), "email", max_length=254,
        synonyms="mail, email address, 邮箱, 电子邮件, 邮件, 电子邮箱, 郵箱, 電子郵件, 郵件, 電子郵箱, 電郵, 电邮",
    ),
    TargetField(
        "title", _("Job title"), max_length=100,
        synonyms="title, position, job, 职务, 职位, 岗位, 職務, 職位, 崗位, 职称, 職稱",
    ),
    TargetField(
        "team", _("Team"), max_length=100,
        synonyms="department, group, branch, 团队, 部门, 所属部门, 所在部门, 團隊, 部門, 所屬部門, 所在部門",
        help=_("A team that is there; import the teams first."),
    ),
    TargetField(
        "roles", _("Roles"), "words",
        synonyms="role, rights, permission, 角色, 权限, 岗位角色, 權限, 崗位角色",
        help=_("Roles of the product, separated by commas. Empty: none, or as before."),
    ),
    TargetField(
        "language", _("Language"), max_length=40,
        synonyms="preferred language, 语言, 界面语言, 語言, 界面語言, 介面語言, 介面语言",
    ),
    TargetField(
        "time_zone", _("Time zone"), max_length=50, synonyms="timezone, zone, 时区, 時區", help=_("Such as Asia/Shanghai.")
    ),
    TargetField(
        "is_active", _("May sign in"), "boolean",
        synonyms="active, enabled, employed, 是否启用, 启用, 在职, 是否在职, 是否啟用, 啟用, 在職, 是否在職",
        help=_("No: for people who have left, so that their old cases can name them. Empty: yes."),
    ),
)  # fmt: skip


class UserOptionsForm(ImportOptionsForm):
    """Options of a file of people."""

    sends_letter = forms.BooleanField(
        label=_("Send new people a letter"),
        required=False,
        help_text=_(
            "With a link by which they choose their password. Without it they ask for the link later."
        ),
    )


class UserTarget(UnversionedTarget):
    """People with their team and roles. For administrators alone."""

    key = "core.user"
    title = _("Users")
    group = ImportGroup.ORGANISATION
    order = 10
    fields = FIELDS
    plain = ("username", "full_name", "email", "title")
    identity = (("username",),)
    alone = ("email",)
    watched = _OWN
    options_form = UserOptionsForm
    list_url_name = "core:user-list"
    detail_url_name = "core:user-detail"
    model = User
    is_weighty = True

    # ---- what a row means ---------------------------------------------------------------------------
    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Find team, roles, language and zone."""
        row, values = plan.row, plan.values
        words = session.memo.setdefault("words", _Words())
        if any(letter.isspace() for letter in values["username"]):
            row.refuse("login_name_spaces", "username")
        if "team" in row.values:
            team = words.teams.get(key_of(row.values["team"]))
            if team is None:
                names = (one.name for one in words.teams.values())
                row.refuse_name("no_such_team", "team", row.texts.get("team", ""), names)
            values["team"] = team
        if "roles" in row.values:
            values["roles"] = words.roles_of(plan)
        self._prepare_reading(plan, words)

    def _prepare_reading(self, plan: Plan, words: _Words) -> None:
        row, values = plan.row, plan.values
        if "language" in row.values:
            values["language"] = words.languages.get(key_of(row.values["language"]), "")
            if not values["language"]:
                names = ", ".join(str(name) for _code, name in settings.LANGUAGES)
                row.refuse("no_such_language", "language", languages=names)
        if "time_zone" in row.values:
            values["time_zone"] = row.values["time_zone"]
            if values["time_zone"] not in words.zones:
                row.refuse("no_such_zone", "time_zone")

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The user of that login name, in whatever case; and whoever has the address."""
        names = {plan.values["username"].lower() for plan in plans}
        emails = {plan.values["email"].lower() for plan in plans if "email" in plan.values}
        rows = User.objects.annotate(low_name=Lower("username"), low_email=Lower("email"))
        rows = rows.filter(Q(low_name__in=names) | Q(low_email__in=emails)).for_list()
        known = {row.username.lower(): row for row in rows}
        owners = {row.email.lower(): row for row in rows if row.email}
        for plan in plans:
            plan.record = known.get(plan.values["username"].lower())
            owner = owners.get(plan.values.get("email", "").lower())
            if owner is not None and owner != plan.record:
                plan.row.refuse("email_taken", "email", name=owner.username)
            if plan.record is None:
                _judge_new(plan, session)
            else:
                _judge_known(plan, session)

    def differences(self, plan: Plan) -> dict[str, Any]:
        """What the user has not yet; the login name stays as it is written here."""
        values = {name: plan.values[name] for name in _OWN if name in plan.values}
        changes = {name: value for name, value in values.items() if getattr(plan.record, name) != value}
        if "roles" in plan.values and plan.values["roles"] != _roles_of(plan.record):
            changes["roles"] = plan.values["roles"]
        return changes

    # ---- writing ------------------------------------------------------------------------------------
    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Make the user without a password; whoever has left is switched off at once."""
        data = {key: value for key, value in values.items() if key not in {"roles", "is_active"}}
        user = create_user(data, roles=values.get("roles", ()), by=session.by)
        if values.get("is_active") is False:
            switch_off(user, by=session.by, at=timezone.now())
        return user

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change the user, and the roles where the file names any."""
        data = {key: value for key, value in changes.items() if key != "roles"}
        before = _roles_of(record)
        stored: Any = update_user(record, data, roles=changes.get("roles"), by=by)
        stored.undo_extra = {"roles": before} if "roles" in changes else {}
        stored.__dict__.pop("_prefetched_objects_cache", None)
        return stored

    def follow(self, plans: Sequence[Plan], session: DeclaredSession) -> None:
        """Send new people their letter, where that was asked for."""
        if session.options.get("sends_letter"):
            for plan in plans:
                if plan.outcome == ImportOutcome.CREATED and plan.record.is_active:
                    invite(plan.record)

    # ---- taking back --------------------------------------------------------------------------------
    def written(self, record: Any) -> dict[str, Any]:
        """What a file can write, roles included."""
        return {**super().written(record), "roles": _roles_of(record)}

    def spared(self, lines: Sequence[UndoLine], records: Mapping[int, Any]) -> Mapping[int, str]:
        """Whoever signed in stays."""
        signed_in = {pk for pk, user in records.items() if user.last_login is not None}
        return {line.line: "in_use" for line in lines if line.is_new and line.object_id in signed_in}

    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Delete people who never signed in; whom records name is switched off instead."""
        used = used_users([line.object_id for line in lines if line.is_new])
        marked = [
            replace(line, undo={**line.undo, "is_used": line.object_id in used}) if line.is_new else line
            for line in lines
        ]
        return super().undo(marked, by=by, at=at, note=note)

    def remove_with(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Switch off whom records name, and delete the others."""
        if not undo["is_used"]:
            self.remove(record, by)
        elif record.is_active:
            switch_off(record, by=by, at=timezone.now())

    def remove(self, record: Any, by: User) -> None:
        """Delete somebody who never signed in."""
        remove_user(record, by=by)

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Give the user the old values and roles."""
        super().change_back(record, undo, by)
        if "roles" in undo:
            update_user(record, {}, roles=undo["roles"], by=by)


class _Words:
    """What teams, roles, languages and zones are called."""

    @cached_property
    def teams(self) -> dict[str, Team]:
        return teams_by_key()

    @cached_property
    def zones(self) -> set[str]:
        return set(available_timezones())

    @cached_property
    def languages(self) -> dict[str, str]:
        found = {key_of(text): code for code, name in settings.LANGUAGES for text in (code, str(name))}
        more = {
            "zh-hans": "chinese, simplified chinese, zh, zh-cn, 中文, 简体, 简体中文, 简中, 簡體, 簡體中文",
            "zh-hant": "traditional chinese, zh-tw, zh-hk, 繁体, 繁體, 繁体中文, 繁體中文",
            "en": "english, 英文, 英语, 英語",
        }
        codes = {code for code, _name in settings.LANGUAGES}
        return found | {
            key_of(text): code for code, texts in more.items() if code in codes for text in texts.split(",")
        }

    @cached_property
    def _roles(self) -> dict[str, str]:
        found = {key_of(text): key for key, texts in _ROLE_WORDS.items() for text in texts.split(",")}
        found |= {key_of(role.value): role.value for role in Role}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                found |= {key_of(str(role.label)): role.value for role in Role}
        return found

    def roles_of(self, plan: Plan) -> list[str]:
        """Return the keys of the roles that the row names, or refuse it."""
        keys = []
        for text in plan.row.values["roles"]:
            key = self._roles.get(key_of(text))
            if key is None:
                names = ", ".join(str(role.label) for role in Role)
                plan.row.refuse("no_such_role", "roles", name=text, roles=names)
            else:
                keys.append(key)
        return sorted(set(keys))


def _judge_new(plan: Plan, session: DeclaredSession) -> None:
    if "is_active" in plan.row.values:
        plan.values["is_active"] = plan.row.values["is_active"]
    comes = plan.values.get("is_active", True)
    if session.options.get("sends_letter") and comes and "email" not in plan.values:
        plan.row.refuse("address_needed", "email")


def _judge_known(plan: Plan, session: DeclaredSession) -> None:
    user = plan.record
    if user.is_service:
        plan.row.refuse("service_user", "username")
    if plan.row.values.get("is_active", user.is_active) != user.is_active:
        plan.row.refuse("switched_elsewhere", "is_active")
    is_own = user.pk == session.by.pk and not user.is_superuser
    before = _roles_of(user)
    if is_own and Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in plan.values.get("roles", before):
        plan.row.refuse("own_office", "roles")


def _roles_of(user: Any) -> list[str]:
    return sorted(group.name for group in user.groups.all())
