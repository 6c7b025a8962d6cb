"""Help for the pages of what is foreseen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "falling-satisfaction",
        _("Falling satisfaction"),
        _("A warning when the scores after call-backs fall for a team, a category or a customer."),
        (
            _("The latest scores are compared with those before, by an exact test that holds for few."),
            _("Many groups are looked at each night; the limits here say how many false warnings you bear."),
            _("One fall is one warning. It is over when the scores are clearly back."),
        ),
        ("complaints:satisfactionpolicy-*",),
        ((_("points of 5"), _("A fall smaller than this is not warned of, however sure it is.")),),
        right=("complaints.satisfactionpolicy", "view"),
    ),
    Topic(
        "portraits",
        _("Portraits of complainants"),
        _("Who complains of what, compared with all active customers; from what root, and how it ends."),
        (
            _("The bar is the share among complainants, the line its 95% interval, the mark all customers."),
            _("“Clear” stands also when it is counted how many groups were looked at."),
            _("Below five complainants no figure is shown, so that nobody is picked out."),
            _("Figures are over the whole house and made at night; the lists show what you may see."),
        ),
        ("complaints:portrait-*", "complaints:trait-*"),
        (
            (
                _("times as often"),
                _("Share among complainants divided by that among all; 1 is as usual."),
            ),
        ),
        right=("complaints.portrait", "view"),
    ),
    Topic(
        "likely-complainers",
        _("Likely next complainers"),
        _("Customers who may complain in the next 90 days, with the reasons, so that you call first."),
        (
            _("Read the reasons, then make a task to call. It is a hint, never a fact."),
            _("“How sure is this?” shows how often earlier lists were right."),
            _("With too few complaints a rule of points takes the place of the model, and the page says so."),
        ),
        ("complaints:likely-*", "complaints:forecast-*"),
        ((_("AUC"), _("Chance that who complained stood above who did not; 0.5 is a coin.")),),
        right=("complaints.likelycomplainer", "view"),
    ),
)
