"""Clock, configuration, database, errors and queue: the floor, with no domain word in it."""
