"""Changed fields in words, with the labels that only this package knows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.audit_lines import ShownChange, register_change_label, shown_changes

__all__ = ["ShownChange", "shown_changes"]

register_change_label("lines", lambda: _("Lines"))
register_change_label("acquaintance", lambda: _("Acquaintance"))
