"""The supervision grade of a food business: its risk, its class, its visits a year."""
