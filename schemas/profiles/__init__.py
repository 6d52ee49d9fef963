"""KDE profiles: what has to be recorded at each step of a class of goods, as data."""
