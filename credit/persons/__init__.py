"""The register of people: keyed hashes of their numbers, and from which day each is of age."""
