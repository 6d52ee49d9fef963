"""What the trace ledger shows of parties, taken as batches of the service's own feed."""
