"""Scans by the public: what is kept of them, and what they say about copied codes."""
