"""The public form of the demo company, and what came in by it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from complaints.domain.moves import answer, take
from complaints.domain.public_form import set_form
from complaints.domain.status_page import say
from complaints.domain.submitting import submit
from complaints.models import Category, Complaint, FormSubmission, PublicForm
from core.models import User
from customers.models import Contact

_TEXTS = {
    "intro_zh_hans": "课程、讲师、证书、发票或服务有任何问题，请在此告诉我们。每一条都会有编号、有负责人、有答复时限。",
    "intro_zh_hant": "課程、講師、證書、發票或服務有任何問題，請在此告訴我們。每一條都會有編號、有負責人、有答覆時限。",
    "intro_en": "Courses, lecturers, certificates, invoices, service: tell us what went wrong or what you need."
    " Each message gets a number, somebody who is responsible, and a date for the answer.",
    "privacy_zh_hans": "你提供的信息只用于处理本次投诉或服务请求以及改进服务，自结案起保存三年，不提供给第三方。"
    "查询、更正或删除个人信息，请联系 privacy@evergreen.example。",
    "privacy_zh_hant": "你提供的資訊只用於處理本次投訴或服務請求以及改進服務，自結案起保存三年，不提供給第三方。"
    "查詢、更正或刪除個人資訊，請聯絡 privacy@evergreen.example。",
    "privacy_en": "What you write is used to deal with your message and to improve our service. It is kept for"
    " three years after the case is closed and given to nobody else. Ask privacy@evergreen.example what is kept"
    " about you, or to have it corrected or erased.",
}
#: minutes ago, kind, category, sentence, what happened, asked for, name, e-mail, organisation, language
_SENT = (
    (2_900, "complaint", "certificate", "证书上的单位名称不对", "六张证书都写成了旧单位名称，下周投标要用。", "周五前补发", "沈佳", "shen.jia@qingan.example", "青岸设计院", "zh-hans"),
    (1_500, "complaint", "platform", "Replay of the second day cannot be opened", "The page stays white in two browsers. Three of us tried.", "A working replay", "Hannah Moss", "h.moss@harbour.example", "Harbour Logistics", "en"),
    (190, "request", "invoice", "補開電子發票", "上月課程的發票抬頭請改為總公司。", "", "陳宥安", "yuan.chen@linsen.example", "林森科技", "zh-hant"),
    (45, "complaint", "service", "报名电话一直没人接", "从早上九点到现在打了七次，留言也没有回。", "今天有人回电", "郑一鸣", "", "", "zh-hans"),
)  # fmt: skip


def make(users: dict[str, User]) -> int:
    """Open the form and let some people file a case; return how many there are."""
    set_form(PublicForm.load(), {"is_open": True, "asks_product": True, **_TEXTS}, by=users["manager"])
    now = timezone.now()
    for number, row in enumerate(_SENT):
        ago, kind, code, title, said, asked, name, email, organisation, language = row
        at = now - timedelta(minutes=ago)
        data = {
            "kind": kind, "category": Category.objects.current().get(kind=kind, code=code), "title": title,
            "description": said, "remedy_sought": asked, "contact_name": name, "contact_email": email,
            "contact_phone": "" if email else "13900004321", "organisation": organisation, "language": language,
        }  # fmt: skip
        case = submit(data, key=f"demo-{number}", at=at)
        if number < 2:
            _went_on(case, users["agent"], language=language)
    _known_person()
    return FormSubmission.objects.count()


def _went_on(case: Complaint, agent: User, *, language: str) -> None:
    """Taken, answered, and asked again: the last word is the customer's."""
    begun = case.received_at
    case = take(case, by=agent, at=begun + timedelta(minutes=12))
    told = (
        "We can see it too. The replay is being uploaded again."
        if language == "en"
        else "已转证书组加急处理。"
    )
    answer(case, told, by=agent, at=begun + timedelta(minutes=50))
    asked = "Still white this morning." if language == "en" else "请问今天能寄出吗？"
    say(case, asked, key=f"demo-{case.pk}", at=begun + timedelta(hours=20))


def _known_person() -> None:
    """Somebody whom the phone number tells."""
    rows = Contact.objects.filter(ended_on=None, person__mobile__gt="", customer__deleted_at=None)
    contact = rows.select_related("person", "customer").order_by("pk").first()
    if contact is None:
        return
    data = {
        "kind": "complaint", "category": None, "title": "课件下载链接失效", "description": "邮件里的下载链接打不开。",
        "contact_name": contact.person.name, "contact_phone": contact.person.mobile, "contact_email": "",
        "language": "zh-hans",
    }  # fmt: skip
    submit(data, key="demo-known", at=timezone.now() - timedelta(minutes=20))
