"""What the law makes of a fact: pure functions of the fact, the rulebook and a day."""
