"""Measures in use: who applied which one to whom on what basis, and who has lifted it again."""
