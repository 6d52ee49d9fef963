"""A generated city: who makes, carries and sells, what happens there, and what goes wrong.

One rule: everything follows from the seed, so that two runs tell the same events, and what was
planted is known before anything is searched.
"""
