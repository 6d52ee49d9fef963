"""The register of enterprises: who they are, under which codes, whether they still exist."""
