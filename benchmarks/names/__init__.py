"""Pairs of Chinese names of parties with the answer, and how well matchers tell who is one.

Everything is a function of a seed. The matcher of credit is measured on the names, never asked for
one.
"""
