"""Credit reports, snapshots of lists, and who looked at whose record."""
