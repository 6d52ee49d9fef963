"""The night run: what was told by the evening, evaluated for everybody by the morning."""
