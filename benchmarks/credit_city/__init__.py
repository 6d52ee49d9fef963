"""A city of enterprises and people with ten years of credit feeds, for loads and reconciliation.

Everything is a function of a seed: the same seed tells the same rows, dirt included, wherever it
runs. None of it is anybody's: codes and numbers are made up around the checks of their norms.
"""
