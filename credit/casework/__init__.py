"""The desk where cases are worked on: which is most pressing, and how the work as a whole goes."""
