"""Who somebody is, as a person said it: positive, negative, unsure; recorded, and undone again."""
