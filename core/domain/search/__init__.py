"""Keeping the search terms beside the records."""

from core.domain.search.filling import ensure_filled, fill_all, fill_type
from core.domain.search.keeping import follow, keep_ranges, keep_terms

__all__ = ["ensure_filled", "fill_all", "fill_type", "follow", "keep_ranges", "keep_terms"]
