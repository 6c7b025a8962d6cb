"""What the faults of files of people, teams and rates say."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: dict[str, str | Promise] = {
    "login_name_spaces": _("A login name has no spaces."),
    "email_taken": _("%(name)s has this address already. Correct it, or use that login name."),
    "address_needed": _("Whoever chooses a password by letter needs an address. Enter it."),
    "no_such_team": _("There is no team of this name. Import the teams first, or correct the cell."),
    "no_such_team_near": _("There is no team of this name. Near it: %(candidates)s."),
    "no_such_role": _("There is no role “%(name)s”. The roles are: %(roles)s."),
    "no_such_language": _("Not a language of this system. Use %(languages)s."),
    "no_such_zone": _("No time zone has this name. Use one like Asia/Shanghai."),
    "service_user": _("This is a service, not a person. Services are changed on their own page."),
    "switched_elsewhere": _(
        "Known people are switched on and off on their page, where their work is handed over. Empty the cell."
    ),
    "own_office": _("You cannot give up your own office; another administrator can."),
    "parent_team_unknown": _("No team of this name is there, nor stands above this row."),
    "team_below_itself": _("A team cannot belong to itself or to a team below it."),
    "no_such_person": _("Nobody who may sign in has this name or address."),
    "no_such_person_near": _("Nobody who may sign in has this name or address. Near it: %(candidates)s."),
    "several_people": _("Several people have this name (%(candidates)s). Use the login name or e-mail."),
    "rate_of_base": _("This is the base currency; its rate is always 1."),
    "rate_not_positive": _("A rate is above 0."),
    "rate_too_fine": _("A rate has at most 8 decimals. Round it."),
}

GROUPS: dict[str, tuple[str, ...]] = {
    "value": (
        "no_such_team",
        "no_such_team_near",
        "no_such_role",
        "no_such_language",
        "no_such_zone",
        "parent_team_unknown",
        "no_such_person",
        "no_such_person_near",
        "several_people",
        "rate_of_base",
    ),
    "missing": ("address_needed",),
    "format": ("login_name_spaces",),
    "number": ("rate_not_positive", "rate_too_fine"),
    "twice": ("email_taken",),
    "record": ("team_below_itself", "service_user"),
    "reach": ("own_office", "switched_elsewhere"),
}
