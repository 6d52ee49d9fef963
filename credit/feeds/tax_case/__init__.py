"""Parties to major tax violations (重大税收违法失信主体, Order 54)."""
