"""Mentions in interactions and tasks: who is told, who is not, what is shown and exported."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.mentions import markup_of
from core.models import Notification
from customers.domain.interactions import record_interaction, unreached_by, update_interaction
from customers.domain.tasks import create_task, update_task
from customers.domain.tasks import unreached_by as task_unreached_by
from customers.lists import INTERACTIONS
from customers.models import Interaction, Task

pytestmark = pytest.mark.django_db


def at(user):
    return markup_of(user.pk, user.display_name)


def mentions():
    return Notification.objects.filter(kind="core.mention")


def log(customer, by, body="", **more):
    return record_interaction(customer, {"channel": "note", "summary": "Call", "body": body, **more}, by=by)


def test_a_colleague_who_is_mentioned_is_told_with_the_words_around_it(customer, seller, manager):
    talk = log(customer, seller, f"They want a discount.\n{at(manager)} please approve")

    [message] = mentions()
    assert (message.user, message.title) == (manager, "Li Wei mentioned you: Call")
    assert message.body == "@Zhang Min please approve"
    assert message.url == customer.get_absolute_url()
    assert (message.subject_type, message.subject_id) == ("customers.interaction", talk.pk)
    assert message.mail.kind == "core.mention"


@pytest.mark.parametrize("field", ["summary", "body", "next_step"])
def test_every_declared_text_tells(customer, seller, manager, field):
    log(customer, seller, **{field: f"Ask {at(manager)}"})
    assert mentions().count() == 1


def test_editing_tells_only_who_was_not_mentioned_before(customer, seller, manager, user_in):
    agent = user_in("agent")
    talk = log(customer, seller, at(manager))
    update_interaction(talk, {"body": f"{at(manager)} {at(agent)} once more"}, by=seller)
    update_interaction(Interaction.objects.get(), {"body": "nobody"}, by=seller)
    update_interaction(Interaction.objects.get(), {"body": f"{at(manager)} {at(agent)}"}, by=seller)

    assert sorted(mentions().values_list("user", flat=True)) == sorted([manager.pk, agent.pk])


def test_one_record_tells_a_person_once_however_often_it_mentions_them(customer, seller, manager):
    log(customer, seller, f"{at(manager)} {at(manager)}", next_step=f"Ask {at(manager)}")
    assert mentions().count() == 1


def test_nobody_is_told_of_the_own_words(customer, seller):
    log(customer, seller, at(seller))
    assert not mentions().exists()


def test_who_may_not_see_the_record_is_told_nothing_and_the_author_gets_a_hint(
    customer, seller, user_in, other_team, client_of
):
    stranger = user_in("sales", team=other_team, full_name="Out Of Reach")
    talk = log(customer, seller, at(stranger))
    assert not mentions().exists()
    assert unreached_by(talk) == [stranger]

    page = client_of(seller).post(
        reverse("customers:interaction-update", args=[talk.pk]),
        {
            "channel": "note", "direction": "outbound", "summary": "Call", "body": f"{at(stranger)} again",
            "occurred_at": "2026-01-05T10:00", "version": talk.version,
        },
        follow=True,
    )  # fmt: skip
    assert "out of their reach: Out Of Reach" in page.content.decode()
    assert not mentions().exists()


def test_who_loses_sight_of_the_record_reads_no_words_about_it(
    customer, seller, user_in, client_of, other_team
):
    agent = user_in("agent", language="en")
    log(customer, seller, f"{at(agent)} secret figures")
    customer.team, customer.owner = other_team, None
    customer.save()

    page = client_of(agent).get("/notifications/").content.decode()
    assert "secret" not in page
    assert "A record that you can no longer see" in page


def test_made_up_names_are_replaced_by_the_real_one(customer, seller, manager):
    talk = log(customer, seller, f"@[Li Wei](user:{manager.pk}) agreed")
    assert talk.body == f"@[Zhang Min](user:{manager.pk}) agreed"


def test_mentions_are_chips_on_the_timeline_and_plain_words_elsewhere(customer, seller, manager, client_of):
    talk = log(customer, seller, f"{at(manager)} <b>bold</b>", summary=f"For {at(manager)}")
    assert str(talk) == "For @Zhang Min"

    client = client_of(seller)
    page = client.get(customer.get_absolute_url()).content.decode()
    assert '<span class="mention">@Zhang Min</span> &lt;b&gt;bold&lt;/b&gt;' in page
    listed = client.get("/customers/interactions/").content.decode()
    assert 'For <span class="mention">@Zhang Min</span>' in listed
    columns = {str(column.heading): column.value for column in INTERACTIONS.columns}
    assert columns["Summary"](talk) == "For @Zhang Min"
    assert columns["Details"](talk) == "@Zhang Min <b>bold</b>"


def test_the_task_of_a_next_step_has_a_plain_title(customer, seller, manager):
    record_interaction(
        customer, {"summary": "Call", "next_step": f"Ask {at(manager)}"}, by=seller, follow_up=True
    )
    assert Task.objects.get().title == "Ask @Zhang Min"


def test_the_note_of_a_task_tells_too(customer, seller, manager, user_in, other_team):
    stranger = user_in("sales", team=other_team)
    task = create_task(
        "Call", customer=customer, owner=seller, note=f"{at(manager)} {at(stranger)}", by=seller
    )
    assert [message.user for message in mentions()] == [manager]
    assert task_unreached_by(task) == [stranger]

    agent = user_in("agent")
    update_task(task, {"note": f"{at(manager)} {at(agent)}"}, by=seller)
    assert sorted(mentions().values_list("user", flat=True)) == sorted([manager.pk, agent.pk])


def test_forms_offer_colleagues_who_may_see_the_record(customer, seller, client_of):
    client = client_of(seller)
    page = client.get(reverse("customers:interaction-create", args=[customer.pk])).content.decode()
    assert page.count(f'data-mention="customers.customer:{customer.pk}"') == 3
    task = create_task("Call", customer=customer, owner=seller, by=seller)
    page = client.get(reverse("customers:task-update", args=[task.pk])).content.decode()
    assert f'data-mention="customers.task:{task.pk}"' in page
    assert 'data-mention=""' in client.get(reverse("customers:task-create")).content.decode()
