"""Grades: points with reasons, by models that are data."""
