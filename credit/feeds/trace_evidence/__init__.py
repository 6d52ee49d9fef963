"""What this service's own trace ledger shows of parties."""
