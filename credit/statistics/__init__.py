"""Counts of lists, decisions, measures, cases and feeds, for the supervision and as open data."""
