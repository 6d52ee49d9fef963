"""Entries of the list of serious violations in market regulation (Order 44)."""
