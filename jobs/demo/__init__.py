"""Two invented journeys, told as the events that real enterprises would post."""
