"""Measures the ledger beside its floor and its peers: `python -m benchmarks`.

The product never imports this room. One rule: a figure is published only beside that of the bare
database or library doing the same durable work, run alternately in the same minutes.
"""
