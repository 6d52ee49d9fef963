"""What follows from the events of a log: lineage, containment, quantities."""
