"""Labels: one symbol with its text, as SVG, PNG, PDF, ZPL, sheets, rolls and lists."""
