"""Recalls: opened, reckoned, told to the holders, answered, and closed with a report."""
