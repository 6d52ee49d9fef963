"""Cases about facts: repair, objection, annulled bases, shielding, and listing, as entries."""
