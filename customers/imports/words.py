"""What the faults of customer and order files say."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: dict[str, str | Promise] = {
    "unknown_currency": _("Not a currency of this system. Use a code such as CNY, USD or EUR."),
    "no_rate": _(
        "No rate from %(currency)s to %(base)s is known for %(day)s. Enter one under Exchange rates, then"
        " check again."
    ),
    "negative_amount": _(
        "Negative, but not marked as a refund. Map the column that says which rows are refunds, or correct"
        " the amount."
    ),
    "unknown_customer": _(
        "No such customer among those you can see. Correct the cell, import the customer first, or allow new"
        " customers."
    ),
    "unknown_code": _("There is no customer with this code. Leave the cell empty to make a new one."),
    "ambiguous_name": _(
        "Several customers have this name (%(codes)s). Map a column with their code or number."
    ),
    "keys_disagree": _(
        "The keys of this row belong to different customers (%(codes)s). Correct one of them."
    ),
    "likely_duplicate": _(
        "Looks like %(name)s (%(code)s) and will be treated as that customer. Skip the row if it is"
        " another one."
    ),
    "unknown_user": _("Nobody who may sign in has this name or address."),
    "unknown_user_near": _("Nobody who may sign in has this name or address. Near it: %(candidates)s."),
    "ambiguous_user": _("Several people have this name (%(candidates)s). Use the login name or e-mail."),
    "unknown_person": _("No contact of this customer has this name, number or address."),
    "unknown_person_near": _("No contact of this customer has this name. Near it: %(candidates)s."),
    "ambiguous_person": _("Several contacts of this customer have this name. Use the mobile or e-mail."),
    "no_such_customer": _(
        "No customer that you can see has this number, code or name. Correct it, or import the customer first."
    ),
    "parent_unknown": _("No customer above this row, or among those you can see, has this code or name."),
    "may_not_assign": _(
        "Your role may not make somebody else responsible. Leave it empty, or ask a manager to import."
    ),
    "unknown_team": _("There is no team of this name among yours."),
    "unknown_team_near": _("There is no team of this name among yours. Near it: %(candidates)s."),
    "unknown_product_near": _("No product has this code or name. Near it: %(candidates)s."),
    "ambiguous_product": _("Several products have this name (%(candidates)s). Use the code."),
    "price_needs_amount": _("A currency or a day without a price says nothing. Enter the price."),
    "unknown_tag": _("There is no tag “%(name)s”, and your role may not make one."),
    "unknown_product": _("No product has this code or name. Correct it, or leave the column out."),
    "unknown_order": _(
        "No confirmed order of this customer has this number. The order must stand above its refund, or be"
        " there already."
    ),
    "not_a_refund": _("Names an order that is given back, but is marked as an order. Mark it as a refund."),
    "refund_currency": _("The order was in %(currency)s. Give back in the same currency."),
    "refund_too_large": _("Only %(left)s of the order is left to give back."),
    "kind_differs": _(
        "The stored record of this number is an order where this is a refund, or the other way round."
    ),
}

GROUPS: dict[str, tuple[str, ...]] = {
    "value": (
        "unknown_currency",
        "unknown_user",
        "unknown_user_near",
        "ambiguous_user",
        "unknown_team",
        "unknown_team_near",
        "unknown_tag",
        "unknown_product",
        "unknown_product_near",
        "ambiguous_product",
        "unknown_person",
        "unknown_person_near",
        "ambiguous_person",
    ),
    "number": ("negative_amount", "refund_too_large", "price_needs_amount"),
    "record": (
        "unknown_customer",
        "no_such_customer",
        "parent_unknown",
        "unknown_code",
        "unknown_order",
        "ambiguous_name",
        "keys_disagree",
        "not_a_refund",
        "refund_currency",
        "kind_differs",
        "no_rate",
    ),
    "reach": ("may_not_assign",),
}
