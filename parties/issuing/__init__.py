"""Codes that this ledger gives out: prefixes, series, blocks, what became of them."""
