"""Drug packs: is this one genuine, may it be handed out, and who had it."""
