"""How a batch comes in: decoded, interpreted, judged as a whole, kept, and made an entry."""
