"""Mentions: found in texts, shown safely, offered and told within the rights."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.domain.mentions import colleagues, settled, subject_named
from core.mentions import as_html, markup_of, mentions_in, plain, with_names
from core.models import Job, User
from core.tests.factories import UserFactory


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("@[Li Fang](user:12) please call", [12]),
        ("请@[李芳](user:12)跟进，抄送@[Mei](user:3)", [12, 3]),
        ("@[A](user:1) and again @[A](user:1)", [1]),
        ("write to mei@example.test or x@[y](user:5)", []),
        ("name.surname+@[y](user:5)", []),
        ("@Li Fang", []),
        ("@[Li](user:abc) @[Li](user:) @[Li](user:-1) @[Li](user:0)", []),
        ("@[Li](user:12345678901234567890123)", []),
        ("@[](user:5)", []),
        ("@[two\nlines](user:5)", []),
        ("@[outer @[inner](user:1)](user:2)", [1]),
        ("@[a](user:1)@[b](user:2)", [1, 2]),
        ("@[a](USER:1)", []),
        ("@[𠮷野家 👩‍💻](user:7)", [7]),
    ],
)
def test_whom_a_text_mentions(text, found):
    assert mentions_in(text) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@[Li Fang](user:12) hi", '<span class="mention">@Li Fang</span> hi'),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            '@[<img src=x onerror="alert(1)">](user:1)',
            '<span class="mention">@&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</span>',
        ),
        ("@[x](javascript:alert(1))", "@[x](javascript:alert(1))"),
        (None, ""),
    ],
)
def test_how_a_text_is_shown(text, shown):
    assert as_html(text) == shown


@given(st.text(alphabet="<>\"'&@[]()user:12 \n芳"))
def test_no_markup_of_an_author_survives(text):
    shown = as_html(text).replace('<span class="mention">', "").replace("</span>", "")
    assert "<" not in shown
    assert ">" not in shown
    assert '"' not in shown


def test_plain_words_are_what_people_say():
    assert plain("请@[李芳](user:12)跟进") == "请@李芳跟进"


def test_names_are_the_real_ones_and_strangers_become_words():
    text = "@[The Boss](user:1) @[Nobody](user:2)"
    assert with_names(text, {1: "Li [Fang]"}) == "@[Li Fang](user:1) @Nobody"


@given(st.text(max_size=200), st.integers(1, 10**17))
def test_whatever_a_person_is_called_the_mention_is_found_again(name, pk):
    assert mentions_in(markup_of(pk, name)) == [pk]


# ---- people -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_nobody_is_shown_under_a_name_that_an_author_made_up():
    user, gone, robot = (
        UserFactory(full_name="Sam"),
        UserFactory(is_active=False),
        UserFactory(is_service=True),
    )
    text = f"@[The Boss](user:{user.pk}) @[Gone](user:{gone.pk}) @[Bot](user:{robot.pk}) @[X](user:999999)"
    assert settled(text) == f"@[Sam](user:{user.pk}) @Gone @Bot @X"


@pytest.mark.django_db
def test_a_text_without_mentions_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert settled("mail to mei@example.test") == "mail to mei@example.test"


@pytest.mark.django_db
def test_colleagues_are_found_by_the_beginning_of_name_surname_or_login(user_in):
    asker = user_in("sales", full_name="Me Myself")
    fang = user_in("sales", full_name="Li Fang", username="lifang")
    mei = user_in("sales", full_name="陈美", username="meichen")
    user_in("sales", full_name="Fan Left", is_active=False)
    user_in("integration", full_name="Fan Robot", is_service=True)

    def found(text):
        return colleagues(asker, text=text, about=None)

    assert found("li") == [fang]
    assert found("fan") == [fang]
    assert found("陈") == [mei]
    assert found("meich") == [mei]
    assert found("ang") == []
    assert asker not in found("")


@pytest.mark.django_db
def test_colleagues_are_found_by_pinyin_and_initials(user_in):
    asker, mei = user_in("sales"), user_in("sales", full_name="陈美", username="u77")
    assert [colleagues(asker, text=text, about=None) for text in ("chenm", "cm", "zz")] == [[mei], [mei], []]


@pytest.mark.django_db
def test_looking_at_more_people_asks_no_more(user_in):
    asker = user_in("sales", full_name="Owner")
    job = Job.objects.create(task="x", created_by=asker)

    def counted():
        with CaptureQueriesContext(connection) as asked:
            found = colleagues(User.objects.get(pk=asker.pk), text="a", about=job)
        return len(found), len(asked)

    user_in("administrator", full_name="Ada 0")
    user_in("sales", full_name="Ann 0")
    one, few = counted()
    for number in range(1, 6):
        user_in("administrator", full_name=f"Ada {number}")
        user_in("sales", full_name=f"Ann {number}")
    assert (one, counted()) == (1, (6, few))


@pytest.mark.django_db
def test_only_those_who_may_see_the_record_are_offered(user_in, client_of):
    owner = user_in("sales", full_name="Owner")
    admin = user_in("administrator", full_name="Ada Admin", language="en")
    user_in("sales", full_name="Ann Stranger")
    job = Job.objects.create(task="x", created_by=owner)

    assert colleagues(owner, text="a", about=job) == [admin]
    page = client_of(owner).get("/mentions/", {"q": "a", "about": f"core.job:{job.pk}"}).content.decode()
    assert "Ada Admin" in page
    assert "Stranger" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "named", ["core.job:{pk}", "core.job:999999", "no.such:1", "core.job:x", ":", "core.job"]
)
def test_a_record_out_of_reach_offers_nobody(user_in, client_of, named):
    job = Job.objects.create(task="x", created_by=UserFactory())
    asker = user_in("sales")
    user_in("administrator", full_name="Ada Admin")

    assert subject_named(named.format(pk=job.pk), asker) is None
    page = client_of(asker).get("/mentions/", {"about": named.format(pk=job.pk)}).content.decode()
    assert 'role="option"' not in page


@pytest.mark.django_db
def test_names_in_the_list_are_escaped(user_in, client_of):
    user_in("sales", full_name='<img src=x onerror="alert(1)">')
    page = client_of(user_in("sales")).get("/mentions/", {"q": "<img"}).content.decode()
    assert "<img" not in page
    assert "&lt;img" in page
