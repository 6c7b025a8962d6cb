"""What a mail says, whatever it is made of."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.mail.charsets import decode, header_text
from complaints.mail.language import language_of
from complaints.mail.quotes import without_quotes
from complaints.mail.reading import MOST_PARTS, read_head, read_mail
from complaints.tests.mails import letter

WORDS = "讲师临时更换，没有人通知我们。"


@pytest.mark.parametrize(
    ("written", "declared"),
    [
        ("utf-8", "utf-8"),
        ("gbk", "gb2312"),
        ("gb18030", "gb18030"),
        ("big5", "big5"),
        ("utf-8", "gb2312"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "no-such-charset"),
        ("gbk", "us-ascii"),
        ("gbk", "iso-8859-1"),
        ("gbk", ""),
        ("utf-16", "utf-16"),
    ],
)
def test_chinese_is_read_in_every_charset_and_under_wrong_names(written, declared):
    words = WORDS if written != "big5" else "講師臨時更換，沒有人通知我們。"
    assert decode(words.encode(written), declared) == words


def test_western_letters_stay_what_they_are():
    assert decode("Müller à Genève".encode("cp1252"), "iso-8859-1") == "Müller à Genève"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?gb2312?B?v86zzNbKwb/NtsvfLw==?=", "课程质量投诉/"),
        ("课程质量投诉".encode("gbk"), "课程质量投诉"),
        (b"=?utf-8?Q?a=00b=E2=80=AEgpj.exe?=", "abgpj.exe"),
        (b"=?x-unknown?Q?plain?=", "plain"),
        (b"=?utf-8?B?!!!?=", "=?utf-8?B?!!!?="),
    ],
)
def test_subjects_are_read_on_one_line_without_what_no_eye_sees(raw, text):
    assert read_head(b"From: a@b.cn\r\nSubject: " + raw + b"\r\n\r\n").subject == text


def test_a_character_cut_between_two_words_of_a_header_is_whole_again():
    halves = "课程".encode("gbk")
    words = " ".join(
        f"=?gbk?Q?{''.join(f'={byte:02X}' for byte in half)}?=" for half in (halves[:1], halves[1:])
    )
    assert header_text(words) == "课程"


def test_a_mail_of_html_becomes_text_without_script():
    message = letter()
    message.clear_content()
    message.set_content(
        "<html><head><style>p{}</style></head><body><p>Hello&nbsp;<b>you</b></p><script>alert(1)</script>"
        "<ul><li>one<li>two</ul><img src=x onerror=alert(1) alt=Logo></body></html>",
        subtype="html",
    )
    assert read_mail(message.as_bytes()).text == "Hello you\n\none\ntwo\n[Logo]"


def test_of_two_forms_of_a_text_the_plain_one_is_read_and_files_are_found_at_any_depth():
    message = letter("Plain words")
    message.add_alternative("<p>Pretty words</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="合同.pdf")
    inner = letter("Inner", subject="The old mail")
    message.add_attachment(inner)
    read = read_mail(message.as_bytes())
    assert read.text == "Plain words"
    assert [file.name for file in read.files] == ["合同.pdf", "The old mail.eml"]
    assert b"Inner" in read.files[1].content


def test_a_mail_without_an_id_has_the_same_one_however_it_travelled():
    bare = b"From: a@b.cn\nSubject: x\nDate: today\n\nbody"
    other = b"Received: by somebody\n" + bare
    assert read_head(bare).message_id == read_head(other).message_id
    assert read_head(bare).message_id != read_head(bare + b"!").message_id


def test_too_many_parts_are_counted_and_not_read():
    message = letter()
    message.make_mixed()
    for number in range(MOST_PARTS + 20):
        message.add_attachment(f"{number}", filename=f"{number}.txt")
    read = read_mail(message.as_bytes())
    assert (len(read.files), read.left_out > 20) == (50, True)


def test_a_structure_without_end_is_broken_and_does_not_break_us():
    raw = b"From: a@b.cn\nSubject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n"
    for number in range(3_000):
        raw += b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (number, number + 1)
    read = read_mail(raw)
    assert (read.head.subject, read.is_broken) == ("deep", True)


@given(st.binary(max_size=400))
def test_no_bytes_at_all_raise(raw):
    read = read_mail(raw)
    assert read.head.message_id.startswith("<")
    assert "\0" not in read.text + read.head.subject + read.head.sender


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_raises(name, value):
    raw = f"{name}: {value}\nFrom: {value}\nMessage-ID: {value}\nContent-Type: {value}\n\n{value}".encode(
        "utf-8", "surrogatepass"
    )
    assert len(read_mail(raw).head.message_id) <= 255


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("可以的\n\n在 2026年11月22日，客服写道：\n> 请问\n> 可以吗", "可以的"),
        ("Fine.\n\nOn Sun, 22 Nov 2026 at 10:12, Service\n<s@x.cn> wrote:\n> q\n> r", "Fine."),
        ("好\n\n------------------ 原始邮件 ------------------\n发件人: 客服\n正文", "好"),
        ("好\n\n发件人：客服\n发送时间：2026\n收件人：我\n主题：x\n\n正文", "好"),
        ("Yes\n\n-----Original Message-----\nFrom: s\nhello", "Yes"),
        ("> you asked\nyes\n> and?\nno", "> you asked\nyes\n> and?\nno"),
        ("> only a quotation", "> only a quotation"),
        ("I wrote:\nnothing", "I wrote:\nnothing"),
    ],
)
def test_what_was_written_is_told_from_what_is_quoted(text, fresh):
    found, quoted = without_quotes(text)
    assert found == fresh
    assert (found + quoted).replace("\n", "") == text.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("老师换了，没有通知", "zh-hans"),
        ("老師換了，請處理", "zh-hant"),
        ("The lecturer left", "en"),
        ("123", ""),
    ],
)
def test_the_language_is_seen_from_the_characters(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Precedence": "bulk"}, True),
        ({"X_Auto_Response_Suppress": "All"}, True),
        ({"X_Auto_Response_Suppress": "None"}, False),
        ({"Return_Path": "<>"}, True),
        ({"Return_Path": "<zhang@customer.example>"}, False),
        ({"List_Id": "<news.example>"}, True),
        ({"X_Autoreply": "yes"}, True),
    ],
)
def test_machines_give_themselves_away(headers, automatic):
    assert bool(read_mail(letter(**headers).as_bytes()).automatic) is automatic


def test_an_out_of_office_subject_is_one_too():
    assert read_mail(letter(subject="自动回复：出差中").as_bytes()).automatic != ""


def bounce(original: str, *, action: str = "failed") -> bytes:
    """Return a notice of the standard form about a mail of that ID."""
    return (
        "From: MAILER-DAEMON@mx.example\nTo: service@perennial.example\nSubject: Undelivered Mail\n"
        "Message-ID: <b1@mx.example>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; zhang@customer.example\nAction: {action}\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: service@perennial.example\n"
        f"Message-ID: {original}\n\nHello\n--b--\n"
    ).encode()


def test_a_notice_names_the_mail_that_came_back():
    found = read_mail(bounce("<ours@perennial.example>")).bounce
    assert found is not None
    assert (found.final, found.originals) == (True, ("<ours@perennial.example>",))
    assert read_mail(bounce("<ours@perennial.example>", action="delayed")).bounce.final is False


def test_a_mail_of_a_person_is_no_notice():
    assert read_mail(EmailMessage().as_bytes()).bounce is None


# ---- what is written to do harm ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?base64?Q?=FF?=",
        b"Subject: =?hex?Q?=FF?=",
        b"Subject: =?zlib?Q?=FF?=",
        b"Subject: =?undefined?Q?=FF?=",
        b"Subject: =?idna?Q?=FF?=",
        b"From: " + b"(" * 600 + b"a@b.cn" + b")" * 600,
        b"Message-ID: <a\x00b@c.cn>",
    ],
)
def test_no_head_keeps_a_mail_from_being_stored(head):
    found = read_head(head + b"\r\nX-Other: 1\r\n\r\nText")
    assert found.message_id
    assert "\0" not in found.message_id


@pytest.mark.parametrize("sign", ["*", ">", "-", "_", " ", "*>"])
def test_a_line_of_a_million_signs_is_read_at_once(sign):
    """A search that goes back for every sign would take hours."""
    text = "Hello\n" + sign * 1_000_000 + "x\nBye"
    assert without_quotes(text)[0].startswith("Hello")


def test_a_customer_who_is_a_postmaster_is_no_notice():
    mail = letter("It happened again.", sender="Lin <postmaster@smallfirm.example>", References="<ours@x.cn>")
    assert read_mail(mail.as_bytes()).bounce is None
