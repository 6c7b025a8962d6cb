"""What grading rules and policies may be sorted by. Both tables are short."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

RULE_SORTS = {"place": SortKey("position", _("Place"))}
POLICY_SORTS = {"place": SortKey("position", _("Place"))}
QUIET_SORTS = {"id": SortKey("id", _("Number"))}
