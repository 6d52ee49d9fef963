"""Evidence: the pure core that anybody can run to check a proof, and the journal that writes it.

This file imports nothing: `python -m ledger.verify` must run with no server and no database.
"""
