"""Facts about parties, and what follows from them: lists, measures, grades, warnings, reports."""
