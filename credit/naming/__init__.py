"""Names of enterprises: written alike, taken apart, compared with their reasons, and found."""
