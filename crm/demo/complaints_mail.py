"""Demo of e-mail: mailboxes that ask no server, a thread, and received mails of each state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage

from django.db.models import Q
from django.utils import timezone

from complaints.choices.mail import DeliveryState, MailReason, MailState
from complaints.domain import moves
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.mail.mailboxes import save_mailbox
from complaints.domain.mail.receiving import receive
from complaints.domain.mail.taking import take
from complaints.models import CaseLetter, Complaint, InboundMail, Mailbox, Queue
from core.models import User

_HOST = "kehu.example"


def make(users: Mapping[str, User]) -> None:
    """Make a mailbox into which mails are piped, one that is fetched and is off, and mails of each state."""
    queue = Queue.objects.active().filter(kind="complaint", is_default=True).first()
    if queue is None:
        return
    box = save_mailbox(
        {
            "name": "客户服务信箱", "address": "fuwu@perennial.example", "kind": "complaint", "queue": queue,
        },
        by=users["admin"],
    )  # fmt: skip
    save_mailbox(
        {
            "name": "投诉信箱（IMAP）", "address": "tousu@perennial.example", "kind": "complaint",
            "queue": queue, "host": "imap.perennial.example", "username": "tousu@perennial.example",
            "password_env": "MAILBOX_DEMO_PASSWORD", "is_active": False,
        },
        by=users["admin"],
    )  # fmt: skip
    now = timezone.now()
    _thread(box, users, now)
    _english(box, users, now)
    _machines(box, now)
    _failed(box, now)
    _held(box, now)
    # Letters of a demo have left; nobody is written to.
    CaseLetter.objects.filter(state=DeliveryState.QUEUED).update(
        state=DeliveryState.SENT, sent_at=now, attempts=1
    )
    _came_back(box, now)
    receive(box, _mail("补充材料", "刚才忘了附上合同编号：HT-2026-118。", "wang", 99), at=now)


def _mail(subject: str, body: str, who: str, number: int, **headers: str) -> bytes:
    names = {
        "wang": "王建国",
        "liu": "刘敏",
        "smith": "Anna Smith",
        "news": "展会快讯",
        "platform": "学习平台",
    }
    message = EmailMessage()
    message["From"] = f"{names[who]} <{who}@{_HOST}>"
    message["To"] = "fuwu@perennial.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<demo-{number}@{_HOST}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def _taken(box: Mailbox, raw: bytes, at: datetime) -> InboundMail:
    mail = receive(box, raw, at=at)
    take(mail.pk, at=at)
    mail.refresh_from_db()
    return mail


def _thread(box: Mailbox, users: Mapping[str, User], now: datetime) -> None:
    """A customer writes, is answered, and answers."""
    at = now - timedelta(hours=20)
    first = _taken(
        box,
        _mail(
            "教室投影模糊，后排看不清",
            "周三下午的课投影一直模糊，后排学员完全看不清，请尽快处理。",
            "wang",
            1,
        ),
        at,
    )
    case, agent = first.complaint, users["agent"]
    if case is None:
        return
    moves.take(case, by=agent, at=at + timedelta(minutes=12))
    answer_by_mail(
        case,
        "王先生，你好：\n\n已安排今天下课后更换投影灯泡，明早开课前会再检查一次。给你带来的不便，我们很抱歉。",
        by=agent,
        at=at + timedelta(minutes=40),
    )
    ours = CaseLetter.objects.filter(complaint=case, entry__isnull=False).latest("pk")
    reply = (
        "好的，谢谢。另外空调也不太凉，一起看一下吧。\n\n"
        "在 2026年11月25日，常青培训写道：\n> 已安排今天下课后更换投影灯泡。"
    )
    _taken(
        box,
        _mail(f"回复：{case.title} [{case.number}]", reply, "wang", 2, References=ours.message_id),
        at + timedelta(hours=3),
    )


def _english(box: Mailbox, users: Mapping[str, User], now: datetime) -> None:
    at = now - timedelta(hours=4)
    body = "Two of the four certificates carry the wrong date. Could you send new ones this week?"
    mail = _taken(box, _mail("Wrong date on certificates", body, "smith", 3), at)
    if mail.complaint is not None:
        moves.take(mail.complaint, by=users["agent"], at=at + timedelta(minutes=8))
        moves.answer(
            mail.complaint, "New ones leave on Friday.", by=users["agent"], at=at + timedelta(hours=1)
        )


def _machines(box: Mailbox, now: datetime) -> None:
    """What is ignored: an automatic answer and a newsletter."""
    case = Complaint.objects.filter(~Q(contact_email=""), mails__mailbox=box).order_by("pk").first()
    reference = CaseLetter.objects.filter(complaint=case).order_by("pk").first()
    headers = {"Auto_Submitted": "auto-replied"}
    if reference is not None:
        headers["References"] = reference.message_id
    away = _mail("自动回复：出差中", "我本周出差，回来后回复。", "wang", 4, **headers)
    _taken(box, away, now - timedelta(hours=19))
    news = _mail("【展会快讯】下周开幕", "点击查看本周展会。", "news", 5, List_Id="<news.kehu.example>")
    _taken(box, news, now - timedelta(hours=9))


def _failed(box: Mailbox, now: datetime) -> None:
    """One that could not be worked on: it waits for a manager."""
    raw = _mail("发票抬头需要修改", "抬头请改为新公司名称，税号不变。", "liu", 6)
    mail = receive(box, raw, at=now - timedelta(hours=2))
    InboundMail.objects.filter(pk=mail.pk).update(
        state=MailState.FAILED,
        reason=MailReason.TROUBLE,
        detail="OSError: [Errno 28] No space left on device",
        settled_at=now - timedelta(hours=2),
    )


def _held(box: Mailbox, now: datetime) -> None:
    """Two beyond the limit of their sender, a platform: they wait for a decision."""
    at = now - timedelta(hours=4)
    texts = ("学员反馈：教室空调不制冷", "学员反馈：讲义少了三页")
    for number, text in enumerate(texts, 101):
        mail = receive(box, _mail(text, f"{text}，请尽快处理。", "platform", number), at=at)
        InboundMail.objects.filter(pk=mail.pk).update(
            state=MailState.IGNORED, reason=MailReason.THROTTLED, settled_at=at
        )


def _came_back(box: Mailbox, now: datetime) -> None:
    """The acknowledgement of the last case could not be delivered."""
    letter = CaseLetter.objects.filter(mailbox=box, entry__isnull=True).order_by("-pk").first()
    if letter is None:
        return
    raw = (
        "From: MAILER-DAEMON@mx.kehu.example\nTo: fuwu@perennial.example\n"
        "Subject: Undelivered Mail Returned to Sender\nMessage-ID: <demo-7@mx.kehu.example>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThe mailbox is full.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.kehu.example\n\n"
        f"Final-Recipient: rfc822; {letter.to}\nAction: failed\nStatus: 5.2.2\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n--b--\n"
    )
    _taken(box, raw.encode(), now - timedelta(hours=3))
