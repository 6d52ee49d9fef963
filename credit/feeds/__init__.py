"""Where records come from: one folder a feed, with its fields, its mapping and its dirt."""
