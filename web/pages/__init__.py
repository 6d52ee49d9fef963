"""The pages a consumer sees: what a scanned code is, where it came from, and whether that holds."""
