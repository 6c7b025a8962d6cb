"""By what the lists of letters, designations, criteria and legal references can be sorted."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

LETTER_SORTS = {
    "made": SortKey("created_at", _("Begun")),
    "issued": SortKey("issued_at", _("Issued"), nullable=True),
}
TEMPLATE_SORTS = {"decision": SortKey("decision", _("Decision"))}
DESIGNATION_SORTS = {
    "made": SortKey("created_at", _("Proposed")),
    "ends": SortKey("expires_on", _("Ends"), nullable=True),
}
REFERENCE_SORTS = {
    "code": SortKey("code", _("Code")),
    "from": SortKey("in_force_from", _("In force from")),
}
CRITERION_SORTS = {"place": SortKey("position", _("Place"))}
