"""The shapes that are accepted and returned, and the word lists they draw on; no state."""
