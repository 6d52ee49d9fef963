"""What issuing codes means for events: commissioning and decommissioning what was issued."""
