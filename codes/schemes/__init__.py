"""One file for each code scheme; each offers one `SCHEME` value to the registry."""
