"""Invented rows of feeds, clean and dirty, for tests, trials of a sender, and measurements."""
