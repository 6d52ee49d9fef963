"""What the events of things say that cannot be right, or must be looked at."""
