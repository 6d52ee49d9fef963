"""The second door: what is done by command or in the background, never in a request."""
