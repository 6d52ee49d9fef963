"""Inspections: drawn at random so that anybody can check it, or ordered, and their results."""
