"""What several Chinese schemes share: regions, check systems, ID numbers."""
