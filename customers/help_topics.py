"""Help for the pages of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "customers",
        _("Customers"),
        _("Organisations and individuals: who they are, what they are worth, how they are doing."),
        (
            _("A name, telephone or credit code that is on file already is pointed out before you save."),
            _("Deleted customers stay in the recycle bin, with everything that hangs on them."),
            _("Branches belong to a parent customer; its page adds up the whole family."),
        ),
        ("customers:customer-*", "customers:recent-panel"),
        (
            (_("stage"), _("Where the relationship stands in its life, from prospect to lost or won back.")),
            (_("tier"), _("How much a customer is worth keeping, and so which service it gets.")),
            (_("relationship"), _("What binds the customer to you, from single orders to an alliance.")),
        ),
    ),
    Topic(
        "customer-record",
        _("The customer's page"),
        _("The finding first, then what to do next, then the story."),
        (
            _("A churn warning, where there is one, stands on top with its reasons and its next step."),
            _("The strip of orders shows the usual rhythm and how long the customer has been silent."),
            _("The story mixes calls, orders, changes and warnings; the chips above it filter."),
            _("Log a call or a visit with what was said, what is expected, and what comes next."),
            _("If a colleague saved while you were editing, both versions are shown and nothing is lost."),
        ),
        (
            "customers:customer-detail",
            "customers:customer-timeline",
            "customers:customer-panels",
            "customers:customer-history",
            "customers:customer-update",
            "customers:customer-axis",
        ),
    ),
    Topic(
        "people",
        _("People"),
        _("Persons keep their story when they change employers; a contact is their place at one customer."),
        (
            _("Say for each contact what they decide, how much they count and how they feel about you."),
            _("The map shows influence against attitude, and who knows whom."),
            _("“Change job” ends the old place, opens the new one, and keeps both on the timeline."),
            _("“Avoid” holds what one should not say or do with this person."),
        ),
        (
            "customers:people-list",
            "customers:person-*",
            "customers:contact-*",
            "customers:customer-contacts",
            "customers:customer-map",
        ),
    ),
    Topic(
        "interactions",
        _("Interactions"),
        _("Every call, visit, chat and mail: what was said and what follows."),
        (
            _("A next step with a day becomes a task."),
            _("Expectations with a day are shown on the record until they are met."),
        ),
        ("customers:interaction-*",),
    ),
    Topic(
        "orders",
        _("Orders and refunds"),
        _("What customers buy. Everything that is computed about them comes from here."),
        (
            _("Only confirmed orders count; drafts may still be changed freely."),
            _("A refund belongs to its order and is taken off its amount."),
            _("Cancelling keeps the order and its history; deleting puts it into the recycle bin."),
        ),
        ("customers:order-*", "customers:customer-orders"),
        right=("customers.order", "view"),
    ),
    Topic(
        "products",
        _("Products"),
        _("What you sell, and what it costs from which day on."),
        (
            _("A product that is no longer sold is switched off, so that old orders keep it."),
            _("Prices have a first day; an order takes the price of its day."),
        ),
        ("customers:product-*", "customers:price-*"),
        right=("customers.product", "view"),
    ),
    Topic(
        "tasks",
        _("Tasks"),
        _("What is to be done, by whom, until when."),
        (
            _("Overdue tasks come first. Put one off with the menu beside it."),
            _("Give a task to a colleague by changing its owner; they are told."),
        ),
        ("customers:task-*", "customers:customer-tasks"),
    ),
    Topic(
        "tags",
        _("Tags"),
        _("Words of your own for customers, to filter and group by."),
        (_("Renaming a tag renames it everywhere; deleting it takes it off every customer."),),
        ("customers:tag-*",),
        right=("customers.tag", "view"),
    ),
)
