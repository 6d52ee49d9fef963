"""Grade A taxpayers, year by year."""
