"""How much is recorded, by whom and where, and who stopped: for the supervision."""
