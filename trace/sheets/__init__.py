"""Spreadsheets: templates to fill in, filled sheets to capture, and sheets to hand to others."""
