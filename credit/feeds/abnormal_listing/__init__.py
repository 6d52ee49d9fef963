"""The list of abnormal operations (经营异常名录)."""
