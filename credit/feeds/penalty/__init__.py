"""Administrative penalties as the two publicities report them (双公示)."""
