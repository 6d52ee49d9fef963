"""Pages to search goods, to trace them, and to read the events that say so."""
