"""Entries of credit made into rows: one projector with a cursor of its own."""
