"""Judgment defaulters as the courts publish them (失信被执行人)."""
