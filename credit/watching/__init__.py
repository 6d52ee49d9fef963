"""Watches: parties that a subscriber wants to be told of, and what changed of them since."""
