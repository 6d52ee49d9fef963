"""Trace codes and identifiers: parse, check, format and render them, as pure functions."""
