"""Honours and other records of honest conduct (诚实守信相关荣誉信息)."""
