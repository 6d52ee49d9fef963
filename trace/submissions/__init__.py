"""What is handed to an authority: spreadsheets made from events, each row naming its event."""
