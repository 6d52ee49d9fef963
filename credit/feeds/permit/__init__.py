"""Administrative permits as the two publicities report them (双公示)."""
